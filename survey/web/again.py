"""A page that the next visitors may be given, too, without the application being asked.

On the night a hundred phones open one poster's form within a second. They get the same page but for
a few hidden fields of their own; whoever stands in front (survey/server/kept.py) makes those.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import request

from survey.web.compression import Packed, asked_encoding

OFFER = "porchlight.again"  # in a request's environment
Environ = Mapping[str, Any]  # of a visit


@dataclass(frozen=True)
class Again:
    """The body of a page for the next visits, and for how long it is good."""

    seconds: float
    body: Callable[[Environ], bytes]  # must need no more of a visit than its environment


def page_again(page: Packed, seconds: float, own: Callable[[Environ], str]) -> None:
    """Offer a page to those who ask for the same within so many seconds, as they ask for it.

    own: does what a visit does (it is counted), and returns its own hidden fields
    """
    how = asked_encoding()
    if how and seconds > 0:  # what is not packed here may be packed by others
        request.environ[OFFER] = Again(seconds, lambda environ: page.body(how, own(environ)))
