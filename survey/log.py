"""Logs as JSON lines that name no visitor: no address, agent, referrer, answer or minute.

An error is logged by its kind and the line of code it came from, never by its message: a message
may quote what somebody sent.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime

from flask import Flask, request

logger = logging.getLogger("porchlight")


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "hour": f"{datetime.now(UTC):%Y-%m-%dT%HZ}",
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "about", {}),
        }
        return json.dumps(line, ensure_ascii=False)


def init_app(app: Flask) -> None:
    if not logger.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(JsonLines())
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False


def log_error(error: BaseException) -> None:
    """Log what failed and where in our code, on which kind of page."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    where = f"{ours[-1].filename.rsplit('/', 2)[-1]}:{ours[-1].lineno}" if ours else ""
    about = {"kind": type(error).__name__, "where": where, "page": request.endpoint or "none"}
    logger.error("page failed", extra={"about": about})
