"""Imported seasons in a real release: joined where the words were ours, apart where they were not,
counts alone told as such, and a season that was released cannot be taken back."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from analysis.measures import NOT_SHOWN
from analysis.output.columns import IMPORTS_TABLE, NOTES_TABLE
from survey.read.package import Package
from survey.storage.models import Event
from survey.storage.release_store import CHANGE, Subject, current, rows
from tests.builders import add_event
from tests.imports.asked import KINDS
from tests.imports.conftest import over

TRUST = "How much do you trust the {} to do what is right for people here?"
OURS = ("Not at all", "A little", "Somewhat", "A lot", "Completely")
POLICE, FIRE = Subject("trust", "police"), Subject("trust", "fire")


def written(path: Path, season: int, people: int, *, labels=OURS, asked=TRUST, up: int = 0) -> str:
    """A Google Forms file of `people`, three of five favourable and `up` more in twenty."""
    turns = itertools.cycle(range(20))
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["Timestamp", asked.format("police"), asked.format("fire department")])
        for number in range(people):
            turn = next(turns)
            police = labels[-1 if turn < 12 + up else 0]
            fire = labels[-2] if number % 3 else labels[1]
            out.writerow([f"8/5/{season} 18:02:11", police, fire])
    return str(path)


def of_season(app: Flask, session: Session, season: int, name: str = "Maple Falls") -> Event:
    event = add_event(app, session, name=name, kinds=KINDS[:3], season=season, open_now=False)
    over(session, event)
    return event


def figures(session: Session, subject: Subject) -> dict[tuple[str, int], Any]:
    now = current(session)
    assert now
    found = rows(session, now.release, subject=subject, cut="total")
    return {(row["community"], row["season"]): row for row in found}


def page(app: Flask, language: str = "en") -> str:
    address = f"/results/maple-falls?measure=trust&agency=police&lang={language}"
    return app.test_client().get(address).text


def test_seasons_asked_in_our_words_are_one_series(app: Flask, session, flask, tmp_path: Path):
    for season, up in ((2024, 0), (2025, 7)):
        event = of_season(app, session, season)
        file = written(tmp_path / f"{season}.csv", season, 60, up=up)
        flask("import", file, "--event", event.slug, "--yes")
    beside = of_season(app, session, 2025, "Alder Bend")
    flask("import", written(tmp_path / "b.csv", 2025, 40), "--event", beside.slug, "--yes")
    flask("release")
    found = figures(session, POLICE)
    assert found["maple-falls", 2024]["wording"] == found["maple-falls", 2025]["wording"] == "1"
    assert found["maple-falls", 2025]["n_low"] >= 50
    now = current(session)
    assert now
    [change] = [row for row in rows(session, now.release, CHANGE, subject=POLICE)
                if row["community"] == "maple-falls" and row["basis"] == "before"]  # fmt: skip
    assert change["change"] > 0.2
    told = page(app)
    assert "2024: the answers of Maple Falls were collected with Google Forms" in told
    assert "other words" not in told
    assert "se recogieron con Formularios de Google" in page(app, "es")
    assert "has used this import" in flask("import", "undo", "maple-falls-2025", fails=True)


def test_another_wording_or_scale_stands_apart(app: Flask, session, flask, tmp_path: Path):
    first = of_season(app, session, 2024)
    flask("import", written(tmp_path / "a.csv", 2024, 60), "--event", first.slug, "--yes")
    agree = ("Strongly disagree", "Disagree", "Agree", "Strongly agree")
    file = written(tmp_path / "b.csv", 2025, 60, labels=agree, asked="I trust the {} here.")
    second = of_season(app, session, 2025)
    mapping = tmp_path / "mapping.toml"
    lines = []
    for letter, agency in (("B", "police"), ("C", "fire")):
        lines += [f"[columns.{letter}]", 'question = "trust"', f'agency = "{agency}"']
        lines.append('labels = { "Strongly disagree" = 1, "Disagree" = 2, "Agree" = 3, '
                     '"Strongly agree" = 4 }')  # fmt: skip
    mapping.write_text("\n".join(lines), "utf-8")
    words = ("import", file, "--event", second.slug, "--mapping", str(mapping), "--yes")
    assert "Which steps count as favourable" in flask(*words, fails=True)
    sides = "favourable = [3, 4]\nunfavourable = [1, 2]"
    mapping.write_text("\n".join([*lines[:4], sides, *lines[4:], sides]), "utf-8")
    flask(*words)
    flask("release")
    found = figures(session, POLICE)
    old, new = found["maple-falls", 2024], found["maple-falls", 2025]
    assert old["wording"] == "1"
    assert new["wording"].startswith("f")
    assert (old["value"], new["value"]) == (0.6, 0.6)  # Completely; Strongly agree: 12 in 20
    now = current(session)
    assert now
    told = {row["verdict"] for row in rows(session, now.release, CHANGE, subject=POLICE)
            if row["community"] == "maple-falls"}  # fmt: skip
    assert told == {"wording"}
    index = figures(session, Subject("index", "police"))
    assert not [key for key in index if key[1] == 2025]  # no mean over another scale
    shown = page(app)
    assert "I trust the police here." in shown
    assert "I trust the fire department here." not in shown
    assert "Strongly disagree" in shown
    assert "We did not convert it" in shown
    of_file, of_question = in_package(app, session, tmp_path)[-2:]
    assert (of_file["season"], of_file["mode"], of_file["responses"]) == (2025, "answers", 60)
    assert (of_file["tool"], of_file["columns_dropped"]) == ("Google Forms", 0)
    assert (of_question["question"], of_question["wording"]) == ("trust", new["wording"])
    assert of_question["asked"] == "I trust the fire department here.|I trust the police here."
    assert "Strongly agree = 4" in of_question["answers"]
    assert (of_question["own_scale"], of_question["crosswalk"]) == ("1|2|3|4", "")


def in_package(app: Flask, session: Session, folder: Path) -> list[dict[str, Any]]:
    """The rows of `imports` in the newest release's package; `notes` has one for each file."""
    now = current(session)
    assert now
    package = Package(session, app.extensions["content"], now.release, folder)
    notes = [
        dict(zip(NOTES_TABLE.names, row, strict=True)) for row in package.rows(NOTES_TABLE)("")
    ]
    found = [
        dict(zip(IMPORTS_TABLE.names, row, strict=True)) for row in package.rows(IMPORTS_TABLE)("")
    ]
    told = {(row["season"], row["community"]) for row in notes if row["kind"] == "imported"}
    assert told == {(row["season"], row["community"]) for row in found}
    return found


