"""Words per language: content/languages/<code>.toml -> say(key, **values).

Structure stands once in instrument.toml; a language file holds nothing but words. English is
the reference: a key that another language lacks, adds, or fills with other placeholders is an
error with a sentence, found when the files are read and not when a guest meets it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

REFERENCE = "en"
PLACEHOLDER = re.compile(r"{(\w+)}")


class ContentError(Exception):
    """A content file is wrong; the sentence names the file and the key."""


@dataclass(frozen=True, eq=False)  # one object each: compared and hashed by identity
class Language:
    """One language: its words, and how it is written."""

    code: str
    words: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        """Return the words for `key` with {placeholders} filled. An unknown key raises KeyError."""
        text = self.words[key]
        return PLACEHOLDER.sub(lambda match: str(values[match[1]]), text) if values else text

    def has(self, key: str) -> bool:
        return key in self.words

    @property
    def name(self) -> str:
        return self.words["language.name"]

    @property
    def direction(self) -> str:
        return self.words["language.direction"]

    @property
    def reviewed(self) -> bool:
        return self.words["language.status"] == "reviewed"

    def count(self, key: str, number: int) -> str:
        """Return `key`.one or `key`.other with {number}: enough for English and Spanish."""
        return self.say(f"{key}.{'one' if number == 1 else 'other'}", number=self.number(number))

    def number(self, value: int) -> str:
        return f"{value:,}".replace(",", self.words["format.thousands"])

    def day(self, day: date) -> str:
        return self.say(
            "format.day",
            weekday=self.words[f"weekday.{day.isoweekday()}"],
            day=day.day,
            month=self.words[f"month.{day.month}"],
            year=day.year,
        )

    def moment(self, moment: datetime) -> str:
        """Return a day and a time of day; the moment is already in the time zone it is read in."""
        time = f"{moment:%H:%M}"
        if self.words["format.clock"] == "12":
            half = "p.m." if moment.hour >= 12 else "a.m."
            time = f"{moment.hour % 12 or 12}:{moment:%M} {half}"
        return self.say("format.moment", day=self.day(moment.date()), time=time)


def read_languages(folder: Path) -> dict[str, Language]:
    """Read every <code>.toml in `folder`, the reference first, and hold each to the reference."""
    paths = sorted(folder.glob("*.toml"), key=lambda path: (path.stem != REFERENCE, path.stem))
    languages = {path.stem: Language(path.stem, flatten(read_toml(path))) for path in paths}
    if REFERENCE not in languages:
        raise ContentError(f"{folder.name}: {REFERENCE}.toml is missing; it is the reference.")
    for language in languages.values():
        compare(languages[REFERENCE], language)
    return languages


def compare(reference: Language, language: Language) -> None:
    """Raise ContentError where `language` differs from `reference` in keys or placeholders."""
    file = f"languages/{language.code}.toml"
    if missing := sorted(reference.words.keys() - language.words.keys()):
        raise ContentError(f"{file}: the key {missing[0]} is missing; {REFERENCE}.toml has it.")
    if extra := sorted(language.words.keys() - reference.words.keys()):
        raise ContentError(f"{file}: the key {extra[0]} is not in {REFERENCE}.toml.")
    for key, text in language.words.items():
        expected = set(PLACEHOLDER.findall(reference.words[key]))
        if (found := set(PLACEHOLDER.findall(text))) != expected:
            raise ContentError(
                f"{file}: {key} has the placeholders {sorted(found)}, "
                f"{REFERENCE}.toml has {sorted(expected)}."
            )
    if language.direction not in ("ltr", "rtl"):
        raise ContentError(f'{file}: language.direction must be "ltr" or "rtl".')
    if language.words["language.status"] not in ("reviewed", "draft"):
        raise ContentError(f'{file}: language.status must be "reviewed" or "draft".')


def read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContentError(f"{path.name}: cannot be read as TOML: {error}.") from error
    except OSError as error:
        raise ContentError(f"{path.name}: cannot be opened: {error.strerror}.") from error


def flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Return {"a": {"b": "x"}} as {"a.b": "x"}."""
    flat: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            flat.update(flatten(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = str(value)
    return flat
