"""What people tell an incident while they work on it: updates, status, severity, roles, notes, the end, and again."""

from __future__ import annotations

from datetime import timedelta

from bot.core import incident as core
from bot.core.catalogue import COMMANDER, Catalogue
from bot.core.command_names import NAMES
from bot.core.debts import DebtKind
from bot.core.facts import NoteAdded
from bot.core.ids import IncidentId, RoleId, SeverityId, UserId, by_user, incident_label
from bot.core.incident import UPDATE_EVERY, WORKING, Incident, IncidentStatus, Outcome
from bot.core.notes import standing
from bot.core.page import Page
from bot.errors import Wrong
from bot.store import pages, timeline
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases import paging
from bot.usecases.incidents import (
    LONGEST_TITLE,
    Changed,
    checked_text,
    repeated,
    say,
    say_to_all,
    short_enough,
    working_on,
    write,
)
from bot.usecases.members import require_fit

_EVERYWHERE = (DebtKind.INCIDENT_CARD, DebtKind.INCIDENT_TOPIC, DebtKind.INCIDENT_ANNOUNCEMENT)
NO_NEXT_UPDATE = timedelta(0)


async def post_update(
    db: Database,
    catalogue: Catalogue,
    number: IncidentId,
    by: UserId,
    text: str,
    status: IncidentStatus | None = None,
    next_after: timedelta | None = None,
    once: str | None = None,
) -> Changed:
    """Tell stakeholders; may move the status. `next_after`: None by the severity, `NO_NEXT_UPDATE` for none.

    Raises `Wrong` for an empty or over-long text, a status that is not a working one, or an incident that is over.
    """
    async with db.write() as tx:
        before = await working_on(tx, number, by)
        if await repeated(tx, once):
            return Changed(before, Outcome.UNCHANGED)
        text = checked_text(text, "The update")
        _check_working(status)
        due = _next_update(catalogue, before) if next_after is None else next_after
        decision = core.post_update(before, text, status, due, by, tx.now)
        if decision.outcome is Outcome.NOT_OPEN:
            raise Wrong(_is_over(before))
        changed = await write(tx, decision, *_sides(before, decision.incident))
        due_at = decision.incident.next_update_at
        say_to_all(
            tx,
            changed.incident,
            "update",
            by,
            text=text,
            status=changed.incident.status,
            previous=before.status,
            next_due_at=due_at.isoformat() if due_at else None,
        )
        return changed


async def change_status(
    db: Database, catalogue: Catalogue, number: IncidentId, by: UserId, status: IncidentStatus
) -> Changed:
    """Move an open incident among the working statuses. Raises `Wrong` for another one, or when it is over."""
    async with db.write() as tx:
        before = await working_on(tx, number, by)
        _check_working(status)
        decision = core.change_status(before, status, by, tx.now)
        if decision.outcome is Outcome.NOT_OPEN:
            raise Wrong(_is_over(before))
        changed = await write(tx, decision, *_EVERYWHERE)
        if changed.outcome is Outcome.DONE:
            say(tx, changed.incident, "status", by, status=status, previous=before.status)
        return changed


async def change_severity(
    db: Database, catalogue: Catalogue, number: IncidentId, by: UserId, severity: SeverityId
) -> Changed:
    """Say how bad it is; a worse one makes its open pages stricter from now on. Raises `Wrong` for an unknown one."""
    async with db.write() as tx:
        before = await working_on(tx, number, by)
        check_severity(catalogue, severity)
        changed = await write(tx, core.change_severity(before, severity, by_user(by), tx.now), *_EVERYWHERE)
        if changed.outcome is not Outcome.DONE:
            return changed
        raised = await _raise_pages(tx, catalogue, changed.incident, by)
        say(tx, changed.incident, "severity", by, severity=severity, previous=before.severity)
        return Changed(changed.incident, pages=raised)


