"""What every column of a download means, made from the same declarations as the download."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.measures import SCALE, Measure
from analysis.release.released import CHANGES, FIGURES, OVERALL
from analysis.tabulation.rounding import BANDS, N_STEP, TAIL, shown_n

COLUMNS = ("file", "column", "type", "unit", "meaning")

_WIDE_MEANING = {
    "n": ("str", "answers", "answers, as shown"),
    "value_low": ("float", "", "least value that the band allows"),
    "value_high": ("float", "", "greatest value that the band allows"),
    "range_low": ("float", "", "low end of the 95 % range, of people like those who came"),
    "range_high": ("float", "", "high end of the 95 % range, of people like those who came"),
}


def codebook(measures: Sequence[Measure]) -> pd.DataFrame:
    """One row per column of the long, changes and wide files, then measures and bands; all text."""
    tables = {"long": FIGURES, "changes": CHANGES, "overall": OVERALL}
    rows = [
        (table, field.name, field.kind, "", field.meaning)
        for table, fields in tables.items()
        for field in fields
    ]
    for measure in measures:
        unit = f"0..{SCALE[measure.unit]:.0f}"
        for what, (kind, count, meaning) in _WIDE_MEANING.items():
            column = f"{measure.name}.{what}"
            rows.append(
                ("wide", column, kind, count or unit, f"{measure_says(measure)}: {meaning}")
            )
    rows += [("measure", m.name, m.unit, "", measure_says(m)) for m in measures]
    rows += [("band", band.name, "", "", _band_says(i)) for i, band in enumerate(BANDS)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def measure_says(measure: Measure) -> str:
    """A measure's definition in one line, from its codes."""
    about = f" about {measure.agency}" if measure.agency else ""
    asked = " + ".join(measure.questions)
    if measure.unit == "share":
        codes, among = _list(measure.favourable), _list(measure.valid)
        return f"share of codes {codes} among {among} in {asked}{about}"
    least = f", at least {measure.least} answered" if len(measure.questions) > 1 else ""
    ends = f"0 at code {min(measure.valid)}, 100 at {max(measure.valid)}"
    return f"mean of {asked}{about}, {ends}{least}"


def _band_says(position: int) -> str:
    band = BANDS[position]
    if not band.step:
        return f"n shown as {shown_n(band.least)}; thirds of the scale, told in words"
    upto = f" to {band.most}" if band.most else " and more"
    tail = TAIL * band.step
    return (
        f"n from {band.least}{upto}, shown down to a multiple of {N_STEP}; value to the nearest "
        f"{band.step} %, or at most {tail:g} %, or at least {100 - tail:g} %"
    )


def _list(codes: Sequence[int]) -> str:
    return ", ".join(map(str, codes))
