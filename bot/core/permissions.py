"""Who may do what: one table, asked by every use case that a person starts (PRODUCT §2)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Standing(StrEnum):
    """What somebody is to this workspace, as Slack tells it."""

    MEMBER = "member"
    GUEST = "guest"
    BOT = "bot"
    FOREIGNER = "foreigner"
    """Of another organization, in a channel shared with it."""
    GONE = "gone"
    """The account is deactivated."""
    UNKNOWN = "unknown"
    """Slack has not told of them yet: they joined a moment ago, or come from a shared channel."""


class Action(StrEnum):
    """What a person can start; configuration and integrations have their own owners (PRODUCT §10)."""

    DECLARE = "declare incidents"
    WORK_INCIDENT = "work on incidents"
    JOIN_INCIDENT = "join incidents"
    WORK_PAGE = "answer pages"
    PLAN_ON_CALL = "change who is on call"


EVERYTHING = frozenset(Action)
NOTHING: frozenset[Action] = frozenset()

ALLOWED: Mapping[Standing, frozenset[Action]] = {
    Standing.MEMBER: EVERYTHING,
    Standing.GUEST: NOTHING,
    Standing.BOT: NOTHING,
    Standing.FOREIGNER: NOTHING,
    Standing.GONE: NOTHING,
    Standing.UNKNOWN: EVERYTHING,  # an alarm is not turned away; the edge that meets a stranger asks Slack who it is
}

_WHAT_THEY_ARE: Mapping[Standing, str] = {
    Standing.MEMBER: "a member",
    Standing.GUEST: "a guest",
    Standing.BOT: "a bot",
    Standing.FOREIGNER: "from another organization",
    Standing.GONE: "deactivated",
    Standing.UNKNOWN: "not known",
}


def may(action: Action, standing: Standing) -> bool:
    return action in ALLOWED[standing]


def refusal(action: Action, standing: Standing) -> str:
    """The sentence for whoever may not."""
    return (
        f"Only full members of this workspace may {action.value}, and you are {_WHAT_THEY_ARE[standing]} here. "
        "Ask a member to do it for you."
    )
