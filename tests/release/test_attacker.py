"""A differencing attacker reads everything public and pins nobody; without bands they would."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import delete, insert, select

from analysis.disclosure import protect, rules
from analysis.tabulation import figure_print, rounding
from survey.config import Settings
from survey.read import downloads, package
from survey.release import build
from survey.storage import db
from survey.storage.models import Community, Event, Figure, Release, Response
from tests import attacker
from tests.attacker import System
from tests.conftest import make_app
from tests.demonstration import copy_of

ENOUGH = 20  # pinned groups that show what the attacker can do
AGES = {"18-24": "18-34", "25-34": "18-34", "35-44": "35-54", "45-54": "35-54"}
AGES |= {"55-64": "55+", "65-74": "55+", "75+": "55+"}  # as asked -> as released
COLUMNS = ("top", "middle", "bottom", "dont_know")  # shares that stand beside the value
LATE = {"austintown": 60, "new-middletown": 30}  # answers after the first release


@pytest.fixture
def copy(shown: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The demonstration in a database of this test's own, whose releases have no files but those
    that the attacker reads."""
    app = make_app(copy_of(shown, tmp_path / "copy.sqlite"))

    def make_here(settings: Settings, release: int, folder: Path) -> None:
        session = db.session()
        package.make(session, app.extensions["content"], session.get_one(Release, release), folder)

    monkeypatch.setattr(downloads, "make_apart", make_here)
    for unread in ("statistics", "parquet"):
        monkeypatch.setattr(package.Package, unread, lambda *about: None)
    with app.app_context():
        yield app


def release(app: Flask) -> None:
    build.publish(db.session(), app.extensions["content"], datetime.now(UTC), lambda said: None)
    db.session().commit()


def keep_newest(seasons: int) -> None:
    """Take away the answers of earlier seasons and what was released: less to build again."""
    earlier = select(Event.id).where(Event.season <= 2026 - seasons)
    db.session().execute(delete(Response).where(Response.event_id.in_(earlier)))
    for table in (Figure, Release):
        db.session().execute(delete(table))
    db.session().commit()


def truth(system: System, cell: attacker.Cell) -> tuple[int, int]:
    """How many people of a place and group answered, and how many of them favourably."""
    season, _, _, measure, agency, cut = system.name
    place, group = cell
    query = (
        select(Response.answers, Response.language)
        .join(Event, Event.id == Response.event_id)
        .join(Community, Community.id == Event.community_id)
        .where(Community.slug == place, Event.season == int(season))
    )
    name, codes = f"{measure}.{agency}" if agency else measure, []
    for answers, language in db.session().execute(query):
        given = answers.get(cut, "unsaid") if cut != "language" else language
        if isinstance(given, list):
            given = given[0] if len(given) == 1 else "two_or_more"
        given = AGES.get(given, given) if isinstance(given, str) else "unsaid"
        if given == group:
            codes.append(answers.get(name, -4))
    valid = [code for code in codes if isinstance(code, str) or code > 0]
    good = [
        c
        for c in valid
        if c in ("before", "met") or (not isinstance(c, str) and c >= best(measure))
    ]
    return len(valid), len(good)


def best(measure: str) -> int:
    return 3 if measure == "again" else 4


def exact(share: figure_print.Share):
    share_of = np.where(share.printed, share.part / np.maximum(share.whole, 1), np.nan)
    return share_of, share_of, share_of


def test_everything_public_pins_nobody(shown: Flask):
    public = attacker.reads(shown.test_client(), 1)
    attacker.browses(shown.test_client(), public)
    rule = {"11", "29", "59"}  # "under 11 answers", "30 to 59 answers": the rule itself
    sums = sums_of_shown(shown, public.rows)  # of all places together
    assert public.seen <= {row["n"] for row in public.rows} | rule | sums  # no other counts
    found = [(s.name, told) for s in attacker.systems(public) for told in attacker.worked_out(s)]
    assert len(attacker.systems(public)) > 500
    assert {system.score for system in attacker.systems(public)} == {True, False}
    assert found == []
    assert attacker.finer_than_told(public) == []
    assert {name for name in COLUMNS if any(row[name] for row in public.rows)} == set(COLUMNS)


