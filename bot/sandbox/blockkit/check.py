"""How a value is checked: small checks that are put together like the schema they describe.

A check takes a value and its JSON pointer and yields what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where (JSON pointer), in which words, and the rule's kind and bound."""

    pointer: str
    message: str
    kind: str = "type"
    expected: Any = None
    surface: bool = False
    """Whether the rule is about the whole surface, such as the total length of a message."""

    def line(self, base: str = "") -> str:
        """As Slack puts it into `response_metadata.messages`."""
        return f"[ERROR] {self.message} [json-pointer:{base}{self.pointer}]"

    def entry(self) -> dict[str, Any]:
        """As `blocks.validate` answers it."""
        return {
            "pointer": self.pointer,
            "code": "failed_constraint",
            "message": self.message,
            "constraint": {"type": self.kind, "expected": self.expected},
        }


Check = Callable[[Any, str], Iterator[Problem]]


def string(most: int | None = None, least: int = 0, pattern: str | None = None, what: str = "") -> Check:
    """A string of `least` to `most` characters that matches `pattern`; `what` names the format."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield Problem(at, "must provide a string", "type", "string")
        elif len(value) < least:
            yield Problem(at, f"must be more than {least - 1} characters", "min_length", least)
        elif most is not None and len(value) > most:
            yield Problem(at, f"must be less than {most + 1} characters", "max_length", most)
        elif pattern and not re.fullmatch(pattern, value):
            yield Problem(at, f"invalid {what or 'value'}", "format", what)

    return check


def integer(least: int | None = None, most: int | None = None) -> Check:
    """A whole number within bounds; true and false are none."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield Problem(at, "must provide an integer", "type", "integer")
        elif least is not None and value < least:
            yield Problem(at, f"must be at least {least}", "minimum", least)
        elif most is not None and value > most:
            yield Problem(at, f"must be at most {most}", "maximum", most)

    return check


def boolean(value: Any, at: str) -> Iterator[Problem]:
    """True or false."""
    if not isinstance(value, bool):
        yield Problem(at, "must provide a boolean", "type", "boolean")


def anything(value: Any, at: str) -> Iterator[Problem]:
    """No rule known."""
    yield from ()


def one_of(*words: str | int) -> Check:
    """One of a closed set."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if value not in words:
            yield Problem(at, f"must be one of: {', '.join(map(str, words))}", "enum", list(words))

    return check


def array(item: Check, least: int = 0, most: int | None = None) -> Check:
    """A list of `least` to `most` items."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem(at, "must provide an array", "type", "array")
            return
        if len(value) < least:
            yield Problem(at, f"no fewer than {least} items allowed", "min_items", least)
        if most is not None and len(value) > most:
            yield Problem(at, f"no more than {most} items allowed", "max_items", most)
        for index, each in enumerate(value):
            yield from item(each, f"{at}/{index}")

    return check


def record(
    required: Mapping[str, Check], optional: Mapping[str, Check] | None = None, *rules: Check
) -> Check:
    """An object with these fields and no others; `rules` look at it as a whole when each field is right."""
    known = {**required, **(optional or {})}

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(at, "must provide an object", "type", "object")
            return
        problems = [
            Problem(at, f"missing required field: {n}", "required", n) for n in required if n not in value
        ]
        problems += [
            Problem(at, f"invalid additional property: {n}", "additional", n) for n in value if n not in known
        ]
        for name, each in value.items():
            if name in known:
                problems += known[name](each, f"{at}/{name}")
        yield from problems
        if not problems:
            for rule in rules:
                yield from rule(value, at)

    return check


def by_type(kinds: Mapping[str, Check], what: str) -> Check:
    """An object whose `type` decides what else it holds; other types are refused."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(at, "must provide an object", "type", "object")
        elif "type" not in value:
            yield Problem(at, "missing required field: type", "required", "type")
        elif value["type"] not in kinds:
            yield Problem(f"{at}/type", f"unsupported type: {value['type']} for {what}", "enum", list(kinds))
        else:
            yield from kinds[value["type"]](value, at)

    return check


def exactly_one(*names: str) -> Check:
    """A rule: one of these fields is there, not two and not none."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if sum(name in value for name in names) != 1:
            yield Problem(at, f"must provide exactly one of: {', '.join(names)}", "one_of", list(names))

    return check


def at_least_one(*names: str) -> Check:
    """A rule: at least one of these fields is there."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not any(name in value for name in names):
            yield Problem(at, f"must provide at least one of: {', '.join(names)}", "any_of", list(names))

    return check


def unique(field: str, items: Sequence[Any], at: str) -> Iterator[Problem]:
    """A field's value may appear once among the items, where it is given at all."""
    seen: set[Any] = set()
    for index, item in enumerate(items):
        value = item.get(field) if isinstance(item, dict) else None
        if value is not None and value in seen:
            yield Problem(f"{at}/{index}/{field}", f"`{field}` {value} already exists", "unique", field)
        seen.add(value)
