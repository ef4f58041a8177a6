"""Which chart an address shows, and whether it has one: known without loading what draws it."""

from __future__ import annotations

from survey.read.area import AreaReading
from survey.read.results_query import Reading
from survey.storage.release_store import TOTAL

MOST_PANELS = 12  # communities beside each other in an overview
FUNNEL = "/results/funnel"
LEAST_COMPARED = 2  # communities beside each other


def chart_of(path: str, cut: str = TOTAL) -> str:
    """Return the name of the chart of a page of results."""
    if path in ("/results", "/results/compare"):
        return "overview"
    if path == FUNNEL:
        return "funnel"
    return "trend" if cut == TOTAL else "groups"


def has_chart(reading: Reading, path: str) -> bool:
    """Whether there is a figure to draw at an address."""
    if path == "/results" and len(reading.places) > MOST_PANELS:
        return False
    if path == "/results/compare" and len(reading.places) < LEAST_COMPARED:
        return False
    if isinstance(reading, AreaReading):
        return bool(reading.lies)
    return reading.is_known and bool(reading.shown())