async def rename(db: Database, catalogue: Catalogue, number: IncidentId, by: UserId, title: str) -> Changed:
    """Another title; the channel's name follows, its pages keep theirs. Raises `Wrong` for an empty or long one."""
    async with db.write() as tx:
        before = await working_on(tx, number, by)
        title = short_enough(" ".join(checked_text(title, "The title").split()), "The title", LONGEST_TITLE)
        decision = core.rename(before, title, by, tx.now)
        changed = await write(tx, decision, *_EVERYWHERE, DebtKind.INCIDENT_NAME)
        if changed.outcome is Outcome.DONE:
            say_to_all(tx, changed.incident, "renamed", by, title=title, previous=before.title)
        return changed


async def assign_role(
    db: Database, catalogue: Catalogue, number: IncidentId, by: UserId, role: RoleId, user: UserId
) -> Changed:
    """Give a role to one person, who is invited. Raises `Wrong` for a role that is not configured."""
    async with db.write() as tx:
        before = await working_on(tx, number, by)
        known = catalogue.roles.get(role)
        if known is None:
            names = ", ".join(other.name for other in catalogue.roles.values())
            raise Wrong(f"There is no role {role}. The roles are: {names}.")
        await require_fit(tx.conn, user)
        decision = core.assign_role(before, role, user, by, tx.now)
        changed = await write(tx, decision, *_EVERYWHERE, DebtKind.INCIDENT_MEMBERS)
        if changed.outcome is Outcome.DONE:
            previous = before.roles.get(role)
            say(tx, changed.incident, "role", by, role=known.name, user=user, previous=previous)
        return changed


async def hand_off(
    db: Database,
    catalogue: Catalogue,
    number: IncidentId,
    by: UserId,
    to: UserId,
    going_on: str,
    following: str = "",
) -> Changed:
    """Give the command to somebody else, with how it stands and what is next; they are invited."""
    async with db.write() as tx:
        before = await working_on(tx, number, by)
        going_on = checked_text(going_on, "What is going on")
        following = short_enough(following, "What is next")
        await require_fit(tx.conn, to, "to")
        decision = core.hand_off(before, COMMANDER, to, going_on, following, by, tx.now)
        changed = await write(tx, decision, *_EVERYWHERE, DebtKind.INCIDENT_MEMBERS)
        if changed.outcome is Outcome.DONE:
            said = {"user": to, "going_on": going_on, "next": following}
            say(tx, changed.incident, "handoff", by, previous=before.roles.get(COMMANDER), **said)
        return changed


async def note(
    db: Database,
    catalogue: Catalogue,
    number: IncidentId,
    by: UserId,
    text: str,
    link: str = "",
    once: str | None = None,
    message: str = "",
    author: UserId | None = None,
) -> Changed:
    """Write something into the timeline, also after the end; `link` leads to the message that it came from.

    `message` is that message's ts when it is in the incident's own channel: the note follows it, and a message that is
    noted already is not noted again (UNCHANGED). `author` wrote it.
    """
    async with db.write() as tx:
        incident = await working_on(tx, number, by)
        if await repeated(tx, once):
            return Changed(incident, Outcome.UNCHANGED)
        if message and standing(await timeline.of_message(tx.conn, number, message)):
            return Changed(incident, Outcome.UNCHANGED)
        text = checked_text(text, "The note")
        tx.record(
            NoteAdded(
                at=tx.now,
                by=by_user(by),
                incident=number,
                text=text,
                link=link,
                message=message,
                author=author,
            )
        )
        return Changed(incident)


async def resolve(
    db: Database,
    catalogue: Catalogue,
    number: IncidentId,
    by: UserId,
    what_happened: str,
    fix: str,
    resolve_pages: bool = True,
) -> Changed:
    """It is over, and with `resolve_pages` so are its open pages. NOT_OPEN: somebody was quicker, see `incident`."""
    async with db.write() as tx:
        before = await working_on(tx, number, by)
        what_happened = short_enough(what_happened, "What happened")
        fix = short_enough(fix, "What fixed it")
        changed = await write(tx, core.resolve(before, what_happened, fix, by, tx.now), *_EVERYWHERE)
        if changed.outcome is not Outcome.DONE:
            return changed
        over = await _resolve_pages(tx, catalogue, changed.incident, by) if resolve_pages else ()
        say_to_all(tx, changed.incident, "resolved", by, what_happened=what_happened, fix=fix)
        return Changed(changed.incident, pages=over)


