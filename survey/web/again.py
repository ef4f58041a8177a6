"""What the next visitors may be told, too, without the application being asked.

On the night a hundred phones open one poster's form within a second, and send it back. They get the
same page but for a few hidden fields of their own, and the same thanks once their answers are
durable; whoever stands in front (survey/server/kept.py) gives those by what is offered here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import request

from survey.web.compression import Packed, asked_encoding

OFFER = "porchlight.again"  # in a request's environment
OWN = ("Content-Length", "Location")  # headers that each visit has for itself
Environ = Mapping[str, Any]  # of a visit: how it asks, its headers and its body


class Reply(NamedTuple):
    """What one visit is told, beside the headers that all have."""

    body: bytes
    location: str = ""


@dataclass(frozen=True)
class Again:
    """How to answer the next visits, and for how long that is good."""

    seconds: float
    # must need no more of a visit than its environment; None: the application is to be asked
    reply: Callable[[Environ], Reply | None]


def again(seconds: float, reply: Callable[[Environ], Reply | None]) -> None:
    """Offer to tell those who ask for the same within so many seconds what `reply` says."""
    if seconds > 0:
        request.environ[OFFER] = Again(seconds, reply)


def page_again(page: Packed, seconds: float, own: Callable[[Environ], str]) -> None:
    """Offer a page to those who ask for the same within so many seconds, as they ask for it.

    own: does what a visit does (it is counted), and returns its own hidden fields
    """
    if how := asked_encoding():  # what is not packed here may be packed by others
        again(seconds, lambda environ: Reply(page.body(how, own(environ))))
