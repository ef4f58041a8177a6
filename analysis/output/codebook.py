"""What every column of every file means, made from the same declarations as the files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pandas as pd

from analysis.measures import SCALE, Measure
from analysis.output.columns import EMPTY, LONG, NO_END, UNASKED, Column, Table, wide_table
from analysis.output.measure_words import formula, measure_says
from analysis.output.program_names import spss_name, stata_name
from analysis.output.published import Cells
from analysis.tabulation.rounding import BANDS, N_STEP, TAIL, shown_n

COLUMN_TABLE = Table(
    "codebook",
    "Every column of every table",
    (
        Column("file", "str", "the table's file, without its ending", key=True),
        Column("column", "str", "the column's name, in Stata as `stata` says", key=True),
        Column("type", "str", "int, float or str"),
        Column("unit", "str", "what a number counts, or its range"),
        Column("meaning", "str", "what it says"),
        Column("empty", "str", "why a cell is empty; nothing where none is"),
        Column("values", "str", "every value that it may have, joined by bars"),
        Column("key", "str", "yes: together with the other such columns it identifies a row"),
        Column("stata", "str", "its name in Stata: dots become underscores; one over 28 letters "
               "keeps its first 21 and ends in 6 digits of its SHA-256"),
        Column("spss", "str", "its name in SPSS, which takes no hyphen"),
        Column("spss_missing", "int", "code of an empty cell in SPSS", empty=UNASKED),
        Column("stata_missing", "str", "code of an empty cell in Stata"),
    ),
)  # fmt: skip
MEASURE_TABLE = Table(
    "codebook-measures",
    "Every measure: what is computed from which answers",
    (
        Column("measure", "str", "measure id, as in the figures", key=True),
        Column("agency", "str", "agency kind; empty when about the event", key=True),
        Column("wide", "str", "start of its columns' names in the wide table, before the wording"),
        Column("unit", "str", "share (0..1) or score (0..100)"),
        Column("questions", "str", "questions that it rests on, joined by bars"),
        Column("valid", "str", "codes that count as an answer"),
        Column("favourable", "str", "codes that a share counts, the top of its split"),
        Column("unfavourable", "str", "codes of the bottom of its split"),
        Column("least", "int", "how many of the questions a person must have answered"),
        Column("formula", "str", "how the figure is computed"),
        Column("meaning", "str", "the same in words"),
        Column("audience", "str", "whose answers count: adult, teen or child"),
        Column("wave", "str", "when they were given: event, leaving or follow-up"),
        Column("panel", "str", "measures of one panel share one partition of places and groups"),
        Column("wordings", "str", "questionnaire and wording version, joined by bars"),
        Column("title_en", "str", "its name on English pages"),
        Column("title_es", "str", "its name on Spanish pages"),
    ),
)
BAND_TABLE = Table(
    "codebook-bands",
    "How coarsely a figure is shown, by the number of answers behind it",
    (
        Column("band", "str", "as in the figures", key=True),
        Column("n_from", "int", "least number of answers", "answers"),
        Column("n_to", "int", "greatest number of answers", "answers", empty=NO_END),
        Column("meaning", "str", "how n and the value are shown"),
    ),
)


def codebook(measures: Sequence[Measure]) -> pd.DataFrame:
    """COLUMN_TABLE as a frame, for notebooks.

    Parameters
    ----------
    measures
        Those of a release: the wide table has columns of each.

    Returns
    -------
    A row per column of every table, all text.

    Raises
    ------
    Nothing.

    Source
    ------
    METHODS 9.
    """
    return pd.DataFrame(
        list(column_rows((*LONG, wide_table(measures)))), columns=COLUMN_TABLE.names
    )


def column_rows(tables: Iterable[Table]) -> Iterator[Cells]:
    """The cells of COLUMN_TABLE about these tables."""
    for table in tables:
        for one in table.columns:
            code = missing_code(one)
            yield [
                table.name,
                one.name,
                one.kind,
                one.unit,
                one.meaning,
                one.empty,
                "|".join(one.values),
                "yes" if one.key else "",
                stata_name(one.name),
                spss_name(one.name),
                code or None,
                f".{missing_tag(one)}" if one.empty else "",
            ]


def missing_code(column: Column) -> int:
    """The code of an empty cell in SPSS, which no figure can have; 0 where none is empty."""
    return -991 - EMPTY.index(column.empty) if column.empty in EMPTY else 0


def missing_tag(column: Column) -> str:
    """The letter of an empty cell in Stata: .a, .b ..."""
    return "abcdefgh"[EMPTY.index(column.empty)] if column.empty in EMPTY else ""


def measure_rows(measures: Sequence[Measure], titles: Sequence[tuple[str, str]]) -> Iterator[Cells]:
    """The cells of MEASURE_TABLE; titles: English and Spanish, in order of the measures."""
    for measure, (english, spanish) in zip(measures, titles, strict=True):
        yield [
            measure.id,
            measure.agency,
            measure.name,
            measure.unit,
            "|".join(measure.questions),
            *("|".join(map(str, codes)) for codes in
              (measure.valid, measure.favourable, measure.unfavourable)),
            measure.least,
            formula(measure),
            measure_says(measure),
            measure.audience,
            measure.wave,
            measure.panel,
            "|".join(f"{id}: {version}" for id, version in sorted(measure.wording.items())),
            english,
            spanish,
        ]  # fmt: skip


def band_rows() -> Iterator[Cells]:
    """The cells of BAND_TABLE."""
    for band in BANDS:
        yield [band.name, band.least, band.most, _band_says(band.step, band.least)]


def _band_says(step: int, least: int) -> str:
    if not step:
        return f"n shown as {shown_n(least)}; thirds of the scale, shown in words"
    tail, most = TAIL * step, SCALE["score"]
    return (
        f"n shown down to a multiple of {N_STEP}; value to the nearest {step} %, or at most "
        f"{tail:g} %, or at least {most - tail:g} %"
    )