async def cancel(
    db: Database, catalogue: Catalogue, number: IncidentId, by: UserId, reason: str = ""
) -> Changed:
    """It was declared by mistake: it ends, and so do its open pages. NOT_OPEN: somebody was quicker."""
    async with db.write() as tx:
        before = await working_on(tx, number, by)
        reason = short_enough(reason, "The reason")
        changed = await write(tx, core.cancel(before, reason, by, tx.now), *_EVERYWHERE)
        if changed.outcome is not Outcome.DONE:
            return changed
        over = await _resolve_pages(tx, catalogue, changed.incident, by)
        say_to_all(tx, changed.incident, "canceled", by, reason=reason)
        return Changed(changed.incident, pages=over)


async def reopen(
    db: Database, catalogue: Catalogue, number: IncidentId, by: UserId, reason: str = ""
) -> Changed:
    """It is back; nobody is paged by that alone. STILL_OPEN: it never ended, or somebody was quicker."""
    async with db.write() as tx:
        before = await working_on(tx, number, by)
        reason = short_enough(reason, "The reason")
        changed = await write(tx, core.reopen(before, reason, by, tx.now), *_EVERYWHERE)
        if changed.outcome is Outcome.DONE:
            say_to_all(tx, changed.incident, "reopened", by, reason=reason)
        return changed


def check_severity(catalogue: Catalogue, severity: SeverityId) -> None:
    if severity not in catalogue.severities:
        names = ", ".join(known.id for known in catalogue.ranked_severities())
        raise Wrong(f"There is no severity {severity}. The severities are: {names}.")


async def raise_page(tx: Tx, catalogue: Catalogue, page: Page, incident: Incident, by: UserId) -> Page:
    """A page is at least as bad as its incident; a milder incident leaves it as it is."""
    if catalogue.rank(incident.severity) < catalogue.rank(page.severity):
        return await paging.raise_severity(tx, catalogue, page, incident.severity, by_user(by))
    return page


async def _raise_pages(tx: Tx, catalogue: Catalogue, incident: Incident, by: UserId) -> tuple[Page, ...]:
    """Its open pages, each raised where that is stricter; all their copies are written again."""
    raised = []
    for page in await pages.of_incident(tx.conn, incident.id, only_open=True):
        raised.append(await raise_page(tx, catalogue, page, incident, by))
        tx.touch(page.id)
    return tuple(raised)


async def _resolve_pages(tx: Tx, catalogue: Catalogue, incident: Incident, by: UserId) -> tuple[Page, ...]:
    found = await pages.of_incident(tx.conn, incident.id, only_open=True)
    decisions = [await paging.resolve_in(tx, catalogue, page.id, by_user(by)) for page in found]
    return tuple(decision.page for decision in decisions)


def _sides(before: Incident, after: Incident) -> tuple[DebtKind, ...]:
    """The topic shows the status, not the text of the update."""
    return tuple(
        kind
        for kind in _EVERYWHERE
        if kind is not DebtKind.INCIDENT_TOPIC or before.status is not after.status
    )


def _next_update(catalogue: Catalogue, incident: Incident) -> timedelta:
    return UPDATE_EVERY.get(catalogue.rank(incident.severity), NO_NEXT_UPDATE)


def _check_working(status: IncidentStatus | None) -> None:
    if status is not None and status not in WORKING:
        raise Wrong(
            f"An update cannot set the status {status}. Use {NAMES.incident} resolve to end it; "
            f"an open incident is one of: {', '.join(WORKING)}."
        )


def _is_over(incident: Incident) -> str:
    label = incident_label(incident.id)
    return f"{label} is {incident.status}, so nothing was posted. Reopen it first: {NAMES.incident} reopen {label}."