def counts_table(path: Path, police: tuple[int, ...], fire: tuple[int, ...]) -> str:
    lines = [["Question", *OURS, "Don't know", "Total"]]
    lines += [[TRUST.format(name), *map(str, counts), str(sum(counts))]
              for name, counts in (("police", police), ("fire department", fire))]  # fmt: skip
    path.write_text("\n".join(",".join(line) for line in lines), "utf-8")
    return str(path)


def test_counts_alone_take_part_among_the_people_who_came(
    app: Flask, session, flask, tmp_path: Path
):
    first = of_season(app, session, 2024)
    table = counts_table(tmp_path / "c.csv", (12, 12, 12, 12, 12, 5), (4, 6, 10, 22, 18, 5))
    told = flask("import", table, "--event", first.slug, "--yes")
    assert "Counts only" in told
    second = of_season(app, session, 2025)
    file = written(tmp_path / "d.csv", 2025, 80, up=6)
    flask("import", file, "--event", second.slug, "--yes")
    flask("release")
    found = figures(session, POLICE)
    counted, single = found["maple-falls", 2024], found["maple-falls", 2025]
    assert (counted["value"], counted["wording"]) == (0.4, "1-counted")
    assert single["wording"] == "1"
    assert counted["icc"] is None
    now = current(session)
    assert now
    changes = [row for row in rows(session, now.release, CHANGE, subject=POLICE)
               if row["community"] == "maple-falls"]  # fmt: skip
    assert {(row["verdict"], row["rung"]) for row in changes} == {("higher", 1)}
    groups = [row for row in rows(session, now.release, subject=POLICE)
              if row["season"] == 2024 and row["cut"] != "total"]  # fmt: skip
    assert groups == []
    assert not [key for key in figures(session, Subject("index", "police")) if key[1] == 2024]
    assert "we know only how many people gave each answer" in page(app)
    rows_of = [row for row in in_package(app, session, tmp_path) if row["season"] == 2024]
    assert {row["mode"] for row in rows_of} == {"counts"}
    assert {row["wording"] for row in rows_of if row["question"]} == {"1-counted"}
    assert rows_of[0]["responses"] is None
    assert "has used this import" in flask("import", "undo", first.slug, fails=True)


def test_a_research_file_holds_imported_people_and_no_counts(
    app: Flask, session, flask, tmp_path: Path
):
    """Once, counts under other words stopped it, and people under them were unreadable."""
    counts = counts_table(tmp_path / "c.csv", (12, 12, 12, 12, 12, 5), (4, 6, 10, 22, 18, 5))
    flask("import", counts, "--event", of_season(app, session, 2024).slug, "--yes")
    agree = ("Strongly disagree", "Disagree", "Agree", "Strongly agree")
    steps = ", ".join(f'"{label}" = {code}' for code, label in enumerate(agree, 1))
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        f'[columns.B]\nquestion = "trust"\nagency = "police"\nlabels = {{ {steps} }}\n'
        "favourable = [3, 4]\nunfavourable = [1, 2]\n",
        "utf-8",
    )
    other, ours = of_season(app, session, 2025), of_season(app, session, 2025, "Alder Bend")
    words = spread(tmp_path / "o.csv", 60, "I trust the police here.", agree)
    flask("import", words, "--event", other.slug, "--mapping", str(mapping), "--yes")
    words = spread(tmp_path / "a.csv", 40, TRUST.format("police"), OURS)
    flask("import", words, "--event", ours.slug, "--yes")
    path = tmp_path / "research.csv"
    told = flask("research-file", str(path), "--agreement", "University, study 7")
    assert "set aside" not in told
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    assert {row["season"] for row in rows} == {"2025"}
    trust = sorted(int(row["trust"]) for row in rows)
    assert trust == [NOT_SHOWN] * 60 + sorted([1, 2, 3, 4, 5] * 8)  # no step of four as one of five


def spread(path: Path, people: int, asked: str, labels: tuple[str, ...]) -> str:
    """A file of people who tap each label equally often."""
    lines = [f"8/5/2025 18:02:11,{labels[i % len(labels)]}" for i in range(people)]
    path.write_text("\n".join([f"Timestamp,{asked}", *lines]), "utf-8")
    return str(path)
