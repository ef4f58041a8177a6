"""A whole country's release of made-up figures, stored as a real one is, without any answers.

    python -m benchmarks.country --url sqlite:////tmp/country.sqlite --communities 17000

Counts of people are drawn from a seed; what is shown of them is made by the rules of a release
(bands, ranges, changes, the programme and its states) and frozen by the store of a release. The
audit is left out, for it needs answers. Communities are of very different sizes and join over
the years; small ones of a county are shown together. What has been asked for long (the core form
of adults) has ten seasons; all other measures have the newest two.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from analysis.estimators.basic import FloatArray
from analysis.measures import LEAST, OTHER, TOTAL, WHOLE, IntArray, Measure
from analysis.release.changes import released_changes
from analysis.release.columns import CHANGES, FIGURES, NOTES, OVERALL
from analysis.release.figures import Known, with_ranges
from analysis.release.overall import Parts, overall, parts_of
from analysis.release.released import tidy
from analysis.release.verdict import smallest_for
from analysis.tabulation.figure_print import Counts, print_columns
from analysis.tabulation.tables import FEW_ANSWERS
from survey.questionnaire.content_files import read_content
from survey.release import measure_catalogue
from survey.release.about import EXAMPLES
from survey.release.figure_rows import freeze, insert_rows, piece, records
from survey.storage.models import Release
from survey.storage.release_store import CHANGE, FIGURE
from survey.storage.release_store import OVERALL as WHOLE_ROWS

CONTENT = read_content()
KINDS = ("police", "fire", "ems")
SEASONS = tuple(range(2017, 2027))
MEAN, SPREAD = 118.0, 0.9  # answers of a community and season: 20 million in ten years
AT_ONCE = 120  # communities whose figures are made together
A_COUNTY = 5.7  # communities
STATES = [
    "Alabama", "Alaska", "Arizona", "Arkansas", "California", "Colorado", "Connecticut",
    "Delaware", "Florida", "Georgia", "Hawaii", "Idaho", "Illinois", "Indiana", "Iowa", "Kansas",
    "Kentucky", "Louisiana", "Maine", "Maryland", "Massachusetts", "Michigan", "Minnesota",
    "Mississippi", "Missouri", "Montana", "Nebraska", "Nevada", "New Hampshire", "New Jersey",
    "New Mexico", "New York", "North Carolina", "North Dakota", "Ohio", "Oklahoma", "Oregon",
    "Pennsylvania", "Rhode Island", "South Carolina", "South Dakota", "Tennessee", "Texas", "Utah",
    "Vermont", "Virginia", "Washington", "West Virginia", "Wisconsin", "Wyoming",
]  # fmt: skip
FIRST = [
    "Spring", "Maple", "Oak", "Cedar", "River", "Lake", "Green", "Fair", "West", "East", "North",
    "Clear", "Glen", "Stone", "Mill",
]  # fmt: skip
LAST = [
    "field", "ville", "ton", "wood", "port", "dale", "brook", "haven", "view", "ford", "crest",
    "land", "burg", "mont", "side",
]  # fmt: skip
PART = {  # of a community's answers, and of the communities, by sample and length of the form
    "adult_event": (1.0, 1.0),
    "teen_event": (0.12, 0.3),
    "child_event": (0.15, 0.6),
    "adult_leaving": (0.3, 0.12),
    "teen_leaving": (0.06, 0.12),
    "child_leaving": (0.06, 0.12),
    "adult_follow-up": (0.06, 0.12),
    "teen_follow-up": (0.02, 0.12),
}
LONGER = 0.3  # of those who answer, also the longer part
SIZES = np.array([11, 15, 20, 30, 45, 60, 90, 130, 180, 250, 350, 500, 800, 1500, 4000])
CORE = ("police", "fire", "ems")  # panels that have been asked for ten seasons
LEAST_SHOWN = {"adult": 11, "teen": 11, "child": 30}


@dataclass(frozen=True)
class Country:
    """Made-up places and figures, the same from the same seed."""

    communities: int
    seed: int = 1

    @cached_property
    def measures(self) -> list[Measure]:
        return measure_catalogue.measures_of(CONTENT, KINDS)

    @cached_property
    def places(self) -> list[dict[str, str]]:
        """Return every community as a release names it, by state, county and name."""
        chance = np.random.default_rng(self.seed)
        states = STATES[: max(1, self.communities // 3)]
        shares = chance.dirichlet(np.full(len(states), 3.0))
        sizes = np.diff(np.round(np.cumsum([0, *shares]) * self.communities).astype(int))
        found: list[dict[str, str]] = []
        taken: set[str] = set()
        for state, size in zip(states, sizes.tolist(), strict=True):
            counties = max(1, round(size / A_COUNTY))
            for number in range(size):
                name = f"{chance.choice(FIRST)}{chance.choice(LAST)}"
                county = f"{FIRST[number % counties % 15]}{LAST[number % counties // 15 % 15]}"
                slug = name.lower()
                while slug in taken:
                    slug = f"{name.lower()}-{len(taken)}"
                taken.add(slug)
                found.append(
                    {"slug": slug, "name": name, "county": county, "area": "county",
                     "area_name": county, "state": state}
                )  # fmt: skip
        return sorted(found, key=lambda one: (one["state"], one["county"], one["slug"]))

    @cached_property
    def about(self) -> dict[str, object]:
        words: dict[str, dict[str, str]] = {}
        for measure, wording, name in measure_catalogue.words_of(CONTENT, self.measures):
            words.setdefault(measure, {})[wording] = name
        headline = next(measure for measure in self.measures if measure.headline)
        return {
            "seasons": list(SEASONS),
            "places": sorted(self.places, key=lambda one: (one["name"], one["slug"])),
            "subjects": [list(measure.key) for measure in self.measures],
            "headline": list(headline.key),
            "measures": [asdict(measure) for measure in self.measures],
            "scores": sorted({m.id for m in self.measures if m.unit == "score"}),
            "cuts": list(measure_catalogue.cuts_of(CONTENT)),
            "smallest": {str(n): smallest_for(n) for n in EXAMPLES},
            "words": words,
            "made_up": True,
            "notes": [],
        }

    def store(self, session: Session) -> Release:
        """Freeze the release; commit is the caller's."""
        name = hashlib.sha256(f"{self.communities} {self.seed}".encode()).hexdigest()
        moment = datetime(2026, 11, 20, tzinfo=UTC)
        release = freeze(session, self.about, moment, sha256=name)
        counts, parts, notes = {FIGURE: 0, CHANGE: 0}, [], []
        for part in self.parts():
            for kind, table in ((FIGURE, part.figures), (CHANGE, part.changes)):
                counts[kind] += insert_rows(session, release, piece(kind, table), counts[kind])
            parts.append(parts_of(part.figures, part.changes, part.notes, self.measures))
            notes += records(part.notes)
        whole = tidy(overall(Parts.together(parts)), OVERALL)
        insert_rows(session, release, piece(WHOLE_ROWS, whole))
        shown = {(row[0], row[1]) for row in part_subjects(session, release)}
        subjects = [list(m.key) for m in self.measures if m.key in shown]
        release.about = {**self.about, "notes": notes, "subjects": subjects}
        return release

    def parts(self) -> Iterator[Part]:
        """Yield the figures of some counties after another's."""
        at, chance = 0, np.random.default_rng(self.seed + 1)
        while at < len(self.places):
            to = min(at + AT_ONCE, len(self.places))
            while to < len(self.places) and same_county(self.places[to - 1], self.places[to]):
                to += 1
            yield Draw(self.places[at:to], self.measures, chance).part()
            at = to


