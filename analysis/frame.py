"""The one tidy table that this package reads: a row per response, declared once.

Loaders assert it with `check_frame`; nobody else invents columns. Adults, teenagers and children
may stand in one frame: every measure counts one audience, and no figure adds two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.measures import LEAST_OF, MISSING, OTHER, TOTAL, WAVES, Measure, panels

CUT_PREFIX = "cut."
HEAD_COUNT = "head_count"


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    meaning: str


COLUMNS = (
    Column("key", "str", "random id of the response; says nothing about who sent it or when"),
    Column("season", "int", "calendar year of the event"),
    Column("state", "str", "state code, e.g. OH"),
    Column("county", "str", "county id, unique within its state"),
    Column("community", "str", "community slug, unique everywhere; lies in one county"),
    Column("event", "str", "event id; an event has one community and one season"),
    Column("instrument", "str", "id of the dated questionnaire that was answered"),
    Column("audience", "str", "adult, teen or child"),
)
# Beside these: "wave" (str: event, leaving or follow-up; absent: all at the event), "head_count"
# (int: people at the event, as its organiser counted them; 0 or absent: not counted), "cut.<cut>"
# (str group ids, "unsaid" when blank) and item columns of whole codes, "<question>" or
# "<question>.<agency kind>". An item column shown to nobody may be absent.


class FrameError(ValueError):
    """The frame is not what frame.py declares; the message says which column and what to do."""


def cut_column(cut: str) -> str:
    return CUT_PREFIX + cut


def check_frame(frame: pd.DataFrame, measures: Sequence[Measure], cuts: Sequence[str]) -> None:
    """Check the columns, types and nesting of a frame of answers.

    Parameters
    ----------
    frame
        One row per response.
    measures
        What reads it: their questions are its columns.
    cuts
        The columns that group it.

    Raises
    ------
    FrameError
        With a sentence that names the column.

    Source
    ------
    METHODS 2.
    """
    _check_names(measures, cuts)
    wanted = [column.name for column in COLUMNS] + [cut_column(cut) for cut in cuts]
    absent = [name for name in wanted if name not in frame.columns]
    if absent:
        raise FrameError(f"The frame lacks {', '.join(absent)}; see analysis/frame.py.")
    if not pd.api.types.is_integer_dtype(frame["season"].dtype):
        raise FrameError("The column season must hold whole years, such as 2026.")
    for name in wanted:
        if name != "season":
            _check_words(frame[name], name)
    strange = set(frame["audience"].unique()) - set(LEAST_OF)
    if strange:
        raise FrameError(f"The column audience holds {min(strange)!r}; see measures.LEAST_OF.")
    if "wave" in frame.columns and (strange := set(frame["wave"].unique()) - set(WAVES)):
        raise FrameError(f"The column wave holds {min(strange)!r}; see measures.WAVES.")
    if HEAD_COUNT in frame.columns and not pd.api.types.is_integer_dtype(frame[HEAD_COUNT].dtype):
        raise FrameError("The column head_count must hold whole numbers; not counted is 0.")
    if frame["key"].duplicated().any():
        raise FrameError("Two rows have the same key: a response is in the frame twice.")
    _check_nesting(frame)
    for measure in measures:
        for name in measure.columns:
            if name in frame.columns:
                _check_codes(frame[name], name, measure)


def _check_names(measures: Sequence[Measure], cuts: Sequence[str]) -> None:
    keys = [measure.key for measure in measures]
    if len(set(keys)) != len(keys):
        raise FrameError("Two measures have the same id and agency.")
    for panel, positions in panels(measures).items():
        if len({measures[i].sample for i in positions}) > 1:
            raise FrameError(
                f"The panel {panel} mixes audiences or waves: they are never added up."
            )
    if len(set(cuts)) != len(cuts) or TOTAL in cuts:
        raise FrameError("Name every cut once, and leave out total: it is always there.")


def _check_words(column: pd.Series, name: str) -> None:
    words = pd.Series(column.unique())
    if words.isna().any() or not words.map(lambda word: isinstance(word, str)).all():
        raise FrameError(f"The column {name} must hold text in every row, never a missing value.")
    if name == "key":
        return
    reserved = words.isin(["", OTHER]) | words.str.contains("|", regex=False)
    if reserved.any():
        raise FrameError(
            f"The column {name} holds {words[reserved].iloc[0]!r}; an id may not be empty, "
            f"be {OTHER!r} (the name of a pool) or contain a bar."
        )


def _check_nesting(frame: pd.DataFrame) -> None:
    for inner, outer in (("community", ["state", "county"]), ("event", ["community", "season"])):
        pairs = frame[[inner, *outer]].drop_duplicates()
        twice = pairs[inner][pairs[inner].duplicated()]
        if len(twice):
            raise FrameError(
                f"The {inner} {twice.iloc[0]!r} has more than one {' or '.join(outer)}."
            )


def _check_codes(column: pd.Series, name: str, measure: Measure) -> None:
    if column.hasnans or not pd.api.types.is_integer_dtype(column.dtype):
        raise FrameError(f"The column {name} must hold whole codes; not shown is -4, not a blank.")
    codes = column.to_numpy(dtype=np.int64)
    strange = codes[~np.isin(codes, measure.valid + MISSING)]
    if len(strange):
        raise FrameError(
            f"The column {name} holds the code {strange[0]}, which measure {measure.id} "
            f"does not know: expected {measure.valid} or -1 to -5."
        )
