"""What a page hands to a browser and takes back from the same one: signed, and for a while only."""

from __future__ import annotations

from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer

from survey.pages.desk.door import browser_key
from survey.storage import events
from survey.storage.events import Refused


def hand_out(purpose: str, *values: str) -> str:
    """Return values as a page may carry them. They can be read by who has the page."""
    return str(signer(purpose).dumps([events.now().isoformat(), *values]))


def take_back(purpose: str, text: str, within: timedelta) -> tuple[datetime, list[str]]:
    """Return when values were handed to this browser for this purpose, and the values.

    Raises Refused where they were not, or too long ago.
    """
    try:
        moment, *values = signer(purpose).loads(text)
    except BadSignature:
        raise over() from None
    handed = datetime.fromisoformat(moment)
    if events.now() - handed > within:
        raise over()
    return handed, values


def signer(purpose: str) -> URLSafeSerializer:
    """Return a signer whose key is this browser's own, and never leaves the server."""
    return URLSafeSerializer(browser_key("handed"), salt=f"porchlight.{purpose}")


def over() -> Refused:
    return Refused("That took too long.", "took_too_long")
