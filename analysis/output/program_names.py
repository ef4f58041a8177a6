"""Names of columns that Stata takes (at most 32 letters, digits and underscores) and that SPSS does
(64 bytes, dots too)."""

from __future__ import annotations

import hashlib
import re

MOST = 28  # Stata takes 32 characters; the name of a column's labels has up to 4 digits more


def spss_name(name: str) -> str:
    """A column's name as SPSS takes it, the same in every release: "trust.v1-counted" is
    "trust.v1_counted"."""
    return re.sub(r"[^A-Za-z0-9_.]", "_", name)


def stata_name(name: str) -> str:
    """A column's name as Stata takes it, the same in every release.

    A longer one keeps its first letters and ends in a digest of the whole.
    """
    plain = re.sub(r"[^A-Za-z0-9_]", "_", name)
    if len(plain) <= MOST:
        return plain
    return f"{plain[: MOST - 7]}_{hashlib.sha256(name.encode()).hexdigest()[:6]}"
