"""What the application offers to the next visitors, too, given without asking it again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

from survey.web.again import OFFER, OWN, Again

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
Asked = tuple[str, ...]

# All of a request that such an answer may depend on; what it depends on beside these, its own maker
# looks at in each visit.
PAGE = (
    "REQUEST_METHOD", "wsgi.url_scheme", "HTTP_HOST", "HTTP_SCRIPT_NAME", "RAW_URI",
    "HTTP_ACCEPT_ENCODING", "HTTP_ACCEPT_LANGUAGE",
)  # fmt: skip
ASKED = {"GET": PAGE, "POST": (*PAGE, "HTTP_ACCEPT", "CONTENT_TYPE")}
GOOD = ("200 ", "303 ")
MOST = 256  # answers; each is a few lines, a page's body is kept by whoever makes it
LONGEST = 1_000  # characters of what was asked: a browser's are some 250


@dataclass(frozen=True)
class Kept:
    until: float
    status: str
    headers: Headers  # that all have
    again: Again


class Repeater:
    """Stands in front of an application and gives again what it offers."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.kept: OrderedDict[Asked, Kept] = OrderedDict()

    def repeat(self, environ: Environ) -> tuple[str, Headers, bytes] | None:
        """Return status, headers and body for a visit; None where the application is to be asked.

        Of the environment it needs what the request itself says: see ASKED.
        """
        kept = self.kept.get(asked_of(environ))
        if kept is None or monotonic() >= kept.until:
            return None
        reply = None
        with suppress(Exception):  # the application meets it, too: it says so and logs it
            reply = kept.again.reply(environ)
        if reply is None:
            return None
        headers = [*kept.headers, ("Content-Length", str(len(reply.body)))]
        if reply.location:
            headers.append(("Location", reply.location))
        return kept.status, headers, reply.body

    def ask(self, environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        """Let the application answer; keep what it offers."""
        started: list[tuple[str, Headers]] = []

        def heard(status: str, headers: Headers, *error: Any) -> Any:
            started.append((status, headers))
            return start(status, headers, *error)

        body = self.app(environ, heard)
        offered = environ.get(OFFER)
        if offered and started and started[-1][0].startswith(GOOD):
            self.keep(asked_of(environ), *started[-1], offered)
        return body

    def keep(self, asked: Asked, status: str, headers: Headers, again: Again) -> None:
        is_odd = not asked or sum(map(len, asked)) > LONGEST
        if is_odd or any(name == "Set-Cookie" for name, _ in headers):
            return
        same = [pair for pair in headers if pair[0] not in OWN]
        now = monotonic()
        self.kept.pop(asked, None)
        self.kept[asked] = Kept(now + again.seconds, status, same, again)
        while len(self.kept) > MOST or next(iter(self.kept.values())).until <= now:
            self.kept.popitem(last=False)


def asked_of(environ: Environ) -> Asked:
    """Return what must be the same for two visits to be answered alike; () for no other's."""
    return tuple([environ.get(name, "") for name in ASKED.get(environ["REQUEST_METHOD"], ())])
