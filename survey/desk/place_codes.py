"""Codes by which other tables of places know a community, so that figures can be joined to them."""

from __future__ import annotations

import re

from survey.questionnaire.instrument import Content
from survey.storage.events import Refused
from survey.storage.models import Community

FIPS = re.compile(r"\d{7}|\d{10}")  # state + place, or state + county + county subdivision
GNIS = re.compile(r"\d{1,8}")


def set_codes(content: Content, community: Community, *, fips: str, gnis: str) -> None:
    """Give a community its codes; "" takes one away. The next release publishes them.

    fips: 7 digits of a place or 10 of a county subdivision, the first two its state's; gnis: up to
    8 digits. Raises Refused.
    """
    fips, gnis = "".join(fips.split()), "".join(gnis.split())
    if fips and not FIPS.fullmatch(fips):
        raise Refused(
            f"{fips!r} is no FIPS code of a place (7 digits) or a county subdivision (10 digits).",
            "fips",
            "fips",
        )
    state = content.states.get(community.state)
    if fips and state and not fips.startswith(state.fips):
        raise Refused(
            f"{fips} lies in another state: FIPS codes of {state.name} begin with {state.fips}.",
            "fips_state",
            "fips",
            state=state.name,
            begins=state.fips,
        )
    if gnis and not GNIS.fullmatch(gnis):
        raise Refused(f"{gnis!r} is no GNIS feature id: up to 8 digits.", "gnis", "gnis")
    community.fips, community.gnis = fips, gnis
