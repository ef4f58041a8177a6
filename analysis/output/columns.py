"""The tables of a release as they are sent: which columns each has, and what an empty cell means.

Made of the columns that are frozen (release/released.py), with what a reader needs beside them:
the level of a row, names, both ends of n. Columns come from the measures, never from the data, so
that a script written for one release reads the next. Only the wide table grows: by the columns of
a new question or a new wording.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from analysis.measures import SCALE, Measure
from analysis.output.measure_words import measure_says
from analysis.release.columns import CHANGES, FIGURES, NOTES, OVERALL, Field
from analysis.release.verdict import BEFORE, EVENING, FIRST, PAIRS, TREND
from analysis.tabulation.rounding import BANDS

PROGRAMME, STATE, COUNTY, POOL, COMMUNITY = "programme", "state", "county", "pool", "community"

# Why a cell is empty. Statistical programs get each as a missing value of its own.
WORDS = "shown in words only: fewer than 30 answers, or their table is shown one band coarser"
SMALL = "not shown: fewer than 60 answers, a part under 11 people, or no such split"
UNASKED = "does not apply to this row"
UNSETTLED = "not settled: too few events, or not the total"
UNCOUNTED = "nobody counted, or not the total"
UNTESTED = "not tested: one of the two seasons is shown in words, or the places are too few"
NO_END = "there is no greatest number"
EMPTY = (WORDS, SMALL, UNASKED, UNSETTLED, UNCOUNTED, UNTESTED, NO_END)  # new ones at the end
# of the wide table: too many columns to carry the reason in every cell
NO_FIGURE = "no such figure in this row; where its n_low is given: shown in words only"

LEVELS = (PROGRAMME, STATE, COUNTY, POOL, COMMUNITY)
ORDERED: Mapping[str, tuple[str, ...]] = {  # columns whose values have an order
    "level": LEVELS,
    "band": tuple(band.name for band in BANDS),
}
UNORDERED: Mapping[str, tuple[str, ...]] = {
    "unit": tuple(SCALE),
    "basis": (BEFORE, FIRST, TREND, EVENING, PAIRS),
    "verdict": ("higher", "lower", "rise", "fall", "rising", "falling", "unclear", "few",
                "wording"),
}  # fmt: skip
WHY_EMPTY: Mapping[str, str] = {
    **dict.fromkeys(("value", "range_low", "range_high"), WORDS),
    **dict.fromkeys(("bottom", "middle", "top"), SMALL),
    **dict.fromkeys(("dont_know", "spread", "season_from"), UNASKED),
    **dict.fromkeys(("place_range_low", "place_range_high", "n_eff_place", "icc"), UNSETTLED),
    **dict.fromkeys(("head_count", "participation"), UNCOUNTED),
    **dict.fromkeys(("change", "low", "high", "smallest", "chance", "p_crowd", "place_low",
                     "place_high", "p", "q"), UNTESTED),
}  # fmt: skip
ZERO_IS_NONE = ("head_count", "season_from")  # frozen as 0, sent as an empty cell


@dataclass(frozen=True)
class Column:
    """One column of a file. kind: int, float or str; unit: what a number counts, or 0..1, 0..100;
    empty: why a cell may be; values: every value, where they are few; ordered: in this order."""

    name: str
    kind: str
    meaning: str
    unit: str = ""
    key: bool = False
    empty: str = ""
    values: tuple[str, ...] = ()
    ordered: bool = False


@dataclass(frozen=True)
class Table:
    name: str  # of its file, without an ending
    title: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def column(field: Field) -> Column:
    """A frozen column as it is sent."""
    values = ORDERED.get(field.name) or UNORDERED.get(field.name, ())
    empty = WHY_EMPTY.get(field.name, "") if field.kind != "str" else ""
    unit = UNITS.get(field.name, "")
    is_ordered = field.name in ORDERED
    meaning = MEANINGS.get(field.name, field.meaning)
    return Column(field.name, field.kind, meaning, unit, field.key, empty, values, is_ordered)


MEANINGS = {
    "state": "name of the state; empty: every state",
    "county": "county, or what stands for one: its id, unique within its state",
    "community": "id of the community; empty: the whole county; other: the pool",
    "head_count": "people at these events, as organisers counted them",
    "season_from": "earlier season",
    "reason": "why, as a code; `explanation` has it in words",
}
UNITS = {
    **dict.fromkeys(("n_low", "n_high", "n", "n_eff", "n_eff_place", "per_event"), "answers"),
    **dict.fromkeys(("bottom", "middle", "top", "dont_know", "participation"), "0..1"),
    **dict.fromkeys(("p", "q", "p_crowd", "chance"), "0..1"),
    "head_count": "people",
    "events": "events",
}
LEVEL = Column("level", "str", "what the row is about; rows of two levels hold the same people",
               values=LEVELS, ordered=True)  # fmt: skip
NAME = Column("name", "str", "name of the place that the row is about")
AREA_NAME = Column("area_name", "str", "name of the county, parish or borough that it lies in")
N_HIGH = Column("n_high", "int", "greatest number of answers that n stands for", "answers")
WHY = Column("explanation", "str", "the note in words")


def widened(fields: Sequence[Field], *more: tuple[str, Column]) -> tuple[Column, ...]:
    """Frozen columns with others put in: (after which, column)."""
    columns = [LEVEL, *map(column, fields)]
    for after, new in more:
        place = next(i for i, one in enumerate(columns) if one.name == after)
        columns.insert(place + 1, new)
    return tuple(columns)


FIGURES_TABLE = Table(
    "figures",
    "One row per figure",
    widened(FIGURES, ("county", AREA_NAME), ("community", NAME), ("n_low", N_HIGH)),
)
CHANGES_TABLE = Table(
    "changes",
    "One row per change between seasons; basis says from which season",
    widened(CHANGES, ("county", AREA_NAME), ("community", NAME)),
)
OVERALL_TABLE = Table(
    "overall",
    "One row per season for the whole programme and for each state",
    tuple(
        replace(one, kind="int", unit="answers") if one.name == "n" else one
        for one in widened(OVERALL, ("state", NAME))
    ),
)
NOTES_TABLE = Table(
    "notes",
    "What was pooled, shown coarser or left out, and why; what was estimated of the programme",
    (*widened(NOTES, ("county", AREA_NAME), ("community", NAME)), WHY),
)
COMMUNITIES_TABLE = Table(
    "communities",
    "One row per community of the release",
    (
        Column("community", "str", "id, as in the other tables", key=True),
        Column("name", "str", "name of the community"),
        Column("state", "str", "name of the state"),
        Column("county", "str", "id of the county, or of what stands for one, within its state"),
        Column("area", "str", "kind of that area: county, parish, borough ..."),
        Column("area_name", "str", "its name, as it is written"),
        Column("state_fips", "str", "FIPS code of the state, two digits"),
        Column("fips", "str", "FIPS code of the place (7 digits) or county subdivision (10), with "
               "its state's; empty: not given"),
        Column("gnis", "str", "feature id in the Geographic Names Information System; empty: not "
               "given"),
    ),
)  # fmt: skip
IMPORTS_TABLE = Table(
    "imports",
    "Seasons that were imported from another tool: a row per file, and one per question in other "
    "words",
    (
        Column("season", "int", "calendar year of the event", key=True),
        Column("community", "str", "id, as in the other tables", key=True),
        Column("name", "str", "name of the community"),
        Column("state", "str", "name of the state"),
        Column("file", "str", "first 12 digits of the file's SHA-256", key=True),
        Column("mode", "str", "how its answers are known: one by one, or as counts alone",
               values=("answers", "counts")),
        Column("tool", "str", "the survey tool that wrote it; counts: a table made by hand"),
        Column("question", "str", "question id; empty: the row is about the file", key=True),
        Column("wording", "str", "its wording version in figures; -counted: known as counts alone"),
        Column("asked", "str", "the question as the file has it, joined by bars; empty: in our "
               "words"),
        Column("answers", "str", "its answers as the file has them, with the codes that they were "
               "given"),
        Column("own_scale", "str", "codes of its own scale, joined by bars; empty: our scale"),
        Column("crosswalk", "str", "how its codes were turned into ours; empty: they were not"),
        Column("responses", "int", "responses taken from the file", "responses", empty=UNASKED),
        Column("rows_left_out", "int", "rows that are no responses", "rows", empty=UNASKED),
        Column("left_out", "str", "why, with the number of rows"),
        Column("columns_dropped", "int", "columns dropped before anything was stored, because "
               "they could identify people", "columns", empty=UNASKED),
    ),
)  # fmt: skip
LONG = (
    FIGURES_TABLE,
    CHANGES_TABLE,
    OVERALL_TABLE,
    NOTES_TABLE,
    COMMUNITIES_TABLE,
    IMPORTS_TABLE,
)

WIDE_NAME = "figures-wide"
PLACE = ("season", "level", "state", "county", "area_name", "community", "name", "members", "cut",
         "group", "groups")  # fmt: skip
WIDE: tuple[tuple[str, str, str], ...] = (  # per measure: name, kind, meaning
    ("n_low", "int", "least number of answers"),
    ("value", "float", "figure"),
    ("value_low", "float", "least value that the band allows"),
    ("value_high", "float", "greatest value that the band allows"),
    ("range_low", "float", "low end of the 95 % range, of people like those who came"),
    ("range_high", "float", "high end of the 95 % range, of people like those who came"),
)


def wordings(measure: Measure) -> tuple[str, ...]:
    """The wording versions in which a measure was asked, oldest first."""
    return tuple(dict.fromkeys(measure.wording[id] for id in sorted(measure.wording))) or ("",)


def wide_name(measure: str, wording: str) -> str:
    """The part of a wide column's name before its last dot: "approach.police.v2"."""
    return f"{measure}.v{wording.replace('.', '_')}" if wording else measure


def wide_table(measures: Sequence[Measure]) -> Table:
    """A row per place, season, cut and group; six columns per measure and wording."""
    places = {one.name: one for one in FIGURES_TABLE.columns}
    columns = [replace(places[name], key=True) for name in PLACE]
    for measure in measures:
        for wording in wordings(measure):
            stem, says = wide_name(measure.name, wording), measure_says(measure)
            for what, kind, meaning in WIDE:
                unit = "answers" if kind == "int" else f"0..{SCALE[measure.unit]:.0f}"
                label = f"{says}, wording {wording or '-'}: {meaning}"
                columns.append(Column(f"{stem}.{what}", kind, label, unit, empty=NO_FIGURE))
    return Table(WIDE_NAME, "One row per place, season, cut and group", tuple(columns))
