"""What was worded once is kept: of the names and numbers of a release there are some thousands, and
a page says hundreds of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar


class Keeps(Protocol):
    @property
    def worded(self) -> dict[tuple[object, ...], str]: ...


T = TypeVar("T", bound=Keeps)
P = ParamSpec("P")


def once(worded: Callable[Concatenate[T, P], str]) -> Callable[Concatenate[T, P], str]:
    """Keep what a method says for the same values, as long as its object lives."""

    @wraps(worded)
    def kept(self: T, /, *args: P.args, **named: P.kwargs) -> str:
        key = (worded.__name__, args, *named.items())
        if key not in self.worded:
            self.worded[key] = worded(self, *args, **named)
        return self.worded[key]

    return kept
