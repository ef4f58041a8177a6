"""Documents and pictures by Typst, with our own fonts and nothing of this machine's.

Typst is loaded where the first one is made. Its compiler may be used by one thread at a time, and a
template is read once by each.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anyascii import anyascii

from survey.config import ROOT

if TYPE_CHECKING:
    import typst

    from survey.questionnaire.words import Language

FONTS = ROOT / "static" / "vendor" / "fonts"
PICTURE = """#let size = (sys.inputs.width, sys.inputs.height).map(n => int(n) * 1pt)
#set page(width: size.at(0), height: size.at(1), margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", width: 100%, height: 100%)
"""

ASKED = ("question.", "option.", "scale.", "agency.")  # keys of what a form asks

_of_thread = threading.local()


class CannotTypeset(Exception):
    """A document could not be made, or would have lacked a letter."""


def png(svg: str, width: int, height: int, ppi: int) -> bytes:
    """Return a picture of width x height px at 72 dots an inch, finer with more. Raises
    CannotTypeset."""
    inputs = {"svg": svg, "width": str(width), "height": str(height)}
    return typeset(PICTURE, inputs, format="png", ppi=float(ppi))


def pdf(template: Path, inputs: Mapping[str, str], made_at: int) -> bytes:
    """Return a tagged PDF (PDF/UA-1). Raises CannotTypeset.

    made_at: seconds since 1970 that stand in it as its date: the same rows, the same bytes.
    """
    source = template.read_text("utf-8")
    return typeset(source, inputs, format="pdf", pdf_standards=["ua-1"], timestamp=made_at)


def typeset(source: str, inputs: Mapping[str, str], **how: Any) -> bytes:
    import typst

    try:
        made, warnings = compiler().compile_with_warnings(
            source.encode(),
            sys_inputs=dict(inputs),
            **how,
        )
    except typst.TypstError as error:
        raise CannotTypeset(str(error)) from error
    if warnings:  # a missing font is one: Typst would quietly take another
        raise CannotTypeset("; ".join(str(warning) for warning in warnings))
    assert isinstance(made, bytes)
    return made


def compiler() -> typst.Compiler:
    import typst

    if not hasattr(_of_thread, "compiler"):
        _of_thread.compiler = typst.Compiler(
            root=str(ROOT), font_paths=[str(FONTS)], ignore_system_fonts=True
        )
    made: typst.Compiler = _of_thread.compiler
    return made


def in_our_letters(text: str, family: str = "") -> str:
    """Return the text with letters that our fonts, and `family`'s, lack written by their sound."""
    letters = our_letters() | (scripts()[family] if family else frozenset())
    return "".join(sign if ord(sign) in letters else anyascii(sign) for sign in text)


@cache
def our_letters() -> frozenset[int]:
    """Return the code points of the fonts of every document: Latin, Greek and Cyrillic."""
    return frozenset({0x0A}) | listed(FONTS / "RANGES.txt")


@cache
def scripts() -> Mapping[str, frozenset[int]]:
    """Return the code points of the fonts of other scripts, by family: RANGES-Noto-Sans-Arabic.txt
    lists those of Noto Sans Arabic."""
    files = sorted(FONTS.glob("RANGES-*.txt"))
    return {path.stem.removeprefix("RANGES-").replace("-", " "): listed(path) for path in files}


def listed(path: Path) -> frozenset[int]:
    """Return the code points of a file of ranges, as it stands beside the fonts."""
    letters: set[int] = set()
    for part in path.read_text("ascii").split():
        first, _, last = part.partition("-")
        letters.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(letters)


@cache
def family_for(language: Language) -> str | None:
    """Return the family that has what our fonts lack of a language's questions and answers: ""
    where they lack nothing, None where no family of ours has it all."""
    words = (text for key, text in language.words.items() if key.startswith(ASKED))
    lacking = set(map(ord, "".join(words))) - our_letters()
    if not lacking:
        return ""
    return next((family for family, letters in scripts().items() if lacking <= letters), None)
