"""Accounts, links, sessions and sign-in, without pages: on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from survey.desk import accounts, passwords, sessions
from survey.desk.sign_in import Doorkeeper, Outcome, count
from survey.storage.desk_tables import Account, DeskSession
from survey.storage.events import Refused
from tests.conftest import SECRET
from tests.desk_people import PASSWORD

NOON = datetime(2027, 8, 3, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def make(session: Session, name: str = "Ana", role: str = "operator") -> Account:
    token = accounts.keep_link(session, NOON, role, [])
    account = accounts.accept(session, token, name, PASSWORD, "en", NOON)
    session.commit()
    return account


def test_a_link_works_once_and_within_a_week(session: Session):
    token = accounts.operator_link(session, NOON)
    late = NOON + timedelta(days=7)
    assert accounts.find_link(session, token, late - MINUTE)
    assert accounts.find_link(session, token, late) is None
    accounts.accept(session, token, "Ana", PASSWORD, "en", NOON)
    with pytest.raises(Refused, match="was used"):
        accounts.accept(session, token, "Bo", PASSWORD, "en", NOON)


def test_a_second_operators_link_makes_the_first_void(session: Session):
    first, second = (accounts.operator_link(session, NOON) for _ in range(2))
    assert accounts.find_link(session, first, NOON) is None
    assert accounts.find_link(session, second, NOON)


def test_only_hashes_of_secrets_are_kept(session: Session):
    account = make(session)
    link = accounts.renew(session, account, account, NOON)
    token = sessions.begin(session, account, "Mozilla/5.0 (iPhone)", NOON)
    session.commit()
    told = ""
    for table in ("account", "account_link", "desk_session", "sign_in_count"):
        told += str(session.execute(text(f"SELECT * FROM {table}")).all())
    assert account.password.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    for secret in (PASSWORD, link, token, "iPhone", "Mozilla"):
        assert secret not in told
    assert "phone" in told


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "aaaaaaaaaaaaaaaa",
        "passwordpassword",
        "123456789012345",
        "ana ana ana ana",
        "x" * 201,
    ],
)
def test_a_password_that_can_be_guessed_is_refused(password: str):
    with pytest.raises(Refused):
        passwords.check(password, "Ana")


def test_names_are_one_however_they_are_typed(session: Session):
    make(session, "Ana  Ruiz")
    token = accounts.operator_link(session, NOON)
    with pytest.raises(Refused, match="is called"):
        accounts.accept(session, token, " ANA ruiz ", PASSWORD, "en", NOON)
    found = accounts.find(session, "ana RUIZ ")
    assert found is not None
    assert found.name == "Ana Ruiz"


def test_an_organiser_gives_no_more_than_they_have(session: Session):
    ana = make(session, "Ana", "organiser")
    with pytest.raises(Refused):
        accounts.invite(session, ana, "operator", [], NOON)
    with pytest.raises(Refused):
        accounts.invite(session, ana, "organiser", [], NOON)


def test_the_last_operator_stays(session: Session):
    ana, bo = make(session), make(session, "Bo")
    accounts.end(session, bo)
    with pytest.raises(Refused):
        accounts.end(session, ana)
    assert accounts.find(session, "Bo") is None


def test_a_session_rotates_and_a_copy_of_its_old_token_ends_it(session: Session):
    token = sessions.begin(session, make(session), "", NOON)
    found = sessions.find(session, token, NOON)
    assert found is not None
    assert sessions.touch(session, found.id, token, NOON + 30 * MINUTE) == ""
    later = NOON + 61 * MINUTE
    fresh = sessions.touch(session, found.id, token, later)
    assert fresh
    assert sessions.touch(session, found.id, token, later) == ""  # a second tab, at the same time
    session.commit()
    assert sessions.find(session, fresh, later) is not None
    assert sessions.find(session, token, later + MINUTE) is not None
    sessions.touch(session, found.id, fresh, later + 2 * MINUTE)
    with pytest.raises(sessions.Copied):
        sessions.find(session, token, later + 3 * MINUTE)


def test_a_new_token_that_never_arrived_ends_nothing(session: Session):
    """The park's signal loses the answer that brings it; the browser still has the old one."""
    token = sessions.begin(session, make(session), "", NOON)
    found = sessions.find(session, token, NOON)
    assert found is not None
    later = NOON + 61 * MINUTE
    lost = sessions.touch(session, found.id, token, later)
    again = sessions.find(session, token, later + 9 * MINUTE)
    assert again is not None
    assert sessions.is_due(again, later + 9 * MINUTE)
    fresh = sessions.touch(session, found.id, token, later + 9 * MINUTE)
    assert fresh not in ("", lost)
    assert sessions.find(session, lost, later + 9 * MINUTE) is None
    used = sessions.find(session, fresh, later + 10 * MINUTE)
    assert used is not None
    assert sessions.is_due(used, later + 10 * MINUTE)
    sessions.touch(session, used.id, fresh, later + 10 * MINUTE)
    with pytest.raises(sessions.Copied):
        sessions.find(session, token, later + 12 * MINUTE)


