"""What of the configuration behind somebody's shift changed while they were not on call."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.catalogue import Catalogue
from bot.core.configuration import Kind
from bot.core.ids import PersonId, UserId, user_of
from bot.core.schedule import Changes, Schedule
from bot.core.schedule_facts import ScheduleChanged
from bot.core.shift_turns import last_on_call
from bot.core.shift_views import ChangedEntry, ChangedMeanwhile
from bot.queries.services_paged import policies_naming, services_paged
from bot.store import configuration, timeline

WITHOUT_A_LAST_SHIFT = timedelta(days=7)


async def changed_meanwhile(
    conn: AsyncConnection,
    catalogue: Catalogue,
    schedule: Schedule,
    own: Changes,
    person: PersonId,
    back_to: datetime,
    at: datetime,
) -> ChangedMeanwhile | None:
    """Since the person's last shift, looked for from `back_to` on, or in the last week; None: nothing.

    `own` reaches back to `back_to`; the shift begins at `at`.
    """
    last = last_on_call(schedule, own, person, back_to, at)
    since = last or at - WITHOUT_A_LAST_SHIFT
    changed = await configuration.changed_since(conn, since)
    if not changed:
        return None
    by = await _changed_by(conn, schedule, since) if (Kind.SCHEDULE, schedule.id) in changed else None
    behind = _behind(catalogue, schedule, by)
    entries = tuple(entry for kind, key, entry in behind if (kind, key) in changed)
    return ChangedMeanwhile(since, last is not None, entries) if entries else None


def _behind(
    catalogue: Catalogue, schedule: Schedule, by: UserId | None
) -> Iterator[tuple[Kind, str, ChangedEntry]]:
    """The schedule, the policies that page by it, and the services that follow these."""
    yield Kind.SCHEDULE, schedule.id, ChangedEntry("schedule", schedule.name, by)
    for policy in sorted(policies_naming(catalogue, schedule.id)):
        yield Kind.POLICY, policy, ChangedEntry("policy", catalogue.policies[policy].name)
    for service in sorted(services_paged(catalogue, schedule.id)):
        yield Kind.SERVICE, service, ChangedEntry("service", catalogue.services[service].name)


async def _changed_by(conn: AsyncConnection, schedule: Schedule, since: datetime) -> UserId | None:
    """Who changed it last in Slack."""
    facts = await timeline.of_schedule(conn, schedule.id)
    made = [fact for fact in facts if isinstance(fact, ScheduleChanged) and fact.at > since]
    return user_of(made[-1].by) if made else None
