"""An incident's place in Slack: what was made there, what failed, and who comes and goes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.core import debts
from bot.core import incident as core
from bot.core.catalogue import Catalogue
from bot.core.debts import DebtKind
from bot.core.ids import TOCSIN, Actor, ChannelId, IncidentId, UserId
from bot.core.incident import Incident, IncidentDecision, Outcome, may_see, not_there
from bot.core.permissions import Action, Standing
from bot.errors import Wrong
from bot.log_context import from_here_on
from bot.store import incidents, members, messages, pages
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases.incidents import Changed, owe_sides, working_on, write
from bot.usecases.members import require

EVERY_SIDE = (
    DebtKind.INCIDENT_CARD,
    DebtKind.INCIDENT_MEMBERS,
    DebtKind.INCIDENT_TOPIC,
    DebtKind.INCIDENT_BOOKMARKS,
    DebtKind.INCIDENT_ANNOUNCEMENT,
)
CARD, ANNOUNCEMENT = "card", "announcement"
"""Roles of an incident's messages."""


async def channel_made(tx: Tx, number: IncidentId, channel: ChannelId, name: str) -> None:
    """The channel exists: everything that lives in it is owed, and pages tell the way there. Twice is once."""
    before = await _present(tx, number)
    decision = core.channel_made(before, channel, name, tx.now)
    await write(tx, decision, *EVERY_SIDE)
    if decision.outcome is Outcome.DONE:
        for page in await pages.of_incident(tx.conn, number):
            tx.touch(page.id)


async def channel_renamed(tx: Tx, number: IncidentId, name: str) -> None:
    """The channel has its new name."""
    before = await _present(tx, number)
    renamed = core.channel_renamed(before, name)
    if renamed is not before:
        await write(tx, IncidentDecision(renamed), DebtKind.INCIDENT_CARD, DebtKind.INCIDENT_ANNOUNCEMENT)


async def setup_failed(tx: Tx, number: IncidentId, step: str, reason: str) -> None:
    """A step failed for good: the card and the announcement say so, and the declarer is told what to do.

    `reason` is Slack's word (`restricted_action`). The same failure again is told once.
    """
    before = await _present(tx, number)
    decision = core.setup_failed(before, step, reason, tx.now)
    await write(tx, decision, DebtKind.INCIDENT_CARD, DebtKind.INCIDENT_ANNOUNCEMENT)
    if decision.outcome is Outcome.DONE:
        key = f"incident:{number}:setup:{step}:{decision.incident.version}"
        data = {"incident": number, "step": step, "reason": reason}
        tx.owe(debts.notice(key, before.declared_by, "setup_failed", data))


async def card_posted(tx: Tx, number: IncidentId, channel: ChannelId, ts: str, version: int) -> None:
    """The card is out and shows `version`; it is to be pinned, and the topic may follow it."""
    incident = await _present(tx, number)
    await messages.add(tx.conn, messages.of_incident(number), CARD, channel, ts, version, tx.now)
    owe_sides(tx, incident, DebtKind.INCIDENT_PIN, DebtKind.INCIDENT_TOPIC)


async def announced(tx: Tx, number: IncidentId, channel: ChannelId, ts: str, version: int) -> None:
    """The announcement is out and shows `version`."""
    await messages.add(tx.conn, messages.of_incident(number), ANNOUNCEMENT, channel, ts, version, tx.now)


async def retry_setup(db: Database, catalogue: Catalogue, number: IncidentId, by: UserId) -> Changed:
    """Try again what failed for good; what is there already stays."""
    async with db.write() as tx:
        before = await working_on(tx, number, by)
        cleared = core.clear_setup_problem(before)
        if cleared is not before:
            await incidents.save(tx, cleared)
        if cleared.channel is None:
            tx.owe(debts.incident(DebtKind.INCIDENT_CHANNEL, number))
        owe_sides(tx, cleared, *EVERY_SIDE, DebtKind.INCIDENT_PIN, DebtKind.INCIDENT_NAME)
        return Changed(cleared)


async def join(db: Database, catalogue: Catalogue, number: IncidentId, by: UserId) -> Changed:
    """Invite whoever asks. A private incident lets in its members and those whom it paged, and nobody else."""
    async with db.write() as tx:
        await require(tx.conn, Action.JOIN_INCIDENT, by)
        incident = await _may_join(tx, number, by)
        invited = core.invite(incident, by)
        outcome = Outcome.UNCHANGED if by in incident.joined else Outcome.DONE
        return await write(tx, IncidentDecision(invited, outcome), DebtKind.INCIDENT_MEMBERS)


async def member_joined(
    db: Database, catalogue: Catalogue, channel: ChannelId, user: UserId
) -> Changed | None:
    """Slack says that somebody is in the channel. None: not an incident's, or a bot."""
    async with db.write() as tx:
        if await members.standing(tx.conn, user) is Standing.BOT:
            return None
        return await _in_channel(tx, channel, lambda it, now: core.person_joined(it, user, now))


async def member_left(db: Database, catalogue: Catalogue, channel: ChannelId, user: UserId) -> Changed | None:
    """Somebody left or was removed: they are not fetched back, and a private incident is closed to them."""
    async with db.write() as tx:
        return await _in_channel(tx, channel, lambda it, _: core.person_left(it, user))


async def channel_archived(
    db: Database, catalogue: Catalogue, channel: ChannelId, archived: bool, by: Actor = TOCSIN
) -> Changed | None:
    """Somebody archived the channel, or took it out of the archive: then it catches up."""
    async with db.write() as tx:
        changed = await _in_channel(tx, channel, lambda it, now: core.channel_archived(it, archived, by, now))
        if changed and changed.outcome is Outcome.DONE and not archived:
            owe_sides(tx, changed.incident, *EVERY_SIDE, DebtKind.INCIDENT_NAME)
        return changed


async def _in_channel(
    tx: Tx, channel: ChannelId, decide: Callable[[Incident, datetime], IncidentDecision]
) -> Changed | None:
    found = await incidents.in_channel(tx.conn, channel)
    if found is None:
        return None
    incident = await _present(tx, found.id)
    return await write(tx, decide(incident, tx.now), DebtKind.INCIDENT_CARD)


async def _may_join(tx: Tx, number: IncidentId, by: UserId) -> Incident:
    from_here_on(incident=number)
    incident = await incidents.load(tx.conn, number, lock=True)
    if incident is not None and may_see(incident, by):
        return incident
    paged = {user for page in await pages.of_incident(tx.conn, number) for user in page.ever_paged}
    if incident is None or by not in paged:
        raise Wrong(not_there(number))
    return incident


async def _present(tx: Tx, number: IncidentId) -> Incident:
    """The incident, locked. Incidents are never deleted, so a missing one is a bug."""
    from_here_on(incident=number)
    incident = await incidents.load(tx.conn, number, lock=True)
    if incident is None:
        raise LookupError(f"incident {number} is not in the database")
    return incident
