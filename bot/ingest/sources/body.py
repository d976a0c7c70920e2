"""Bytes from outside become plain values, or one sentence that says what is wrong with them."""

from __future__ import annotations

import json
from typing import Any

import orjson

DEEPEST = 60
"""Levels of nesting; real senders stay under ten, and a payload is walked recursively later."""


class BadAlert(ValueError):
    """A body that cannot be accepted: the text says why, `field` names the field when one is to blame."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


def decode(body: bytes) -> Any:
    """JSON values with text that every database takes: no NUL, no lone surrogates. Raises `BadAlert`."""
    if not body.strip():
        raise BadAlert("The body is empty. Send a JSON object with a title.")
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        value = _decode_slowly(body, error)
    return _clean(value, 0)


def _decode_slowly(body: bytes, error: orjson.JSONDecodeError) -> Any:
    """The standard parser takes lone surrogates and huge numbers, which orjson refuses."""
    try:
        return json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        reason = "it is nested too deeply" if "recursion" in str(error).lower() else str(error).split(":")[0]
        raise BadAlert(f"The body is not JSON: {reason}. Send a JSON object with a title.") from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _clean(value: Any, depth: int) -> Any:
    if depth > DEEPEST:
        raise BadAlert(f"The body is nested more than {DEEPEST} levels deep. Send it flatter.")
    match value:
        case str():
            return text(value)
        case dict():
            return {text(str(key)): _clean(item, depth + 1) for key, item in value.items()}
        case list():
            return [_clean(item, depth + 1) for item in value]
        case int() if not isinstance(value, bool) and not -(2**63) <= value < 2**63:
            return _digits(value)
        case _:
            return value


def _digits(value: int) -> str:
    """A number too large for a database, as its digits; Python refuses to write out the longest ones."""
    try:
        return str(value)
    except ValueError:
        return "a number of more than 4,300 digits"


def text(value: str) -> str:
    return value.replace("\x00", "").encode("utf-8", "replace").decode()
