"""Logs as JSON lines that name no visitor: no address, agent, referrer, answer or minute.

Our own events are sentences that hold nothing of a visitor. What a library logs may quote anything,
at any level, so of it only the library, the place in its code and that line of code are logged,
which are the same for everybody. An error is logged by its kind and place, never by its message.
"""

from __future__ import annotations

import json
import linecache
import logging
import traceback
from collections import Counter
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from flask import Flask, request

logger = logging.getLogger("porchlight")


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "hour": this_hour(),
            "level": record.levelname.lower(),
            **(own(record) if record.name == logger.name else foreign(record)),
        }
        return json.dumps(line, ensure_ascii=False)


class Few(logging.Filter):
    """Lets a line through a few times an hour: who sends garbage does not fill the disk."""

    MOST = 20

    def __init__(self) -> None:
        super().__init__()
        self.hour, self.counts = "", Counter[tuple[object, ...]]()

    def filter(self, record: logging.LogRecord) -> bool:
        if (hour := this_hour()) != self.hour:
            self.hour, self.counts = hour, Counter()
        kind = record.exc_info[0] if record.exc_info else None
        about = getattr(record, "about", {})
        key = (record.pathname, record.lineno, kind, about.get("where"), about.get("kind"))
        self.counts[key] += 1
        return self.counts[key] <= self.MOST


def this_hour() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%HZ}"


def own(record: logging.LogRecord) -> dict[str, Any]:
    return {"event": record.getMessage(), **getattr(record, "about", {})}


def foreign(record: logging.LogRecord) -> dict[str, Any]:
    """Return where a library spoke, in its own source's words, with none of the values."""
    fields = {
        "event": "a library spoke",
        "library": record.name,
        "where": place(record.pathname, record.lineno),
        "code": linecache.getline(record.pathname, record.lineno).strip(),
    }
    if record.exc_info and record.exc_info[0]:
        fields |= about_error(record.exc_info[0], record.exc_info[2])
    return fields


def init_app(app: Flask) -> None:
    """Send everything that is logged in this process, by whomever, through JsonLines."""
    for name in (logger.name, None):
        one = logging.getLogger(name)
        if not any(isinstance(handler.formatter, JsonLines) for handler in one.handlers):
            one.addHandler(in_lines(logging.StreamHandler()))
    logger.setLevel(logging.INFO)
    logger.propagate = False


def in_lines(handler: logging.Handler) -> logging.Handler:
    handler.setFormatter(JsonLines())
    handler.addFilter(Few())
    return handler


def log_error(error: BaseException) -> None:
    """Log what failed and where in our code, on which kind of page."""
    about = about_error(type(error), error.__traceback__) | {"page": request.endpoint or "none"}
    logger.error("page failed", extra={"about": about})


def log_crash(kind: type[BaseException], tb: TracebackType | None) -> None:
    """Log what failed outside of any page: a thread, a greenlet, the process itself."""
    logger.error("crashed", extra={"about": about_error(kind, tb)})


def about_error(kind: type[BaseException], tb: TracebackType | None) -> dict[str, str]:
    """Return an error's kind and the innermost line of our code that it passed through."""
    frames = traceback.extract_tb(tb)
    ours = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    where = place(ours[-1].filename, ours[-1].lineno or 0) if ours else ""
    return {"kind": kind.__name__, "where": where}


def place(path: str, line: int) -> str:
    return f"{'/'.join(path.rsplit('/', 2)[-2:])}:{line}"
