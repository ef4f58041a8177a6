"""Moves sealed comments on, some time after they came and never one alone."""

from __future__ import annotations

from contextlib import suppress
from random import SystemRandom
from threading import Lock, Timer

from survey.storage.sealed_comments import Seal, move
from survey.storage.writer import AWAY, Writer

chance = SystemRandom()


class Delivery:
    """This process's events that have a comment to be moved.

    Nothing is lost where it never runs: the next comment, the end of the event or a release moves
    what waits.
    """

    SECONDS = (5.0, 30.0)  # after the first comment that waits; not the same moment for all

    def __init__(self, writer: Writer, seal: Seal) -> None:
        self.writer, self.seal = writer, seal
        self.lock = Lock()
        self.timers: dict[int, Timer] = {}

    def note(self, event_id: int) -> None:
        """A comment of this event was stored."""
        with self.lock:
            if event_id not in self.timers:
                timer = Timer(chance.uniform(*self.SECONDS), self.deliver, (event_id,))
                timer.daemon = True
                self.timers[event_id] = timer
                timer.start()

    def deliver(self, event_id: int) -> None:
        """Move the event's comments if there are enough of them to stand among."""
        with self.lock:
            if timer := self.timers.pop(event_id, None):
                timer.cancel()
        with suppress(*AWAY):  # then they stay where they are, sealed and durable
            self.writer.do(lambda connection: move(connection, self.seal, event_id))

    def flush(self) -> None:
        for event_id in list(self.timers):
            self.deliver(event_id)
