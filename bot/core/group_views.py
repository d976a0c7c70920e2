"""What is told of user groups."""

from __future__ import annotations

from bot.core.frozen import dataclass
from bot.core.views import OnCallPerson


@dataclass(frozen=True)
class GroupNotice:
    """One sentence about user groups that follow schedules."""

    handles: tuple[str, ...]
    schedules: tuple[str, ...] = ()
    """By their shown names."""
    members: tuple[OnCallPerson, ...] = ()
    """Who is in the group."""
    unreachable: tuple[OnCallPerson, ...] = ()
    """On call, but without an active Slack account."""
    error: str = ""
    """Slack's word."""
    doing: str = ""
    """What Slack refuses: read or change."""
