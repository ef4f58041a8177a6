"""Work that would keep everybody else of a worker waiting, where its threads are greenlets."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def outside(task: Callable[[], T]) -> T:
    """Return what a task returned, done in a real thread where threads are greenlets.

    For what waits, or computes, without letting go: under gevent every other guest of the worker
    would wait with it. Of an error that a task raises there gevent would print the traceback.
    """
    monkey = sys.modules.get("gevent.monkey")
    if monkey is None or not monkey.is_module_patched("threading"):
        return task()
    from gevent import get_hub

    done: T = get_hub().threadpool.apply(task)
    return done
