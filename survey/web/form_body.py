"""Reads a posted form strictly: what is too large, garbled or no form at all is a clear 4xx."""

from __future__ import annotations

from urllib.parse import parse_qsl

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

MOST_FIELDS = 200  # a form has about 20; a body of 64 KiB could hold 20,000 empty ones


def read_form() -> MultiDict[str, str]:
    """Return the posted fields. Raises 413 (by Flask), 415 or 400."""
    if request.mimetype != "application/x-www-form-urlencoded":
        raise UnsupportedMediaType
    return fields_of(request.get_data(cache=False), request.content_length or 0)


def fields_of(body: bytes, length: int) -> MultiDict[str, str]:
    """Return the fields of a form's body. Raises 400.

    length: of the body, in bytes, as it was announced
    """
    if len(body) < length:  # a signal that was lost; half is no answer
        raise BadRequest
    try:
        return MultiDict(pairs_of(body.decode("ascii")))
    except (UnicodeDecodeError, ValueError) as error:
        raise BadRequest from error


def pairs_of(text: str) -> list[tuple[str, str]]:
    """Return what the standard library's `parse_qsl` does of a strict form, blank values kept.

    It is asked only for those parts in which something is encoded: of a survey one in twenty, and
    it takes a fifth of the time of sending one. Raises ValueError.
    """
    parts = text.split("&")
    if len(parts) > MOST_FIELDS:
        raise ValueError("too many fields")
    pairs: list[tuple[str, str]] = []
    for part in parts:
        if "%" in part or "+" in part:
            pairs += parse_qsl(part, keep_blank_values=True, errors="strict")
        elif part:
            name, _, value = part.partition("=")
            pairs.append((name, value))
    return pairs
