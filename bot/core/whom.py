"""Whom somebody picks in a form: people by name, and what leads to people."""

from __future__ import annotations

from bot.core.frozen import dataclass
from bot.core.ids import ScheduleId, ServiceId, TeamId, UserId


@dataclass(frozen=True)
class Whom:
    people: tuple[UserId, ...] = ()
    teams: tuple[TeamId, ...] = ()
    schedules: tuple[ScheduleId, ...] = ()
    """Whoever is on call for them."""
    services: tuple[ServiceId, ...] = ()
    """Whoever is on call for them: the first level of their policies."""
    groups: tuple[str, ...] = ()
    """Slack user groups, by id."""

    @property
    def is_nobody(self) -> bool:
        return not (self.people or self.teams or self.schedules or self.services or self.groups)
