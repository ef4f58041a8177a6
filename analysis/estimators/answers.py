"""Answers as numbers: what a column holds instead is named, with the column."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.estimators.basic import FloatArray


def numbers(y: ArrayLike) -> FloatArray:
    """Answers as numbers, NaN for none.

    Parameters
    ----------
    y
        One answer per person, any shape: numbers, booleans, or None and pandas' NA for none. A
        Series is named in errors.

    Raises
    ------
    ValueError
        For what is no number, such as "Yes": with the column's name and up to three examples. It
        has to become 1 or 0 first; codes of missing answers are negative and must be NaN.
    """
    plain = np.asarray(y)
    if plain.dtype.kind in "fiub":
        return plain.astype(float)
    column = pd.Series(np.asarray(y, dtype=object).ravel())
    values = pd.to_numeric(column, errors="coerce")
    text = column[values.isna() & column.notna()].unique()
    if len(text):
        some = ", ".join(repr(one) for one in text[:3])
        raise ValueError(
            f"The answers{named(y)} are no numbers: {some}. Say which of them counts as 1."
        )
    floats: FloatArray = values.to_numpy(dtype=float, na_value=np.nan).reshape(plain.shape)
    return floats


def named(y: ArrayLike) -> str:
    """ " in 'trust.police'" of a Series that has a name, else ""."""
    return f" in {y.name!r}" if isinstance(y, pd.Series) and y.name is not None else ""