def test_a_session_ends_by_itself(session: Session):
    token = sessions.begin(session, make(session), "", NOON)
    assert sessions.find(session, token, NOON + timedelta(hours=12))
    assert sessions.find(session, token, NOON + timedelta(hours=12, minutes=1)) is None
    row = session.scalars(select(DeskSession)).one()
    row.seen_at = NOON + timedelta(days=7)  # used without a pause
    session.flush()
    assert sessions.find(session, token, NOON + timedelta(days=7, minutes=1)) is None


def test_another_password_ends_every_session(session: Session):
    account = make(session)
    token = sessions.begin(session, account, "", NOON)
    accounts.change_password(session, account, "another nine words oak")
    assert sessions.find(session, token, NOON) is None


def guess(session: Session, keeper: Doorkeeper, password: str, mark: str = "") -> Outcome | None:
    _, why, counters = keeper.check(session, "Ana", password, mark, NOON)
    count(session.connection(), counters, NOON)
    session.commit()
    session.expire_all()
    return why


def test_guessing_is_slowed_and_its_victim_still_comes_in(session: Session):
    keeper, account = Doorkeeper(SECRET), make(session)
    mark = keeper.device_mark(account)
    said = [guess(session, keeper, f"wrong guess {number}") for number in range(11)]
    assert said == [Outcome.WRONG] * 10 + [Outcome.SLOWED]
    assert guess(session, keeper, PASSWORD) is Outcome.SLOWED  # from a browser nobody knows
    assert guess(session, keeper, PASSWORD, mark) is None  # from one that was here before
    assert guess(session, keeper, PASSWORD, mark[:-2] + "xx") is Outcome.SLOWED  # a forged mark
    link = accounts.renew(session, account, account, NOON)  # and with a colleague's link, at once
    assert accounts.reset(session, link, "another nine words oak", NOON) is account


def test_a_stolen_mark_has_a_limit_of_its_own_and_ends_with_the_password(session: Session):
    keeper, account = Doorkeeper(SECRET), make(session)
    mark, other = keeper.device_mark(account), keeper.device_mark(account)
    assert [guess(session, keeper, "wrong wrong", mark) for _ in range(11)][-1] is Outcome.SLOWED
    assert guess(session, keeper, PASSWORD, other) is None
    accounts.change_password(session, account, "another nine words oak")
    session.commit()
    for number in range(10):
        guess(session, keeper, f"wrong guess {number}")
    assert guess(session, keeper, "another nine words oak", other) is Outcome.SLOWED


def test_a_name_that_nobody_has_is_answered_as_one_that_somebody_has(session: Session):
    keeper = Doorkeeper(SECRET)
    _, why, counters = keeper.check(session, "Nobody", PASSWORD, "", NOON)
    assert why is Outcome.WRONG
    assert len(counters) == 2
