"""Signing in, and how guessing is slowed without anybody being locked out.

A counter for each name would let a stranger lock its owner out; one for each address would refuse
a whole town hall. So wrong passwords are counted by name and kind of browser: a browser that has
signed in with this name before has a counter of its own, which no stranger can fill (OWASP:
"device cookies"). Whoever sits at an unknown browser meanwhile gets a link from a colleague.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from enum import Enum

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import Connection, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from survey.desk import accounts, passwords
from survey.desk.tokens import new_token
from survey.questionnaire.areas import fold
from survey.storage.desk_tables import Account, SignInCount

QUARTER = 900  # seconds
MOST = 10  # wrong passwords a quarter of an hour: by name, of all unknown browsers together
MOST_CODES = 5  # wrong codes a quarter of an hour, of somebody who knows the password
MOST_OF_ALL = 300  # from unknown browsers for all names together: a list of names is tried
LONGEST_NAME = 200  # characters that are looked at
KEPT = 8  # quarters of an hour that a counter is kept

ADD = {
    name: insert(SignInCount)
    .values(failed=1)
    .on_conflict_do_update(
        index_elements=[SignInCount.key, SignInCount.quarter],
        set_={"failed": SignInCount.failed + 1},
    )
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


class Outcome(Enum):
    """Why somebody was not let in."""

    WRONG = "wrong"
    SLOWED = "slowed"


class Doorkeeper:
    """Decides who is let in. `secret` keeps names and browsers out of the counters."""

    def __init__(self, secret: str) -> None:
        self.secret = secret.encode()
        self.devices = URLSafeSerializer(secret, salt="porchlight.device")

    def device_mark(self, account: Account) -> str:
        """Return what a browser keeps after it has signed in: it is void with the password."""
        return str(self.devices.dumps([account.id, new_token(), part_of(account)]))

    def keys(self, name: str, account: Account | None, mark: str) -> list[tuple[str, int]]:
        """Return the counters that a try is held against, each with its limit."""
        if device := self.device(account, mark):
            return [(self.key("device", device), MOST)]
        return [(self.key("name", fold(name)), MOST), (self.key("all", ""), MOST_OF_ALL)]

    def code_counter(self, account: Account, mark: str) -> str:
        """Return the counter of the codes that are typed after the password."""
        device = self.device(account, mark)
        return self.key("code device", device) if device else self.key("code", str(account.id))

    def device(self, account: Account | None, mark: str) -> str:
        """Return, by its mark, a browser that was in this account before; "" for another."""
        try:
            browser = self.devices.loads(mark)
        except BadSignature:
            return ""
        ours = account and browser[0] == account.id and browser[2] == part_of(account)
        return str(browser[1]) if ours else ""

    def key(self, kind: str, text: str) -> str:
        return hmac.new(self.secret, f"{kind}\n{text}".encode(), hashlib.sha256).hexdigest()

    def check(
        self, session: Session, name: str, password: str, mark: str, moment: datetime
    ) -> tuple[Account | None, Outcome | None, list[str]]:
        """Return (account, None, []) or (None, why, the counters that go up by one)."""
        name = name[:LONGEST_NAME]
        account = accounts.find(session, name)
        keys = self.keys(name, account, mark)
        if any(failed(session, key, moment) >= most for key, most in keys):
            return None, Outcome.SLOWED, []
        if passwords.matches(account.password if account else "", password):
            return account, None, []
        return None, Outcome.WRONG, [key for key, _ in keys]


def part_of(account: Account) -> str:
    """Return what changes with the password."""
    return hashlib.sha256(account.password.encode()).hexdigest()[:16]


def quarter_of(moment: datetime) -> int:
    return int(moment.timestamp()) // QUARTER


def failed(session: Session, key: str, moment: datetime) -> int:
    count = session.get(SignInCount, (key, quarter_of(moment)))
    return count.failed if count else 0


def count(connection: Connection, keys: list[str], moment: datetime) -> None:
    """Count one wrong password; counters of earlier hours are forgotten."""
    quarter = quarter_of(moment)
    connection.execute(delete(SignInCount).where(SignInCount.quarter < quarter - KEPT))
    for key in keys:
        connection.execute(ADD[connection.dialect.name], {"key": key, "quarter": quarter})
