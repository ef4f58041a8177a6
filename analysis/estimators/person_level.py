"""From the declared frame to a number per person, for a notebook; NaN where there is none.

A frame holds codes, and a code under 0 says why an answer is missing. Comparing codes directly,
`frame["trust.police"] >= 4`, would count everybody who skipped as not favourable.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.estimators.basic import FloatArray
from analysis.measures import SCALE, WHOLE, Measure, answers, in_sample
from analysis.wordings import MIXED


def person_values(frame: pd.DataFrame, measure: Measure) -> FloatArray:
    """What each row says about a measure, for share_range() and mean_range().

    A score is kept in millionths of its scale.

    Parameters
    ----------
    frame
        One row per response.
    measure
        Whose answers; a column that is not there was shown to nobody.

    Returns
    -------
    Shape (rows,): 0 or 1 of a share, 0..100 of a score; NaN where too few of its questions were
    answered, and for other audiences.

    Raises
    ------
    Nothing.

    Source
    ------
    METHODS 2.
    """
    answered = answers(frame, measure)
    points = answered.value * (SCALE[measure.unit] / WHOLE)
    result: FloatArray = np.where(answered.valid & in_sample(frame, measure), points, np.nan)
    return result


def person_nets(frame: pd.DataFrame, measure: Measure) -> FloatArray:
    """1 for a favourable answer, -1 for an unfavourable, 0 in between.

    Its mean is the net share, -1..1; its range is mean_range()'s.

    Parameters
    ----------
    frame
        One row per response.
    measure
        Whose answers.

    Returns
    -------
    Shape (rows,); NaN for no answer.

    Raises
    ------
    ValueError
        For a measure without unfavourable answers.

    Source
    ------
    METHODS 2: z = [y >= 4] - [y <= 2].
    """
    if not measure.splits:
        raise ValueError(f"Measure {measure.name}: it has no unfavourable answers, so no net.")
    answered = answers(frame, measure)
    z = answered.top.astype(float) - answered.bottom
    result: FloatArray = np.where(answered.valid & in_sample(frame, measure), z, np.nan)
    return result


def person_items(frame: pd.DataFrame, measure: Measure) -> FloatArray:
    """Codes of a measure's questions, for reliability() and paired().

    Parameters
    ----------
    frame
        One row per response.
    measure
        Whose questions.

    Returns
    -------
    Shape (rows, questions), in the scale's own codes, e.g. 1..5; NaN for whatever is no answer.

    Raises
    ------
    ValueError
        When the frame lacks a question's column.

    Source
    ------
    METHODS 2.
    """
    absent = [name for name in measure.columns if name not in frame.columns]
    if absent:
        raise ValueError(f"The frame lacks {', '.join(absent)}: nobody was asked that.")
    codes = frame[list(measure.columns)].to_numpy(dtype=float)
    valid = np.isin(codes, measure.valid) & in_sample(frame, measure)[:, None]
    result: FloatArray = np.where(valid, codes, np.nan)
    return result


def season_wordings(frame: pd.DataFrame, measure: Measure) -> dict[int, str]:
    """The wording in which a measure was asked, by season.

    For kitagawa(), adjusted_change() and slope(), which refuse to cross a wall, and to be looked at
    before difference_of() and newcombe(), which see numbers only.

    Parameters
    ----------
    frame
        One row per response.
    measure
        Which; an instrument that it does not map is a wording of its own.

    Returns
    -------
    Season -> wording; several are joined by MIXED. A season in which nobody was asked is not there.

    Raises
    ------
    Nothing.

    Source
    ------
    METHODS 5, a wording version is a wall.
    """
    asked = answers(frame, measure).asked & in_sample(frame, measure)
    seen = frame.loc[asked, ["season", "instrument"]].drop_duplicates().sort_values("season")
    by_season: dict[int, set[str]] = {}
    for season, instrument in seen.itertuples(index=False):
        by_season.setdefault(int(season), set()).add(measure.wording.get(instrument, instrument))
    return {season: MIXED.join(sorted(wordings)) for season, wordings in by_season.items()}
