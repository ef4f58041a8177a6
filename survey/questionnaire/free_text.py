"""Free text as people wrote it: spaces and line ends of one kind, dangerous characters removed.

Scripts need characters that have no shape of their own (Persian and Bengali joiners, Burmese
zero-width spaces, the joiners inside emoji), and emoji are newer than any table of characters.
So nothing is removed for being invisible or unknown, only what the list below names.
"""

from __future__ import annotations

import re
import unicodedata

# CRLF would count twice against the limit that a person was shown.
LINE_END = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
SPACE = re.compile("[\t\x1f\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")  # C0 and C1; NUL ends a C string
SURROGATE = re.compile("[\ud800-\udfff]")  # half a character: no encoding can store it

# Overrides show other letters than were typed. An embedding or isolate that is not closed in its
# own paragraph would turn the page around it.
OVERRIDE = re.compile("[\u202d\u202e]")
OPENS = {"\u202a": "\u202c", "\u202b": "\u202c"} | dict.fromkeys("\u2066\u2067\u2068", "\u2069")
CLOSES = frozenset(OPENS.values())


def as_written(text: str | None) -> str:
    """Return text ready to be kept; "" where nothing can be seen in it. Safe to repeat."""
    text = LINE_END.sub("\n", text or "")
    text = SPACE.sub(" ", text)
    text = OVERRIDE.sub("", CONTROL.sub("", text))
    text = SURROGATE.sub("\ufffd", text)
    text = "\n".join(balanced(line) for line in text.split("\n")).strip()
    return text if any(is_seen(character) for character in text) else ""


def balanced(line: str) -> str:
    """Return one paragraph without directional embeddings and isolates that lack their partner."""
    if not (OPENS.keys() | CLOSES) & set(line):
        return line
    keep = set(range(len(line)))
    opened: list[int] = []
    for place, character in enumerate(line):
        if character in OPENS:
            opened.append(place)
        elif character in CLOSES:
            if opened and OPENS[line[opened[-1]]] == character:
                opened.pop()
            else:
                keep.discard(place)
    keep.difference_update(opened)
    return "".join(line[place] for place in sorted(keep))


def is_seen(character: str) -> bool:
    """Whether a character by itself shows something; true of every character not yet assigned."""
    return unicodedata.category(character) not in ("Cf", "Zs", "Cc", "Mn", "Me")
