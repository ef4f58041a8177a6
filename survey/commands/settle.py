"""Says what could not be done with an event's rows once it is over."""

from __future__ import annotations

from collections.abc import Mapping

from survey.commands.work import speak
from survey.desk import settling
from survey.storage import db, events


def settle(over: Mapping[int, str]) -> None:
    """Move the comments that still wait, write the rows anew in key order, and say what could not
    be done."""
    speak(settling.settle(db.engine(), db.seal(), over, events.now()))
