"""Every number on the pages of results and in their charts follows from the zip.

The pages are read as text, as a visitor reads them; what they should say is worked out here from
the CSV files of the zip, by code of our own. Figures are compared whole (value, range and answers
together), changes too; whatever number is left on a page must be one that the files explain.
"""

from __future__ import annotations

import csv
import html
import io
import json
import math
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

NUMBER = r"[+\u2212]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?%?"
ANSWERS = r"(\d[\d,]*\d|\d)"
VALUE = rf"(?:{NUMBER} or less|{NUMBER} or more|{NUMBER})"
FIGURES = (  # value, range, answers: in a table, in a hover text, in a sentence
    re.compile(rf"({VALUE})[,|\s]+({NUMBER}) to ({NUMBER})[,|\s]+{ANSWERS}(?: answers)?\b"),
    re.compile(
        rf"({VALUE}) of those who [^.]*?\(range ({NUMBER}) to ({NUMBER}); {ANSWERS} answers"
    ),
)
CHANGES = (  # how much, since when, its range
    re.compile(rf"({NUMBER}) (?:a year )?since (\d{{4}}) \(({NUMBER}) to ({NUMBER})\)"),
    re.compile(
        rf"({NUMBER}) points? (?:higher|lower) than in (\d{{4}}) \(range ({NUMBER}) to ({NUMBER})\)"
    ),
)
IN_WORDS = {"13", "17", "11", "29", "30", "59", "18", "34", "35", "54", "55"}  # ages, bands
TICKS = {"0", "20", "25", "40", "50", "60", "75", "80", "100", "100%"}

Row = dict[str, str]
SUBJECTS = [("trust", "police"), ("approach", "police"), ("index", "police"), ("again", "")]


@pytest.fixture(scope="module")
def files(shown: Flask) -> dict[str, list[Row]]:
    body = shown.test_client().get("/data/latest", follow_redirects=True).data
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        names = ("figures", "changes", "overall", "communities")
        texts = {
            name: archive.read(f"porchlight-1/{name}.csv").decode("utf-8-sig") for name in names
        }
    return {name: list(csv.DictReader(io.StringIO(text))) for name, text in texts.items()}


# How a page should write what a row holds


def plain(number: float) -> str:
    text = f"{number:.1f}"
    return text[:-2] if text.endswith(".0") else text


def shown_as(row: Row, number: float) -> str:
    return plain(number * 100) + "%" if row["unit"] == "share" else plain(number)


def value_of(row: Row) -> str:
    low, high = float(row["value_low"]), float(row["value_high"])
    if low == 0:
        return f"{shown_as(row, high)} or less"
    if high == (1 if row["unit"] == "share" else 100):
        return f"{shown_as(row, low)} or more"
    return shown_as(row, float(row["value"]))


def range_of(row: Row) -> tuple[str, str]:
    scale = 100 if row["unit"] == "share" else 1
    low = math.floor(float(row["range_low"]) * scale + 1e-6) / scale
    high = math.ceil(float(row["range_high"]) * scale - 1e-6) / scale
    return shown_as(row, low), shown_as(row, high)


def figures_of(rows: list[Row]) -> set[tuple[str, ...]]:
    """(value, low, high, answers) of every figure that is told in numbers."""
    return {(value_of(row), *range_of(row), row["n"]) for row in rows if row["value"]}


def end(points: float, *, down: bool, fine: bool) -> str:
    step = 10 if fine else 1
    whole = (math.floor(points * step + 1e-6) if down else math.ceil(points * step - 1e-6)) / step
    near = points if whole == 0 and abs(points) > 1e-6 and (points > 0) == down else whole
    text = plain(abs(near) + 0.0)
    return text if float(text) or not near else f"{abs(near):.1g}"


