"""What counts as the same words: case, spaces, curly quotes, invisible marks, and nothing more."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

QUOTES = str.maketrans({"‘": "'", "’": "'", "ʼ": "'", "“": '"', "”": '"', "`": "'", "´": "'"})
TAG = re.compile(r"<[^<>]{1,80}>")
# isolates, embeddings, overrides and the zero-width: they change what is seen, not what is said
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
SIGN = re.compile(r"[^a-z0-9+%]")
ARTICLES = frozenset({"the", "a", "an", "el", "la", "los", "las", "un", "una"})


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Return text as it is compared with a label: words stay, case and spacing do not count."""
    if not text.isascii():
        text = INVISIBLE.sub("", unicodedata.normalize("NFC", text).translate(QUOTES))
    return " ".join(text.split()).casefold()


def plain(heading: str) -> str:
    """Return a heading on one line, without tags, entities and invisible marks."""
    return " ".join(INVISIBLE.sub("", TAG.sub(" ", html.unescape(heading))).split())


@lru_cache(maxsize=65536)
def stem(text: str) -> str:
    """Return a question as it is compared with ours: its words, without articles and signs."""
    letters = fold(plain(text)).replace("'", "")
    if not letters.isascii():  # vowels of some scripts are marks, which no "word character" is
        letters = "".join(sign if is_written(sign) else " " for sign in letters)
    else:
        letters = SIGN.sub(" ", letters)
    return " ".join(word for word in letters.split() if word not in ARTICLES)


def is_written(sign: str) -> bool:
    return sign in "+%" or unicodedata.category(sign)[0] in "LMN"
