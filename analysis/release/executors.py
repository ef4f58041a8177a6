"""Where the counties of a release are worked on: here, in other processes, or on other machines.

Any `concurrent.futures.Executor` will do. Results come back in the order of what was asked, and no
more is asked ahead than may wait finished: memory does not grow with the country.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import Any, TypeVar

AHEAD = 16  # tasks that may wait, running or finished, for the one whose turn it is
T = TypeVar("T")
R = TypeVar("R")


class Here(Executor):
    """Works in this process, one task after the other."""

    def submit(self, fn: Callable[..., R], /, *args: Any, **kwargs: Any) -> Future[R]:
        future: Future[R] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def in_order(executor: Executor, work: Callable[[T], R], units: Iterable[T]) -> Iterator[R]:
    """work(unit) of each unit, in their order. Raises what the work raises."""
    ahead = 1 if isinstance(executor, Here) else AHEAD
    waiting: deque[Future[R]] = deque()
    for unit in units:
        waiting.append(executor.submit(work, unit))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
