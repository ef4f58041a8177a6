"""The people of the desk's tests: they open links, sign in, press buttons, and see pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey.desk import accounts
from survey.storage import events
from survey.storage.desk_tables import Account, AuditEntry
from survey.storage.models import Community

PASSWORD = "river lamp nine oak"


@dataclass
class Colleague:
    """Somebody at a browser of their own."""

    app: Flask
    name: str = "Ana"
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def sees(self, address: str, status: int = 200) -> str:
        reply = self.client.get(address)
        assert reply.status_code == status, f"{address}: {reply.status_code}\n{reply.text[:2000]}"
        return reply.text

    def opens(self, address: str) -> TestResponse:
        return self.client.get(address)

    def presses(self, address: str, page: str = "", **fields: Any) -> TestResponse:
        """Send a form, with the token of `page` (of the account's own page, where none is told)."""
        text = page or self.client.get("/desk/me", follow_redirects=True).text
        return self.client.post(address, data={"csrf_token": form_token(text), **fields})

    def joins(self, token: str, password: str = PASSWORD) -> TestResponse:
        address = f"/desk/welcome/{token}"
        page = self.sees(address)
        return self.presses(address, page, name=self.name, password=password)

    def signs_in(self, password: str = PASSWORD, name: str = "") -> TestResponse:
        page = self.client.get("/desk/sign-in").text
        fields = {"name": name or self.name, "password": password}
        return self.presses("/desk/sign-in", page, **fields)


def form_token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]*)"', page)
    assert found, f"The page has no form: {page[:500]}"
    return unescape(found[1])


def operator(app: Flask, name: str = "Olive") -> Colleague:
    """Return the operator, who came by the link that the command line prints."""
    said = app.test_cli_runner().invoke(args=["operator", "link"])
    assert said.exit_code == 0, said.output
    somebody = Colleague(app, name)
    assert somebody.joins(said.output.split("/")[-1].strip()).status_code == 303
    return somebody


def invited(app: Flask, by: Colleague, role: str, *slugs: str, name: str) -> Colleague:
    """Return somebody who was invited on the desk and has joined."""
    page = by.presses("/desk/people/invite", role=role, places=list(slugs))
    assert page.status_code == 200, page.text
    somebody = Colleague(app, name)
    assert somebody.joins(link_of(page.text)).status_code == 303
    return somebody


def link_of(page: str) -> str:
    found = re.search(r"/desk/welcome/([\w-]+)</code>", page)
    assert found, page
    return found[1]


def colleague(app: Flask, role: str, *slugs: str, name: str) -> Colleague:
    """Return somebody with a role, made without the desk's pages, and signed in."""
    with Session(app.extensions["engine"]) as session:
        chosen = session.scalars(select(Community).where(Community.slug.in_(slugs)))
        ids = [community.id for community in chosen]
        token = accounts.keep_link(session, events.now(), role, ids)
        accounts.accept(session, token, name, PASSWORD, "en", events.now())
        session.commit()
    somebody = Colleague(app, name)
    assert somebody.signs_in().status_code == 303
    return somebody


def account_of(app: Flask, name: str) -> Account:
    with Session(app.extensions["engine"]) as session:
        return session.scalars(select(Account).where(Account.name == name)).one()


def acts(app: Flask) -> list[str]:
    """Return what the audit trail holds, in order."""
    with Session(app.extensions["engine"]) as session:
        query = select(AuditEntry.act).order_by(AuditEntry.number)
        return list(session.scalars(query))
