"""Pages that the application offers to the next visitors, too, given without asking it again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from survey.web.again import OFFER, Again

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# All of a request that such a page may depend on; what it depends on beside these, the page's own
# maker looks at in each visit.
ASKED = (
    "wsgi.url_scheme", "HTTP_HOST", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING",
    "HTTP_ACCEPT_ENCODING", "HTTP_ACCEPT_LANGUAGE",
)  # fmt: skip
MOST = 256  # pages; each is a few lines, its body is kept by whoever makes it
LONGEST = 1_000  # characters of what was asked: a browser's are some 150


@dataclass(frozen=True)
class Kept:
    until: float
    headers: Headers  # without the length
    again: Again


class Repeater:
    """Stands in front of an application and gives again what it offers."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.pages: OrderedDict[tuple[str, ...], Kept] = OrderedDict()

    def __call__(self, environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET":
            return self.app(environ, start)
        asked = tuple([environ.get(name, "") for name in ASKED])
        kept = self.pages.get(asked)
        if kept is None or monotonic() >= kept.until:
            return self.ask(asked, environ, start)
        body = kept.again.body(environ)
        start("200 OK", [*kept.headers, ("Content-Length", str(len(body)))])
        return [body]

    def ask(
        self, asked: tuple[str, ...], environ: Environ, start: Callable[..., Any]
    ) -> Iterable[bytes]:
        started: list[tuple[str, Headers]] = []

        def heard(status: str, headers: Headers, *error: Any) -> Any:
            started.append((status, headers))
            return start(status, headers, *error)

        body = self.app(environ, heard)
        offered = environ.get(OFFER)
        if offered and started and started[-1][0].startswith("200 "):
            self.keep(asked, started[-1][1], offered)
        return body

    def keep(self, asked: tuple[str, ...], headers: Headers, again: Again) -> None:
        if sum(map(len, asked)) > LONGEST or any(name == "Set-Cookie" for name, _ in headers):
            return
        same = [pair for pair in headers if pair[0] != "Content-Length"]
        now = monotonic()
        self.pages.pop(asked, None)
        self.pages[asked] = Kept(now + again.seconds, same, again)
        while len(self.pages) > MOST or next(iter(self.pages.values())).until <= now:
            self.pages.popitem(last=False)
