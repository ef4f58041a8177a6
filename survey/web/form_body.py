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
        text = body.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except (UnicodeDecodeError, ValueError) as error:
        raise BadRequest from error
    return MultiDict(pairs)