def changes_of(rows: list[Row], scores: set[str]) -> set[tuple[str, ...]]:
    """(how much, since when, range) of every change, signs apart: words tell rise and fall."""
    found = set()
    for row in rows:
        if not row["change"]:
            continue
        scale = 1 if row["measure"] in scores else 100
        for low, high in (("low", "high"), ("place_low", "place_high")):
            if row[low]:
                least, most = float(row[low]) * scale, float(row[high]) * scale
                fine = row["basis"] == "trend"
                ends = [end(least, down=True, fine=fine), end(most, down=False, fine=fine)]
                much = plain(abs(float(row["change"])) * scale)
                found.add((much, row["season_from"], *sorted(ends, key=float)))
    return found


def words_of(page: str) -> str:
    """The text of a page's main part, without what is chosen from and without tags."""
    main = page[page.index("<main") : page.index("</main>")]
    main = re.sub(r'<section class="use .*?</section>', " ", main, flags=re.S)  # sizes, addresses
    main = re.sub(r"<(script|style|form|select)\b.*?</\1>", " ", main, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", main)))


THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
GROUPS = re.compile(r"\b911 center\b|\b(?:18 to 34|35 to 54|55 or older)\b,?|0 25 50 75 100%?")


def without_labels(text: str) -> str:
    """The text without names of groups and agencies and the marks of an axis: no figures."""
    return GROUPS.sub("; ", text)


def taken(text: str, patterns: tuple[re.Pattern[str], ...]) -> tuple[list[tuple[str, ...]], str]:
    """Every match of the patterns, and the text without them."""
    found: list[tuple[str, ...]] = []
    for pattern in patterns:
        groups = (match.groups() for match in pattern.finditer(text))
        found += [
            tuple(re.sub(r"(?<=\d),(?=\d{3})", "", part) for part in parts) for parts in groups
        ]
        text = pattern.sub(" ; ", text)
    return found, text


def unsigned(parts: tuple[str, ...]) -> tuple[str, ...]:
    much, season, *ends = (part.lstrip("+\u2212") for part in parts)
    return (much, season, *sorted(ends, key=float))


def addresses(
    files: dict[str, list[Row]],
) -> Iterator[tuple[str, str, tuple[str, str], set[str]]]:
    """Yield (address without ending, query, subject, communities) of every page that is read."""
    places = [row["community"] for row in files["communities"]]
    for measure, agency in SUBJECTS:
        about = f"measure={measure}&agency={agency}&lang=en"
        yield "/results", about, (measure, agency), set(places)
        yield (
            "/results/compare",
            f"c={places[0]}&c={places[1]}&{about}",
            (measure, agency),
            set(places[:2]),
        )
        for place in places:
            for cut in ("total", "age", "race"):
                yield f"/results/{place}", f"cut={cut}&{about}", (measure, agency), {place}


def of_places(rows: list[Row], places: set[str]) -> list[Row]:
    """Rows about these communities, or about a pool or county in which one of them is shown."""
    return [
        row for row in rows
        if row["community"] in places or places & set(row.get("members", "").split("|"))
    ]  # fmt: skip


def explained(files: dict[str, list[Row]], rows: list[Row], moved: list[Row]) -> set[str]:
    """Every number that may stand by itself: years, answers, marks of charts, don't know ..."""
    seasons = {row["season"] for row in files["figures"]}
    found = IN_WORDS | TICKS | seasons | {season[2:] for season in seasons}
    for row in rows:
        found |= {row["n"], row["head_count"], f"{int(row['head_count'] or 0):,}"}
        if row["value"]:
            marks = {value_of(row), *range_of(row)} | set(re.findall(NUMBER, value_of(row)))
            found |= marks | {mark.rstrip("%") for mark in marks}
        if row["dont_know"]:
            tail = 1.5 * float(row["band"]) / 100
            found |= {
                shown_as({"unit": "share"}, x) for x in (float(row["dont_know"]), tail, 1 - tail)
            }
    for row in moved:
        if row["smallest"]:
            scales = (1, 100)
            found |= {str(math.ceil(float(row["smallest"]) * scale - 1e-9)) for scale in scales}
    verdicts = Counter(row["verdict"] for row in moved if row["basis"] in ("before", "trend"))
    found |= {str(n) for n in range(len(files["communities"]) + 1)} if verdicts else set()
    for row in files["overall"]:
        numbers = {row[name] for name in ("n", "communities", "compared", "left_out")}
        found |= numbers | {f"{int(number or 0):,}" for number in numbers}
        row = {**row, "value_low": "-1", "value_high": "-1"}
        value = round(float(row["value"]), 2 if row["unit"] == "share" else 0)
        found |= {shown_as(row, value), *range_of(row)}
    return found


@pytest.fixture(scope="module")
def release_words(shown: Flask) -> set[str]:
    """Numbers of the line that names the release."""
    text = words_of(shown.test_client().get("/results?lang=en").text)
    line = re.search(r"release \d+ of [^.]*?\d{4}", text)
    assert line
    return set(re.findall(r"\d+", line[0]))


def test_every_number_on_the_pages_follows_from_the_zip(shown: Flask, files, release_words):
    client, told, seen = shown.test_client(), 0, 0
    scores = {row["measure"] for row in files["figures"] if row["unit"] == "score"}
    for path, query, subject, places in addresses(files):
        rows = of_places(files["figures"], places)
        mine = [row for row in rows if (row["measure"], row["agency"]) == subject]
        moved = of_places(files["changes"], places)
        text = without_labels(words_of(client.get(f"{path}?{query}").text))
        figures, text = taken(text, FIGURES)
        changes, text = taken(text, CHANGES)
        unknown = set(figures) - figures_of(rows)
        assert unknown == set(), (path, query)
        unknown = {unsigned(parts) for parts in changes} - changes_of(moved, scores)
        assert unknown == set(), (path, query)
        left = {number.lstrip("+\u2212") for number in re.findall(NUMBER, text)}
        strange = left - explained(files, rows, moved) - release_words
        strange -= {end_ for parts in changes_of(moved, scores) for end_ in parts}
        assert strange == set(), (path, query)
        newest = max(row["season"] for row in files["figures"])
        wanted = [row for row in mine if (row["cut"], row["season"]) == ("total", newest)]
        if "compare" not in path and "/results/" in path and wanted and wanted[0]["value"]:
            assert figures_of(wanted[:1]) & set(figures), path
        told, seen = told + len(figures) + len(changes), seen + 1
    assert seen == len(SUBJECTS) * (2 + 3 * len(files["communities"]))
    assert told > 2000


def test_every_number_in_the_charts_follows_from_the_zip(shown: Flask, files):
    client, drawn = shown.test_client(), 0
    for path, query, subject, places in addresses(files):
        rows = of_places(files["figures"], places)
        rows = [row for row in rows if (row["measure"], row["agency"]) == subject]
        reply = client.get(f"{path}.chart.json?{query}")
        cut = query.partition("&")[0].removeprefix("cut=")
        if reply.status_code == 404:  # nothing to draw, and nothing in the files
            assert not [row for row in rows if row["cut"] == cut], (path, query)
            continue
        chart = reply.text
        known = figures_of(rows)
        for hover in set(re.findall(r'"((?:[^"\\]|\\.)*<br>(?:[^"\\]|\\.)*)"', chart)):
            text = without_labels(json.loads(f'"{hover}"').replace("<br>", " | "))
            assert set(taken(text, FIGURES[:1])[0]) <= known, (path, query, text)
        ends = {
            round(float(row[name]) * (100 if row["unit"] == "share" else 1), 4)
            for row in rows
            for name in ("value", "value_low", "value_high", "range_low", "range_high")
            if row[name]
        }
        grouped = "cut=age" in query or "cut=race" in query
        for number in drawn_numbers(json.loads(chart)["data"], across=grouped):
            near = min((abs(number - one) for one in ends), default=0)
            assert near < 0.06 or number in (0, 100), (path, query, number)
            drawn += 1
    assert drawn > 1000


def drawn_numbers(traces: list[dict[str, Any]], *, across: bool) -> Iterator[float]:
    """Where marks stand and end on the axis of figures; a bar reaches from its base."""
    for trace in traces:
        numbers = trace["x"] if across else trace["y"]
        if "base" in trace:
            yield from trace["base"]
            numbers = [base + long for base, long in zip(trace["base"], numbers, strict=True)]
        yield from (number for number in numbers if isinstance(number, int | float))
