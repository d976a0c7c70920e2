"""Escalation policies in words: their levels, whom they would page when, and the answers after a change."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.policy_views import PolicyLine, PolicyPreview
from bot.core.simulation import Simulated
from bot.slack.render.message import Block, Message, context, header, lines, section, sentence
from bot.templates import say

MOST_STEPS = 24
"""Of a chain: whoever needs more asks `tocsin simulate`."""


def summary(line: PolicyLine) -> str:
    """A policy in a paragraph: its name, one line for each level, what holds for all, and who uses it."""
    levels = [say("policies", "level", level) for level in line.levels]
    rest = [say("policies", "rest", line), say("policies", "used", line)]
    return "\n".join([say("policies", "owner", line), *levels, *rest])


def whole(shown: PolicyPreview) -> list[Block]:
    """What it says, then whom a page that begins now would reach if nobody answered."""
    line = shown.line
    levels = [say("policies", "level", level) for level in line.levels]
    return [
        *map(section, lines([*levels, say("policies", "rest", line)])),
        context(say("policies", "used", line)),
        header("If nobody answers"),
        *map(section, lines(_chain(shown.chain))),
    ]


def _chain(chain: Simulated) -> Iterator[str]:
    yield say("policies", "begins", chain)
    for step in chain.steps[:MOST_STEPS]:
        yield say("policies", "step", step)
    if len(chain.steps) > MOST_STEPS:
        yield say("policies", "more", len(chain.steps) - MOST_STEPS)
    yield say("policies", "goes_on")


def outdated(*, deleted: bool) -> Block:
    """That somebody else was quicker."""
    return section(say("policies", "deleted_meanwhile" if deleted else "outdated"))


def saved(name: str, is_new: bool) -> Message:
    return sentence(say("policies", "saved", name, is_new))


def deleted(name: str | None) -> Message:
    """`name` is None when it was gone already."""
    return sentence(say("policies", "deleted", name) if name else say("policies", "already_deleted"))
