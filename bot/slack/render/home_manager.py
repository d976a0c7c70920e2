"""The App Home's part for managers and admins: load, gaps, whom nothing reaches, and Tocsin's own health."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.views import ManagerView
from bot.slack.render.message import Block, context, header, lines, section
from bot.templates import say

MOST_GAPS = 6
MOST_UNREACHABLE = 6
MOST_PROBLEMS = 5


def manager(view: ManagerView) -> list[Block]:
    """At most 8 blocks: what needs a decision first."""
    blocks = [header("Everybody's on-call" if view.everything else "What you look after")]
    blocks += _part("unreachable", view.unreachable, MOST_UNREACHABLE)
    blocks += _part("gaps", view.gaps, MOST_GAPS)
    return blocks + _part("load", view.load, len(view.load), view.more_load)


def _part(what: str, found: Sequence[object], most: int, besides: int = 0) -> list[Block]:
    """A title that counts, a line for each, and how many there are besides."""
    told = [say("home", f"{what}_line", one) for one in found[:most]]
    packed = lines([say("home", f"{what}_title", found), *told])[:2]
    left = max(len(found) - most, 0) + besides
    return [*map(section, packed), *([context(say("incident", "more", left))] if left > 0 else [])]


def health(problems: Sequence[str]) -> list[Block]:
    """For admins: a line when all is well."""
    if not problems:
        return [context(say("home", "healthy"))]
    told = lines([say("home", "problem", text) for text in problems[:MOST_PROBLEMS]])
    return [header("Tocsin needs you"), *map(section, told[:2])]
