"""Texts, options and the other small objects that blocks and elements are made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.sandbox.blockkit.check import (
    Check,
    Problem,
    anything,
    array,
    at_least_one,
    boolean,
    by_type,
    exactly_one,
    one_of,
    record,
    string,
    unique,
)

IDENTIFIER = string(255)
URL = string(3000, 1)


def plain(most: int, least: int = 1) -> Check:
    """A plain_text object."""
    return by_type({"plain_text": _text_object("plain_text", most, least)}, "plain text")


def text(most: int, least: int = 1) -> Check:
    """A plain_text or mrkdwn object."""
    return by_type({kind: _text_object(kind, most, least) for kind in ("plain_text", "mrkdwn")}, "text")


def _text_object(kind: str, most: int, least: int) -> Check:
    optional = {"emoji": boolean} if kind == "plain_text" else {"verbatim": boolean}
    return record({"type": one_of(kind), "text": string(most, least)}, optional)


CONFIRM = record(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)

DISPATCH = record(
    {}, {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), least=1, most=2)}
)

FILTER = record(
    {},
    {
        "include": array(one_of("im", "mpim", "private", "public"), least=1),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
    at_least_one("include", "exclude_external_shared_channels", "exclude_bot_users"),
)

SLACK_FILE = record({}, {"id": string(), "url": string()}, exactly_one("id", "url"))

TRIGGER = record({"trigger": anything})


def option(*, markdown: bool = False, with_url: bool = False) -> Check:
    """One choice of a menu; radio buttons and checkboxes may carry mrkdwn, an overflow a link."""
    words = text(75) if markdown else plain(75)
    optional = {"value": string(150), "description": text(75) if markdown else plain(75)}
    return record({"text": words}, optional | ({"url": URL} if with_url else {}))


OPTION_GROUP = record({"label": plain(75), "options": array(option(), least=1, most=100)})


def flat_options(element: Any) -> list[Any]:
    """Every option of an element, those in groups too."""
    options = list(element.get("options") or ())
    for group in element.get("option_groups") or ():
        options += group.get("options") or ()
    return options


def options_hold_their_initial(element: Any, at: str) -> Iterator[Problem]:
    """A rule: what is chosen at first is one of the options, word for word, and no value is there twice."""
    options = flat_options(element)
    yield from unique("value", options, f"{at}/options")
    for name in ("initial_option", "initial_options"):
        chosen = element.get(name, [])
        for each in chosen if isinstance(chosen, list) else [chosen]:
            if options and not any(_same(each, known) for known in options):
                yield Problem(f"{at}/{name}", f"{name} must be among the options", "initial", name)


def _same(left: Any, right: Any) -> bool:
    """Whether two options are the same for Slack, which fills `emoji` in."""

    def words(option: Any) -> tuple[Any, ...]:
        description = option.get("description") or {}
        return option.get("value"), option["text"]["text"], description.get("text")

    return words(left) == words(right)
