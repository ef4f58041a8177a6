"""Reads a survey's form as a browser does, and fills it in. It names no question of ours."""

from __future__ import annotations

import random
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urlencode


class FormReader(HTMLParser):
    """Collects what a page's form asks, and prepares answers to it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.one_of: dict[str, list[str]] = {}  # radio buttons: name -> values
        self.some_of: dict[str, list[str]] = {}  # boxes to tick
        self.texts: list[str] = []
        self.send: list[tuple[str, str]] = []  # the button that sends, where it has a name
        self.audiences: list[str] = []  # answers that open the form
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = {name: value or "" for name, value in attrs}
        boxes = {"radio": self.one_of, "checkbox": self.some_of}
        if tag == "input" and got.get("type") in boxes:
            boxes[got["type"]].setdefault(got["name"], []).append(got["value"])
        elif tag == "textarea":
            self.texts.append(got["name"])
        elif tag == "form" and "data-audiences" in got:
            self.audiences = got["data-audiences"].split()
        elif tag == "button" and got.get("value") == "send":
            self.send = [(got["name"], "send")]

    def fill(self, chance: random.Random) -> bytes:
        """Return one visitor's answers, encoded as a browser sends them."""
        answers = []
        for name, values in self.one_of.items():
            opening = [value for value in values if value in self.audiences]
            answers.append((name, opening[0] if opening else chance.choice(values)))
        for name, values in self.some_of.items():
            answers += [(name, value) for value in chance.sample(values, min(2, len(values)))]
        for name in self.texts:
            answers.append((name, "The kids loved it." if chance.random() < 0.05 else ""))
        return urlencode(answers + self.send).encode()


def hidden_fields(page: bytes) -> dict[str, str]:
    """Return the hidden fields of a page; much quicker than parsing all of it."""
    found, at = {}, 0
    while (at := page.find(b'type="hidden"', at)) >= 0:
        tag = page[page.rfind(b"<", 0, at) : page.find(b">", at)].decode()
        found[attribute(tag, "name")] = attribute(tag, "value")
        at += 1
    return found


def attribute(tag: str, name: str) -> str:
    return unescape(tag.partition(f' {name}="')[2].partition('"')[0])
