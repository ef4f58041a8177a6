"""Makes static/attend.min.js, the survey page's script, from the files in static/attend/.

    python3 dev.py script

A first visit has to fit into ten packets, and short names save one. The minifier is no part of
the server: what it made is kept here beside a digest of its sources, and a test compares.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

FOLDER = Path(__file__).parent
BUILT = FOLDER / "attend.min.js"

# What the page runs, in this order: the queue, which the service worker has too, and then the
# rest inside one function.
QUEUE = "queue.js"
PARTS = (
    "screens.js",
    "sending.js",
    "draft.js",
    "hint.js",
    "done.js",
    "tablet.js",
    "pages.js",
    "start.js",
)


def sources() -> str:
    """Return the script as it was written."""
    queue, *parts = ((FOLDER / "attend" / name).read_text("utf-8") for name in (QUEUE, *PARTS))
    return "\n".join((queue, "(function () {", *parts, "})();"))


def mark() -> str:
    """Return the first line of the built file: which sources it was made from."""
    digest = hashlib.sha256(sources().encode()).hexdigest()
    return f"// made by `python3 dev.py script` from {digest}"


def main() -> None:
    import minify

    minify.config({"js-version": 2009})  # no syntax that a phone of 2015 does not know
    BUILT.write_text(f"{mark()}\n{minify.string('text/javascript', sources())}\n", "utf-8")
    print(f"{BUILT.name}: {len(BUILT.read_bytes()):,} bytes")


if __name__ == "__main__":
    main()
