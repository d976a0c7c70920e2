"""A validation error of the schema in words for the person who wrote the file."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic_core import ErrorDetails

from bot.config.entry import Entry
from bot.config.problem import did_you_mean, listed
from bot.config.schema import CALENDAR_LAYER, NESTED, ROTATION_LAYER
from bot.config.yaml_lines import At


def described(entry: type[Entry], error: ErrorDetails) -> tuple[str, str]:
    """What is wrong and how to mend it; `error["loc"]` counts from the entry."""
    at, kind, context = error["loc"], error["type"], error.get("ctx", {})
    owner = _owner(entry, at)
    last = _last_key(at)
    if kind == "tocsin":
        return context["message"], context["cure"]
    if kind == "extra_forbidden":
        known = list(owner.model_fields)
        return f"`{last}` is not a known key", did_you_mean(
            last, known, f"The keys here are {listed(known)}."
        )
    if kind == "missing":
        return f"`{last}` is missing", f"Add it, for example `{_example(owner, last)}`."
    if kind == "literal_error":
        allowed = context["expected"].replace("'", "")
        words = [word for part in allowed.split(" or ") for word in part.split(", ")]
        given = error["input"]
        return f"{given!r} is none of {allowed}", did_you_mean(str(given), words, "Write one of these.")
    example = _example(owner, _last_key(at))
    return _of_type(kind, context, error["input"]), _cure(kind, context, example)


def _cure(kind: str, context: dict[str, object], example: str) -> str:
    match kind:
        case "too_long":
            return "Remove some of them."
        case "too_short":
            return f"Fill it, as in `{example}`."
        case "greater_than_equal":
            return f"Write a number from {context['ge']} on."
        case "less_than_equal":
            return f"Write a number up to {context['le']}."
        case _:
            return f"Write it as in `{example}`." if example else "Compare it with docs/configuration.md."


def _of_type(kind: str, context: dict[str, object], given: object) -> str:
    match kind:
        case "int_type" | "int_from_float" | "int_parsing":
            return f"{given!r} is not a whole number"
        case "string_type":
            return f"{_short(given)} is not text"
        case "list_type":
            return f"{_short(given)} is not a list"
        case "dict_type" | "model_type" | "model_attributes_type":
            return f"{_short(given)} is not a mapping of keys to values"
        case "too_short":
            return "the list is empty" if given == [] else f"{given!r} is too short"
        case "too_long":
            return f"the list has {context['actual_length']} entries, and {context['max_length']} are allowed"
        case "greater_than_equal":
            return f"{given} is less than {context['ge']}"
        case "less_than_equal":
            return f"{given} is more than {context['le']}"
        case "string_pattern_mismatch":
            return f"{given!r} does not have the right form"
        case _:
            return f"{_short(given)} cannot stand here"


def where(at: Sequence[str | int]) -> str:
    """A place within an entry as people say it: `level 2, target 1, schedule`."""
    words: list[str] = []
    for part in at:
        if isinstance(part, int) and words:
            words[-1] = f"{_singular(words[-1])} {part + 1}"
        else:
            words.append(str(part))
    return ", ".join(words)


def _singular(word: str) -> str:
    return word.removesuffix("s") if not word[-1:].isdigit() else f"{word}, place"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}…"


def place(loc: Sequence[str | int]) -> At:
    """Where an error is in the file: pydantic also names the kind of layer on the way."""
    return tuple(part for part in loc if part not in (ROTATION_LAYER, CALENDAR_LAYER))


def _owner(entry: type[Entry], at: At) -> type[Entry]:
    """The model of the mapping in which the last key of a place stands."""
    owner = entry
    for part in at[:-1]:
        if isinstance(part, str) and (part == CALENDAR_LAYER or part in owner.model_fields):
            owner = NESTED.get(part, owner)
    return owner


def _last_key(at: At) -> str:
    return next((part for part in reversed(place(at)) if isinstance(part, str)), "")


def _example(owner: type[Entry], key: str) -> str:
    found = owner.model_fields.get(key)
    return str(found.examples[0]) if found is not None and found.examples else ""