def part_subjects(session: Session, release: Release) -> Sequence[tuple[str, str]]:
    from sqlalchemy import select

    from survey.storage.models import Figure

    query = select(Figure.measure, Figure.agency).where(
        Figure.release_id == release.id, Figure.kind == FIGURE
    )
    return [(row[0], row[1]) for row in session.execute(query.distinct())]


def same_county(one: dict[str, str], other: dict[str, str]) -> bool:
    return (one["state"], one["county"]) == (other["state"], other["county"])


@dataclass(frozen=True)
class Part:
    """Released tables of some counties."""

    figures: pd.DataFrame
    changes: pd.DataFrame
    notes: pd.DataFrame


@dataclass(frozen=True)
class Draw:
    """Draws the figures of some counties' communities."""

    places: Sequence[dict[str, str]]
    measures: Sequence[Measure]
    chance: np.random.Generator

    def part(self) -> Part:
        sizes = MEAN * np.exp(self.chance.normal(0, SPREAD, self.count) - SPREAD**2 / 2)
        joined = np.where(
            self.chance.random(self.count) < 0.3, 0, self.chance.integers(0, 9, self.count)
        )
        years = np.arange(len(SEASONS))
        people = self.chance.poisson(np.repeat(sizes[:, None], len(SEASONS), axis=1))
        people = np.where(years >= joined[:, None], people, 0)  # shape (places, seasons)
        mood = self.chance.normal(0, 0.3, (self.count, 1)) + self.chance.normal(
            0, 0.04, (self.count, 1)
        ) * (years - 5)
        mood = mood + self.chance.normal(0, 0.12, people.shape)
        groups = {
            sample: self.chance.random(self.count) < share for sample, (_, share) in PART.items()
        }
        drawn = pd.concat(
            [self.one(measure, people, mood, groups) for measure in self.measures],
            ignore_index=True,
        )
        figures = self.shown(drawn)
        changes = tidy(released_changes(figures, self.measures, SEASONS[-1]), CHANGES)
        return Part(tidy(figures, FIGURES), changes, self.few(drawn))

    @property
    def count(self) -> int:
        return len(self.places)

    def one(
        self, measure: Measure, people: IntArray, mood: FloatArray, groups: dict[str, np.ndarray]
    ) -> pd.DataFrame:
        """Return exact counts of one measure by place, season and group; under 11 people too."""
        sample = f"{measure.audience}_{measure.wave}"
        part, _ = PART[sample]
        longer = "longer" in measure.panel or "topics" in measure.panel
        core = measure.panel in CORE
        seasons = np.arange(len(SEASONS) if core else 2) + (0 if core else len(SEASONS) - 2)
        n = np.floor(people[:, seasons] * part * (LONGER if longer else 1)).astype(np.int64)
        n = np.where(groups[sample][:, None], np.where(n >= LEAST, sized(n), n), 0)
        level = (hash_of(measure.name) % 200) / 100 - 0.7
        truth = 1 / (1 + np.exp(-(level + mood[:, seasons])))
        place, season = (index.ravel() for index in np.indices(n.shape))
        table = pd.DataFrame(
            {"place": place, "season": season + seasons[0], "n": n.ravel(),
             "truth": truth.ravel(), "cut": TOTAL, "group": ""}
        )  # fmt: skip
        table = table[table["n"] > 0]
        tables = [table]
        if measure.headline and measure.agency == KINDS[0] and core:
            tables += [self.by_group(table, cut) for cut in measure_catalogue.cuts_of(CONTENT)]
        made = pd.concat(tables, ignore_index=True)
        made["top"] = self.chance.binomial(made["n"].to_numpy(), made["truth"].to_numpy())
        rest = made["n"].to_numpy() - made["top"].to_numpy()
        made["bottom"] = self.chance.binomial(rest, 0.4)
        made["dont_know"] = self.chance.binomial(made["n"].to_numpy(), 0.05)
        return made.assign(
            measure=measure.id, agency=measure.agency, panel=measure.panel, unit=measure.unit,
            splits=measure.splits, least=LEAST_SHOWN[measure.audience],
        )  # fmt: skip

    def by_group(self, table: pd.DataFrame, cut: str) -> pd.DataFrame:
        """Share a place's people of the newest two seasons out among the groups of a cut."""
        if cut.startswith("c_"):
            return table.iloc[:0]
        newest = table[table["season"] >= len(SEASONS) - 2]
        names = groups_of(cut)
        odds = 1 / np.arange(1.0, len(names) + 1)
        split = self.chance.multinomial(newest["n"].to_numpy(), odds / odds.sum())
        tables = [
            newest.assign(cut=cut, group=name, n=split[:, position])
            for position, name in enumerate(names)
        ]
        found = pd.concat(tables, ignore_index=True)
        return found[found["n"] >= LEAST]

    def shown(self, drawn: pd.DataFrame) -> pd.DataFrame:
        """Pool small places of a county, and print what is left as a release prints it."""
        names = pd.DataFrame(self.places)
        table = drawn.assign(
            state=names["state"].to_numpy()[drawn["place"]],
            county=names["county"].to_numpy()[drawn["place"]],
            community=names["slug"].to_numpy()[drawn["place"]],
        )
        small = (table["n"] < table["least"]) & (table["cut"] == TOTAL)
        by = ["state", "county", "season", "cut", "group", "panel", "measure", "agency", "unit",
              "splits", "least"]  # fmt: skip
        sums = dict.fromkeys(("n", "top", "bottom", "dont_know"), "sum")
        pools = table[small].groupby(by, as_index=False).agg(
            **{name: (name, how) for name, how in sums.items()},
            members=("community", "|".join),
            many=("community", "size"),
        )  # fmt: skip
        pools = pools[(pools["n"] >= pools["least"]) & (pools["many"] > 1)]
        own = table[~small & (table["n"] >= table["least"])]
        table = pd.concat(
            [own.assign(members=""), pools.assign(community=OTHER)], ignore_index=True
        )
        return self.printed(table)

    def printed(self, table: pd.DataFrame) -> pd.DataFrame:
        score = (table["unit"] == "score").to_numpy()
        n, top = table["n"].to_numpy(), table["top"].to_numpy()
        counts = Counts(
            n=n,
            top=np.where(score, top * WHOLE, top),
            bottom=np.where(score, 0, table["bottom"].to_numpy()),
            dont_know=np.where(score, -1, table["dont_know"].to_numpy()),
            score=score,
            splits=table["splits"].to_numpy(dtype=bool),
            coarse=np.zeros_like(n),
            least=table["least"].to_numpy(),
        )
        events = 1 + n // 60
        years = [SEASONS[position] for position in table["season"]]
        by_name = {measure.key: measure for measure in self.measures}
        asked = {season: CONTENT.instrument_of(season).id for season in SEASONS}
        keys = list(zip(table["measure"], table["agency"], strict=True))
        wording = [
            by_name[key].wording.get(asked[year], "1")
            for key, year in zip(keys, years, strict=True)
        ]
        total = (table["cut"] == TOTAL).to_numpy()
        made = table.drop(columns=["n"]).assign(
            season=years, groups="", wording=wording, events=events,
            per_event=-(-n // events), head_count=np.where(total, n * 6, 0),
            **print_columns(counts),
        )  # fmt: skip
        known = {
            (year, *key): Known(0.01, 25.0 if by_name[key].unit == "score" else float("nan"))
            for key, year in dict.fromkeys(zip(keys, years, strict=True))
        }
        return with_ranges(made, known)

    def few(self, drawn: pd.DataFrame) -> pd.DataFrame:
        """Return a note for each lonely small place of the newest season."""
        lonely = drawn[
            (drawn["cut"] == TOTAL) & (drawn["n"] < drawn["least"])
            & (drawn["season"] == len(SEASONS) - 1) & (drawn["panel"] == KINDS[0])
        ]  # fmt: skip
        rows = [
            {field.name: 0 if field.kind == "int" else float("nan") if field.kind == "float"
             else "" for field in NOTES}
            | {"kind": "dropped", "reason": FEW_ANSWERS, "season": SEASONS[-1], "cut": TOTAL,
               "state": place["state"], "county": place["county"], "panel": KINDS[0],
               "members": place["slug"]}
            for place in (self.places[number] for number in dict.fromkeys(lonely["place"]))
        ]  # fmt: skip
        return tidy(rows, NOTES)


def sized(n: IntArray) -> IntArray:
    """Return the size at or under each n: few sizes, so that what chance does is worked out once
    for many places."""
    found: IntArray = SIZES[np.clip(np.searchsorted(SIZES, n, side="right") - 1, 0, None)]
    return found


def groups_of(cut: str) -> list[str]:
    if cut == measure_catalogue.LANGUAGE:
        return ["en", "es"]
    return [*CONTENT.current.questions[cut].options, "unsaid"]


def hash_of(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")


def make(url: str, communities: int, seed: int = 1) -> float:
    """Migrate an empty database and store a country in it; return the seconds it took."""
    from benchmarks.running import SECRET
    from survey.config import Settings
    from survey.storage import schema
    from survey.storage.db import open_engine

    engine = open_engine(Settings(secret_key=SECRET, database_url=url))
    schema.migrate(engine)
    began = time.perf_counter()
    with Session(engine) as session:
        Country(communities, seed).store(session)
        session.commit()
    engine.dispose()
    return time.perf_counter() - began


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--url", required=True, help="of an empty database")
    options.add_argument("--communities", type=int, default=17_000)
    asked = options.parse_args()
    print(f"{make(asked.url, asked.communities):.0f} s")


if __name__ == "__main__":
    main()
