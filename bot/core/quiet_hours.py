"""Do Not Disturb, in which Slack rings nothing, as Slack tells it (docs.slack.dev, dnd.info, dnd_updated_user)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.catalogue import Catalogue
from bot.core.frozen import dataclass
from bot.core.ids import PersonId, UserId
from bot.core.schedule import AllChanges, following


@dataclass(frozen=True)
class Quiet:
    """The present or next time in which Slack rings nothing for somebody; both None: there is none."""

    user: UserId
    starts_at: datetime | None
    ends_at: datetime | None


def as_of(quiet: Quiet, now: datetime) -> Quiet:
    """What was told a while ago, as of `now`: hours that are over come again at the same time of the day.

    A pause that was set once looks the same in what Slack tells: of it this warns in vain until Slack is asked again.
    """
    if quiet.starts_at is None or quiet.ends_at is None or quiet.ends_at > now:
        return quiet
    later = timedelta(days=(now - quiet.ends_at) // timedelta(days=1) + 1)
    return Quiet(quiet.user, quiet.starts_at + later, quiet.ends_at + later)


NEVER = 1
"""What Slack writes for a time that does not come."""


def quiet_of(user: UserId, status: Mapping[str, Any]) -> Quiet:
    """The present or next silent time; without one when Do Not Disturb is off."""
    starts, ends = int(status.get("next_dnd_start_ts") or 0), int(status.get("next_dnd_end_ts") or 0)
    if not status.get("dnd_enabled") or starts <= NEVER or ends <= NEVER:
        return Quiet(user, None, None)
    return Quiet(user, datetime.fromtimestamp(starts, UTC), datetime.fromtimestamp(ends, UTC))


CHECK = "quiet_hours:check"
"""The chore of asking Slack again."""
CHECK_EVERY = timedelta(days=1)
SOON = 2 * CHECK_EVERY
"""Whoever comes on call before the check after the next is asked about."""
MOST_AT_ONCE = 50
"""Of dnd.teamInfo (docs.slack.dev)."""
PAUSE_SECONDS = 4.0
"""Real time between two calls: Slack allows twenty a minute, and nothing waits for these."""


def soon_on_call(catalogue: Catalogue, changes: AllChanges, now: datetime) -> tuple[UserId, ...]:
    """Everybody with an account who is on call for anything at `now` or begins to be within `SOON`; in order."""
    people = {
        person
        for schedule in catalogue.schedules.values()
        for shift in following(schedule, changes.of(schedule.id), now, now + SOON)
        for person in shift.people
    }
    users = {catalogue.user_id(person) for person in people if not _is_gone(catalogue, person)}
    return tuple(sorted(user for user in users if user is not None))


def _is_gone(catalogue: Catalogue, person: PersonId) -> bool:
    listed = catalogue.people.get(person)
    return listed is not None and not listed.reachable
