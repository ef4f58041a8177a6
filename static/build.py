"""Makes attend.min.js and attend.extra.min.js, the survey page's scripts, from static/attend/.

    python3 dev.py script

A first visit has to fit into ten packets, and short names save one. The minifier is no part of
the server: what it made is kept here beside a digest of its sources, and a test compares.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

FOLDER = Path(__file__).parent
BUILT = FOLDER / "attend.min.js"
EXTRA = FOLDER / "attend.extra.min.js"

# What the page runs, in this order: the queue, which the service worker has too, and then the
# rest inside one function.
QUEUE = "queue.js"
PARTS = (
    "screens.js",
    "sending.js",
    "more.js",
    "done.js",
    "tablet.js",
    "pages.js",
    "start.js",
)
# What comes after the first tap, as the body of a function of the page and of its own words.
EXTRA_PARTS = ("tools.js", "draft.js", "hint.js", "receipt.js", "extra.js")


def sources() -> str:
    """Return the page's script as it was written."""
    return "\n".join((text(QUEUE), "(function () {", *map(text, PARTS), "})();"))


def extra_sources() -> str:
    """Return what comes after the first tap as it was written."""
    return "\n".join(
        ("(function (page, html) {", *map(text, EXTRA_PARTS), "})(self.porchlight, self.extra);")
    )


def text(name: str) -> str:
    return (FOLDER / "attend" / name).read_text("utf-8")


def mark(script: str) -> str:
    """Return the first line of a built file: which sources it was made from."""
    digest = hashlib.sha256(script.encode()).hexdigest()
    return f"// made by `python3 dev.py script` from {digest}"


def main() -> None:
    import minify

    minify.config({"js-version": 2009})  # no syntax that a phone of 2015 does not know
    for built, script in ((BUILT, sources()), (EXTRA, extra_sources())):
        small = minify.string("text/javascript", script)
        built.write_text(f"{mark(script)}\n{small}\n", "utf-8")
        print(f"{built.name}: {len(built.read_bytes()):,} bytes")


if __name__ == "__main__":
    main()
