"""The floor: a survey of the same length as a beginner's guide to Flask would write it.

One page of twelve Flask-WTF questions with a CSRF token in a session cookie, one ORM insert (SQLite
with synchronous=FULL, so that it promises what we promise), a redirect, a thank-you. No count of
scans, no languages, no agencies, nothing against sending twice.
`python -m benchmarks.flows` serves it beside the product under the same server settings.
"""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

from flask import Flask, redirect, render_template, url_for
from flask_wtf import FlaskForm
from jinja2 import DictLoader
from sqlalchemy import Integer, String, Text, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from werkzeug.wrappers import Response
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

QUESTIONS = ["who", "trust", "fair", "listen", "approach", "trust_fire", "name", "again", "age"]
QUESTIONS += ["race", "live", "first"]
CHOICES = [(str(code), f"An answer of usual length, number {code}") for code in range(1, 6)]
PAGE = """<!doctype html><html lang="en"><title>Survey</title><h1>Survey</h1>
<form method="post">{{ form.hidden_tag() }}
{% for field in form if field.type == "RadioField" %}
<fieldset><legend>{{ field.label.text }}</legend>
{% for value, label in field.choices %}
<label><input type="radio" name="{{ field.name }}" value="{{ value }}"
{{- " checked" if field.data == value }}> {{ label }}</label>
{% endfor %}{% for error in field.errors %}<p>{{ error }}</p>{% endfor %}</fieldset>
{% endfor %}
{{ form.comment.label() }} {{ form.comment() }} <button>Send</button></form></html>"""
THANKS = '<!doctype html><html lang="en"><title>Thanks</title><h1>Thank you</h1></html>'


class Base(DeclarativeBase):
    pass


def radio(question: str) -> RadioField:
    needed = InputRequired() if question == "who" else Optional()
    return RadioField(f"What do you say of {question}?", choices=CHOICES, validators=[needed])


fields: dict[str, Any] = {question: radio(question) for question in QUESTIONS}
fields["comment"] = TextAreaField("Anything else?", validators=[Length(max=1000)])
StockForm = type("StockForm", (FlaskForm,), fields)

columns: dict[str, Any] = {question: mapped_column(String(20)) for question in QUESTIONS}
columns |= {"id": mapped_column(Integer, primary_key=True), "comment": mapped_column(Text)}
Answer = type("Answer", (Base,), {"__tablename__": "answer", **columns})


def create_app() -> Flask:
    app = Flask(__name__)
    app.jinja_loader = DictLoader({"survey.html": PAGE})  # compiled once, as from a file
    app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]
    engine = create_engine(os.environ["DATABASE_URL"])
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", make_durable)
    app.extensions |= {"engine": engine, "writer": SimpleNamespace(engine=engine)}  # our worker's

    @app.route("/s/stock", methods=["GET", "POST"])
    def survey() -> str | Response:
        form = StockForm()
        if form.validate_on_submit():
            with Session(engine) as session:
                session.add(Answer(**{name: form[name].data for name in [*QUESTIONS, "comment"]}))
                session.commit()
            return redirect(url_for("thanks"), 303)
        return render_template("survey.html", form=form)

    @app.get("/s/thanks")  # below /s, so that it is answered as directly as ours
    def thanks() -> str:
        return THANKS

    @app.get("/health")
    def health() -> str:
        return "ok"

    return app


def make_durable(connection: Any, record: object) -> None:
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute("PRAGMA synchronous = FULL")
