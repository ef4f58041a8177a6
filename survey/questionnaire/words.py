"""Words per language: content/languages/<code>.toml -> say(key, **values).

Structure stands once in instrument.toml; a language file holds nothing but words. What an
attendee meets is in languages/; what readers of figures meet is in readers/ and what organisers
meet in desk/, which only some languages have. English is the reference: a key that another
language lacks, adds, or fills with other placeholders is an error with a sentence, raised when the
files are read and not when a guest meets it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

REFERENCE = "en"
PLACEHOLDER = re.compile(r"{(\w+)}")
TWO_STOPS = re.compile(r"(?<=\w)\.\.(?!\.)")
LATIN = re.compile(r"[0-9A-Za-z]")
FSI, PDI = "\u2068", "\u2069"  # around a name or a range in text that runs from right to left

# What one language may say in a way of its own: a question where the agency's name needs another
# grammar (`ask_sheriff`), or an answer that repeats its question's verb (`answer.c_police.1`).
OWN = re.compile(r"(?P<base>question\.\w+?\.(?:ask|finding))_(?P<kind>\w+)|answer\.(\w+)\.(\d)")
STATUSES = ("reviewed", "draft", "withheld")
REVIEWS = "reviews"  # the folder of their readings, beside languages/
READERS = 2  # native speakers who must have read a withheld language before anybody meets it

# Plural rules by name (after Unicode CLDR, for whole numbers from 1; it has none for S'gaw Karen,
# whose nouns have one form). The page's script knows the same rules, in the same order.
PLURALS: dict[str, tuple[str, ...]] = {
    "none": ("other",),
    "one": ("one", "other"),
    "slavic": ("one", "few", "many"),
    "arabic": ("one", "two", "few", "many", "other"),
}


def plural(rule: str, number: int) -> str:
    """Return the category of a whole number from 1 under one of PLURALS."""
    if rule == "slavic":
        if number % 10 == 1 and number % 100 != 11:
            return "one"
        return "few" if 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14 else "many"
    if rule == "arabic":
        if number <= 2:
            return ("one", "two")[number - 1]
        return "few" if 3 <= number % 100 <= 10 else "many" if number % 100 >= 11 else "other"
    return "one" if rule == "one" and number == 1 else "other"


class ContentError(Exception):
    """A content file is wrong; the sentence names the file and the key."""


@dataclass(frozen=True, eq=False)  # one object each: compared and hashed by identity
class Language:
    """One language: its words, and how it is written."""

    code: str
    words: Mapping[str, str]
    reads: bool = True  # has the words of figures, too; else only what an attendee meets
    read_by: int = 0  # native speakers whose remarks have come back

    def say(self, key: str, **values: object) -> str:
        """Return the words for `key` with {placeholders} filled. An unknown key raises KeyError."""
        text = self.words[key]
        if not values:
            return text
        parts = [*split_at_placeholders(text)]
        fill = self.isolated if self.direction == "rtl" else str
        parts[1::2] = [fill(values[name]) for name in parts[1::2]]
        filled = "".join(parts)
        # "at 5:00 p.m." ends its sentence: an abbreviation's full stop is the sentence's, too
        return TWO_STOPS.sub(".", filled) if ".." in filled else filled

    def isolated(self, value: object) -> str:
        """Return a placeholder's value in a text from right to left: Latin keeps its direction."""
        text = str(value)
        return f"{FSI}{text}{PDI}" if LATIN.search(text) else text

    def about(self, key: str, agency: str, **values: object) -> str:
        """Return the words for `key` about a kind of agency ("" for none), which it names.

        Where the language has words of its own for that kind (`key_<kind>`), those.
        """
        own = f"{key}_{agency}"
        name = self.words[f"agency.{agency}.name"] if agency else ""
        return self.say(own if self.has(own) else key, agency=name, **values)

    def listed(self, names: Iterable[str], last: str = "") -> str:
        """Return "A, B, C"; with `last` (as " and "), "A, B and C"."""
        *first, end = [*names] or [""]
        joined = self.words["format.list"].join(first)
        return f"{joined}{last or self.words['format.list']}{end}" if first else end

    def theme(self, theme: str) -> str:
        """Return the name of a theme of comments; one that organisers added is its own name."""
        key = f"desk.theme.{theme}"
        return self.words.get(key, theme)

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

    @property
    def offered(self) -> bool:
        """Whether visitors may meet it: a withheld one waits for READERS native speakers."""
        return self.words["language.status"] != "withheld" or self.read_by >= READERS

    @property
    def plural(self) -> str:
        return self.words["language.plural"]

    def count(self, key: str, number: int) -> str:
        """Return the form of `key` for this number (a whole one from 1), with {number}."""
        return self.say(f"{key}.{plural(self.plural, number)}", number=self.number(number))

    def forms(self, key: str) -> list[str]:
        """Return every plural form of `key`, in the order of PLURALS, its {number} left open."""
        return [self.words[f"{key}.{category}"] for category in PLURALS[self.plural]]

    def number(self, value: int) -> str:
        return f"{value:,}".replace(",", self.words["format.thousands"])

    def day(self, day: date) -> str:
        return self.say(
            "format.day",
            weekday=self.words[f"weekday.{day.isoweekday()}"],
            day=self.words["format.first"] if day.day == 1 else day.day,
            month=self.words[f"month.{day.month}"],
            year=day.year,
        )

    def moment(self, moment: datetime) -> str:
        """Return a day and a time of day; the moment is already in the time zone it is read in."""
        clock = self.clock(moment.time())
        return self.say("format.moment", day=self.day(moment.date()), time=clock)

    def clock(self, time: time) -> str:
        """Return a time of day as this language writes it: "5:00 p.m.", "17:00"."""
        if self.words["format.clock"] != "12":
            return f"{time:%H:%M}"
        half = self.words["format.pm" if time.hour >= 12 else "format.am"]
        return f"{time.hour % 12 or 12}:{time:%M} {half}"


