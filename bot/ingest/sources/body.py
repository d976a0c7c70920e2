"""Bytes from outside become plain values, or one sentence that says what is wrong with them."""

from __future__ import annotations

import json
import math
from typing import Any

import orjson

DEEPEST = 60
"""Levels of nesting; real senders stay under ten, and a payload is walked recursively later."""
LARGEST_NUMBER = 2**63
"""Whole numbers from here on are kept as their digits: no database column takes them."""
LONGEST_NUMBER = 18
"""Digits that surely stay below it."""


class BadAlert(ValueError):
    """A body that cannot be accepted: the text says why, `field` names the field when one is to blame."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


def decode(body: bytes) -> Any:
    """JSON values that every database takes and orjson writes: no NUL, no lone surrogates, no infinity.

    What is only a little wrong is taken: a byte order mark, bytes that are not UTF-8 (shown as �), bare line breaks in
    texts, NaN and numbers of any size (kept as text); of a key given twice the last one counts. Raises `BadAlert` for
    what is not JSON, is empty or is nested more than `DEEPEST` levels.
    """
    if not body.strip():
        raise BadAlert("The body is empty. Send a JSON object with a title.")
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        value = _decode_slowly(body)
    return _clean(value, 0)


def _decode_slowly(body: bytes) -> Any:
    """The standard parser takes what orjson refuses and people still send."""
    try:
        return _loads(body)
    except UnicodeDecodeError:
        pass  # a sender with another encoding still has something to say
    except (ValueError, RecursionError) as error:
        raise _not_json(error) from error
    try:
        return _loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise _not_json(error) from error


def _loads(body: bytes | str) -> Any:
    return json.loads(body, parse_constant=str, parse_int=_whole, parse_float=_decimal, strict=False)


def _not_json(error: Exception) -> BadAlert:
    if isinstance(error, RecursionError):
        return BadAlert(f"The body is nested more than {DEEPEST} levels deep. Send it flatter.")
    reason = (
        f"{error.msg} at character {error.pos}" if isinstance(error, json.JSONDecodeError) else str(error)
    )
    return BadAlert(f"The body is not JSON: {reason}. Send a JSON object with a title.")


def _whole(digits: str) -> int | str:
    """Python refuses to read more than 4,300 digits; those are text anyway."""
    return int(digits) if len(digits) <= LONGEST_NUMBER else digits


def _decimal(digits: str) -> float | str:
    value = float(digits)
    return value if math.isfinite(value) else digits


def _clean(value: Any, depth: int) -> Any:
    if depth > DEEPEST:
        raise BadAlert(f"The body is nested more than {DEEPEST} levels deep. Send it flatter.")
    match value:
        case str():
            return text(value)
        case dict():
            return {text(key): _clean(item, depth + 1) for key, item in value.items()}
        case list():
            return [_clean(item, depth + 1) for item in value]
        case int() if value >= LARGEST_NUMBER:
            return str(value)
        case _:
            return value


def text(value: str) -> str:
    """Without NUL, which PostgreSQL refuses, and lone surrogates, which UTF-8 has no bytes for."""
    return value.replace("\x00", "").encode("utf-8", "replace").decode()
