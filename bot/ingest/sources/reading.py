"""From a sender's bytes to JSON values that every database and every screen can hold."""

from __future__ import annotations

import json
import math
from typing import Any

import orjson

from bot.errors import Wrong

DEEPEST = 100
"""Levels of nesting; no known source needs ten, and serializers give up at about 250."""
LONGEST_WHOLE_NUMBER = 4_000
"""Digits; Python refuses to read more than 4,300, so longer ones stay text."""
_SMALLEST, _LARGEST = -(2**63), 2**64 - 1
"""What a serializer writes as a whole number; others stay text."""


class BadAlert(Wrong):
    """The body cannot be an alert; the text is for the sender, `field` is where it is wrong, if at one place."""

    def __init__(self, field: str | None, message: str) -> None:
        super().__init__(message)
        self.field = field

    def at(self, place: str) -> BadAlert:
        """The same mistake, one level further out: `[3]` before `.title`."""
        return BadAlert(f"{place}.{self.field}" if self.field else place, str(self))


def read(body: bytes) -> Any:
    """The JSON value in `body`, fit to be stored.

    Bytes that are not UTF-8 and lone surrogates become U+FFFD, NUL characters go (PostgreSQL refuses them), NaN,
    Infinity and whole numbers over 64 bits become text; of a key given twice the last one counts. Raises
    `BadAlert` for an empty body, for what is not JSON, and for nesting deeper than `DEEPEST`.
    """
    if not body.strip():
        raise BadAlert(None, "The body is empty; send an alert as a JSON object, or a list of them.")
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        value = _read_leniently(body)
    return _storable(value, 0)


def raw_text(body: bytes) -> str:
    """The body as it came, for a person to read."""
    return storable_text(body.decode("utf-8", "replace"))


def storable_text(text: str) -> str:
    """Without what a database refuses: NUL characters and lone surrogates."""
    text = text.replace("\x00", "")
    return text if text.isascii() else text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _read_leniently(body: bytes) -> Any:
    """What a strict reader refuses and a person still understands: NaN, stray bytes, UTF-16, a byte order mark."""
    text = body.decode(json.detect_encoding(body), "replace")
    try:
        return json.loads(text, parse_int=_whole_number, parse_constant=str, strict=False)
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        where = f" ({error.msg}, line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise BadAlert(None, f"This is not JSON{where}; send a JSON object, or a list of them.") from error


def _whole_number(digits: str) -> int | str:
    return int(digits) if len(digits) <= LONGEST_WHOLE_NUMBER else digits


def _storable(value: Any, depth: int) -> Any:
    if depth > DEEPEST:
        raise _too_deep()
    match value:
        case str():
            return storable_text(value)
        case bool() | None:
            return value
        case int():
            return value if _SMALLEST <= value <= _LARGEST else str(value)
        case float():
            return value if math.isfinite(value) else str(value)
        case list():
            return [_storable(each, depth + 1) for each in value]
        case dict():
            return {storable_text(key): _storable(each, depth + 1) for key, each in value.items()}
    raise AssertionError(f"JSON has no {type(value).__name__}")


def _too_deep() -> BadAlert:
    return BadAlert(None, f"The body is nested deeper than {DEEPEST} levels; send the alert's fields flat.")