def sums_of_shown(app: Flask, rows: list[dict[str, str]]) -> set[str]:
    """Answers in all places together: sums of numbers that are shown place by place, no others."""
    text = app.test_client().get("/data/1/overall.csv").text.lstrip("\ufeff")
    told = list(csv.DictReader(io.StringIO(text)))
    for row in told:
        same = [
            int(one["n_low"])
            for one in rows
            if (one["season"], one["measure"], one["agency"], one["cut"])
            == (row["season"], row["measure"], row["agency"], "total")
            and row["state"] in ("", one["state"])
            and one["value"]
            and one["community"] not in ("", "other")
        ]
        assert (len(same), sum(same)) == (int(row["communities"]), int(row["n"])), row
    assert told
    return {form.format(int(row["n"])) for row in told for form in ("{}", "{:,}")}


def test_a_split_in_a_finer_band_than_its_row_is_seen(copy: Flask, monkeypatch: pytest.MonkeyPatch):
    """Planted: what is told beside the value is rounded as for more people than there are."""
    printed = figure_print.Share.in_print

    def finer(share: figure_print.Share):
        if not share.printed.all():  # the split: a value is always printed
            close = rounding.coarser(share.band, -1)
            share = share._replace(edges=rounding.edges(share.part, share.whole, close), band=close)
        return printed(share)

    monkeypatch.setattr(figure_print.Share, "in_print", finer)
    keep_newest(1)
    release(copy)
    leaks = attacker.finer_than_told(attacker.reads(copy.test_client(), 1))
    assert {name for name, _ in leaks} == set(COLUMNS)


def test_without_bands_the_same_attacker_pins_people(copy: Flask, monkeypatch: pytest.MonkeyPatch):
    """So the test above can fail: exact counts and shares, pooled as ever."""
    monkeypatch.setattr(figure_print, "band_n", lambda n, coarse=0: (n, n))
    monkeypatch.setattr(figure_print.Share, "in_print", exact)
    monkeypatch.setattr(figure_print, "shown_n", str)
    monkeypatch.setattr(rules, "_wrong_classes", lambda figures, ledger: [])
    monkeypatch.setattr(protect.Hearing, "in_doubt", lambda *args: [])
    keep_newest(2)
    release(copy)
    public = attacker.reads(copy.test_client(), 1, step=1)
    pinned, certain = {}, 0
    for system in attacker.systems(public):
        if system.name[1] != "Mahoning":
            continue
        for kind, cell, n, top in attacker.worked_out(system):
            if kind == "pinned":
                pinned[(*system.name, *cell)] = (n, top)
                assert truth(system, cell) == (n, top)
            certain += kind == "certain"
        if len(pinned) >= ENOUGH and certain:
            return
    pytest.fail(f"only {len(pinned)} groups were pinned and {certain} answers certain")


def test_two_releases_pin_neither_those_who_were_there_nor_those_who_came(
    copy: Flask, shown: Flask
):
    before = attacker.reads(shown.test_client(), 1)  # which is the copy's first, too
    session, rng = db.session(), np.random.default_rng(4)
    for slug, count in LATE.items():
        here = select(Event.id).join(Community).where(Community.slug == slug, Event.season == 2026)
        told = session.execute(
            select(Response.__table__).where(Response.event_id.in_(here))
        ).mappings()
        rows = [dict(row) for row in told]
        late = [rows[i] | {"submission": uuid4()} for i in rng.integers(0, len(rows), count)]
        session.execute(insert(Response), late)
    release(copy)
    after = attacker.reads(copy.test_client(), 2)
    assert after.waits
    first = {system.name: system for system in attacker.systems(before)}
    changed = 0
    for second in attacker.systems(after):
        season, county, panel, *_, cut = second.name
        if (season, county) != ("2026", "Mahoning") or second.name not in first:
            continue
        stands = (season, county, panel, cut) in after.waits
        both = attacker.joined(first[second.name], second, stands)
        assert attacker.worked_out(both) == []
        changed += 1
    assert changed > 20
