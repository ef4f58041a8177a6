"""What this process prints by itself, when it crashes or warns: nothing of a visitor."""

from __future__ import annotations

import logging
import sys
import threading
from types import TracebackType
from typing import Any

from gevent.hub import Hub
from gunicorn.glogging import Logger

from survey import log


class ServerLog(Logger):
    """gunicorn's own log in our form. It has no access log, whatever is set."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            log.in_lines(handler)

    def log(self, level: int, message: str, *values: Any, **more: Any) -> None:
        self.error_log.log(level, message, *values, stacklevel=3, **more)

    def critical(self, message: str, *values: Any, **more: Any) -> None:
        self.log(logging.CRITICAL, message, *values, **more)

    def error(self, message: str, *values: Any, **more: Any) -> None:
        self.log(logging.ERROR, message, *values, **more)

    def warning(self, message: str, *values: Any, **more: Any) -> None:
        self.log(logging.WARNING, message, *values, **more)

    def info(self, message: str, *values: Any, **more: Any) -> None:
        self.log(logging.INFO, message, *values, **more)

    def debug(self, message: str, *values: Any, **more: Any) -> None:
        self.log(logging.DEBUG, message, *values, **more)

    def exception(self, message: str, *values: Any, **more: Any) -> None:
        self.log(logging.ERROR, message, *values, exc_info=True, **more)

    def access(self, *request: Any) -> None:
        """Write nothing: an access log holds addresses, agents, pages and seconds."""


def init_process() -> None:
    """Tell of crashes as of any error: their kind and place. A traceback quotes what was sent."""

    def crashed(kind: type[BaseException], error: BaseException | None, tb: Any) -> None:
        if not issubclass(kind, (SystemExit, KeyboardInterrupt)):
            log.log_crash(kind, tb)

    def in_hub(hub: Any, context: Any, kind: Any, error: Any, tb: TracebackType | None) -> None:
        crashed(kind, error, tb)

    logging.captureWarnings(True)
    sys.excepthook = crashed
    sys.unraisablehook = lambda failure: crashed(
        failure.exc_type, failure.exc_value, failure.exc_traceback
    )
    threading.excepthook = lambda failure: crashed(
        failure.exc_type, failure.exc_value, failure.exc_traceback
    )
    Hub.print_exception = in_hub
