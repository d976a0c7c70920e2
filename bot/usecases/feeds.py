"""Make and revoke private iCal feeds."""

from __future__ import annotations

from bot.core.catalogue import Catalogue
from bot.core.ids import ScheduleId, UserId
from bot.core.permissions import Action
from bot.errors import NotAllowed
from bot.store import feeds
from bot.store.database import Database
from bot.store.feeds import Feed, FeedKind
from bot.usecases.members import require
from bot.usecases.schedule_changes import person_of, the_schedule


async def of_schedule(db: Database, catalogue: Catalogue, schedule: ScheduleId, by: UserId) -> Feed:
    """The asker's own feed of a schedule, the same one each time until it is revoked.

    Raises `Wrong` for a schedule that is not there, and `NotAllowed`.
    """
    the_schedule(catalogue, schedule)
    return await _own(db, FeedKind.SCHEDULE, schedule, by)


async def of_person(db: Database, catalogue: Catalogue, by: UserId) -> Feed:
    """The feed of the asker's own shifts on every schedule. Raises `NotAllowed`."""
    return await _own(db, FeedKind.PERSON, person_of(catalogue, by), by)


async def _own(db: Database, kind: FeedKind, subject: str, by: UserId) -> Feed:
    async with db.write() as tx:
        await require(tx.conn, Action.PLAN_ON_CALL, by)
        for feed in await feeds.of_user(tx.conn, by):
            if (feed.kind, feed.subject) == (kind, subject):
                return feed
        return await feeds.add(tx.conn, kind, subject, by, tx.now)


async def revoke(db: Database, catalogue: Catalogue, number: int, by: UserId) -> Feed | None:
    """Its address is dead from now on. Answers what it was, None when it was revoked before.

    Raises `NotAllowed` for somebody who neither made it nor is an admin.
    """
    async with db.write() as tx:
        await require(tx.conn, Action.PLAN_ON_CALL, by)
        feed = await feeds.load(tx.conn, number)
        if feed is None:
            return None
        if by not in (feed.by, *(catalogue.user_id(admin) for admin in catalogue.admins)):
            raise NotAllowed("Only whoever made this feed, or an admin, can revoke it. It still works.")
        await feeds.revoke(tx.conn, number, tx.now)
        return feed