@cache
def split_at_placeholders(text: str) -> tuple[str, ...]:
    """Return what stands before, in and after each placeholder: text, name, text, name, text."""
    return tuple(PLACEHOLDER.split(text))


def read_languages(folder: Path, *readers: Path) -> dict[str, Language]:
    """Read every <code>.toml in `folder` and its namesakes in `readers`, the reference first.

    readers: the folders of what only some languages have; each has the same ones.
    """
    paths = sorted(folder.glob("*.toml"), key=lambda path: (path.stem != REFERENCE, path.stem))
    attendee = {path.stem: flatten(read_toml(path)) for path in paths}
    require_reference(folder, attendee)
    for code, words in attendee.items():
        check_language(f"{folder.name}/{code}.toml", words)
        compare(f"{folder.name}/{code}.toml", attendee[REFERENCE], words, words["language.plural"])
    whole = {code: dict(words) for code, words in attendee.items()}
    reading = None
    for one in readers:
        more = read_more(one, whole)
        if reading is not None and (odd := sorted(reading ^ more)):
            raise ContentError(f"{odd[0]}.toml must be in {readers[0].name}/ and in {one.name}/.")
        reading = more
    return {
        code: Language(
            code,
            words,
            reads=code in (reading or ()),
            read_by=readers_of(folder.parent / REVIEWS / f"{code}.toml"),
        )
        for code, words in whole.items()
    }


def read_more(folder: Path, whole: Mapping[str, dict[str, str]]) -> set[str]:
    """Add the words of a folder to the languages; return the codes of those that have them."""
    by_code = {path.stem: flatten(read_toml(path)) for path in sorted(folder.glob("*.toml"))}
    require_reference(folder, by_code)
    for code, words in by_code.items():
        if code not in whole:
            raise ContentError(f"{folder.name}/{code}.toml: languages/ has no such language.")
        rule = whole[code]["language.plural"]
        compare(f"{folder.name}/{code}.toml", by_code[REFERENCE], words, rule)
        if both := words.keys() & whole[code].keys():
            raise ContentError(f"{folder.name}/{code}.toml: {min(both)} stands in both files.")
    for code, words in by_code.items():
        whole[code].update(words)
    return set(by_code)


def require_reference(folder: Path, by_code: Mapping[str, object]) -> None:
    if REFERENCE not in by_code:
        raise ContentError(f"{folder.name}: {REFERENCE}.toml is missing; it is the reference.")


def readers_of(path: Path) -> int:
    """Return how many native speakers have read all of a language; one person counts once."""
    readings = read_toml(path).get("reading", ()) if path.exists() else ()
    return len({one["reader"].casefold() for one in readings if one["whole"]})


def check_language(file: str, words: Mapping[str, str]) -> None:
    """Raise ContentError where a language does not say how it is written."""
    allowed = {"direction": ("ltr", "rtl"), "status": STATUSES, "plural": (*PLURALS,)}
    for key, values in allowed.items():
        if words.get(f"language.{key}") not in values:
            raise ContentError(f"{file}: language.{key} must be one of {', '.join(values)}.")


def compare(file: str, reference: Mapping[str, str], words: Mapping[str, str], rule: str) -> None:
    """Raise ContentError where `words` differ from the reference's in keys or placeholders.

    Where the reference counts (key.one, key.other), a language has the forms of its own rule.
    """
    counted = {
        key.removesuffix(".one")
        for key in reference
        if key.endswith(".one") and f"{key.removesuffix('.one')}.other" in reference
    }
    expected = {key: key for key in reference if stem(key) not in counted}
    expected |= {f"{key}.{form}": f"{key}.other" for key in counted for form in PLURALS[rule]}
    if missing := sorted(expected.keys() - words.keys()):
        raise ContentError(f"{file}: the key {missing[0]} is missing; {REFERENCE}.toml has it.")
    own = {key: match["base"] for key in words if (match := OWN.fullmatch(key))}
    if extra := sorted(words.keys() - expected.keys() - own.keys()):
        raise ContentError(f"{file}: the key {extra[0]} is not in {REFERENCE}.toml.")
    for key, text in words.items():
        like = own.get(key, expected.get(key))
        wanted = set(PLACEHOLDER.findall(reference.get(like, ""))) if like else set()
        placeholders = set(PLACEHOLDER.findall(text))
        may_lack = stem(key) in counted or key in own
        if placeholders != wanted and not (may_lack and placeholders < wanted):
            raise ContentError(
                f"{file}: {key} has the placeholders {sorted(placeholders)}, "
                f"{REFERENCE}.toml has {sorted(wanted)}."
            )


def stem(key: str) -> str:
    return key.rpartition(".")[0]


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
