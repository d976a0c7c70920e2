"""Submitted forms of incidents: read, one use case, and the answer; what is wrong is said at its field."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from slack_bolt.async_app import AsyncApp

from bot.core.ids import IncidentId
from bot.core.incident import Outcome
from bot.core.permissions import Action
from bot.core.views import IncidentView
from bot.crashpoints import point
from bot.errors import Wrong
from bot.queries import incidents
from bot.slack import ids
from bot.slack.listeners.answering import Submission
from bot.slack.listeners.asking import Answer, Asked, Desk, FieldErrors, Tell
from bot.slack.listeners.serving import Serve
from bot.slack.modals import cancel as cancel_modal
from bot.slack.modals import declare as declare_modal
from bot.slack.modals import handoff as handoff_modal
from bot.slack.modals import note as note_modal
from bot.slack.modals import page_people as page_modal
from bot.slack.modals import rename as rename_modal
from bot.slack.modals import reopen as reopen_modal
from bot.slack.modals import resolve as resolve_modal
from bot.slack.modals import roles as roles_modal
from bot.slack.modals import severity as severity_modal
from bot.slack.modals import update as update_modal
from bot.slack.permalinks import permalink
from bot.slack.render import incident_replies as replies
from bot.slack.render.message import Message, section
from bot.templates import mrkdwn
from bot.usecases import declaring, incident_paging, incident_updates
from bot.usecases.declaring import Declared, PageWhom
from bot.usecases.incidents import Changed


def register(bolt: AsyncApp, serve: Serve) -> None:
    bolt.view(ids.MODAL_DECLARE)(serve(declare, Action.DECLARE, Submission))
    for callback_id, listener in (
        (ids.MODAL_UPDATE, post_update),
        (ids.MODAL_SEVERITY, change_severity),
        (ids.MODAL_ROLES, assign_roles),
        (ids.MODAL_HANDOFF, hand_off),
        (ids.MODAL_PAGE, page_people),
        (ids.MODAL_RESOLVE, resolve),
        (ids.MODAL_CANCEL, cancel),
        (ids.MODAL_RENAME, rename),
        (ids.MODAL_REOPEN, reopen),
        (ids.MODAL_NOTE, add_note),
    ):
        bolt.view(callback_id)(serve(listener, Action.WORK_INCIDENT, Submission))


async def declare(desk: Desk, asked: Asked) -> Answer:
    form = asked.view or {}
    filled = declare_modal.read(form)
    if isinstance(filled, dict):
        return FieldErrors(filled)
    request = declaring.Declare(
        title=filled.title,
        severity=filled.severity,
        service=filled.service,
        description=filled.description,
        private=filled.private,
        whom=PageWhom(filled.whom),
        people=filled.people,
        teams=filled.teams,
        page=filled.page,
        link=await permalink(desk.gateway, filled.channel, filled.ts or "", asked.domain),
        trigger_key=f"view:{form['id']}",
    )
    declared = await declaring.declare(desk.db, desk.catalogue(), request, asked.user)
    point("after-declare-commit")
    view = await _view(desk, declared.incident.id)
    return Tell(_declared(view, declared), filled.channel)


def _declared(view: IncidentView, declared: Declared) -> Message:
    if declared.already:
        return replies.already_declared(view)
    page = declared.page
    holder = page.acknowledged_by if page else None
    paged = page.paged if page and holder is None else ()
    message = replies.declared_reply(view, paged, page.id if page else None, holder)
    return with_unreachable(message, declared.unreachable)


def with_unreachable(message: Message, reasons: Sequence[str]) -> Message:
    """Whom nothing can reach is said too, and why."""
    if not reasons:
        return message
    note = mrkdwn.escape(f"Not everybody can be reached: {'; '.join(reasons)}.")
    return Message(f"{message.text} {note}", (*message.blocks, section(note)))


async def post_update(desk: Desk, asked: Asked) -> Answer:
    filled = update_modal.read(asked.view or {})
    if isinstance(filled, dict):
        return FieldErrors(filled)
    await incident_updates.post_update(
        desk.db,
        desk.catalogue(),
        filled.incident,
        asked.user,
        filled.text,
        filled.status,
        filled.next_after,
        once=_once(asked),
    )
    view = await _view(desk, filled.incident)
    return Tell(replies.update_posted(view), view.channel)


async def change_severity(desk: Desk, asked: Asked) -> Answer:
    filled = severity_modal.read(asked.view or {})
    if isinstance(filled, dict):
        return FieldErrors(filled)
    changed = await incident_updates.change_severity(
        desk.db, desk.catalogue(), filled.incident, asked.user, filled.severity
    )
    return await _outcome(desk, changed, replies.severity_is)


async def assign_roles(desk: Desk, asked: Asked) -> Answer:
    filled = roles_modal.read(asked.view or {})
    if isinstance(filled, dict):
        return FieldErrors(filled)
    for role, user in filled.roles.items():
        await incident_updates.assign_role(desk.db, desk.catalogue(), filled.incident, asked.user, role, user)
    return None


async def hand_off(desk: Desk, asked: Asked) -> Answer:
    filled = handoff_modal.read(asked.view or {})
    if isinstance(filled, dict):
        return FieldErrors(filled)
    changed = await incident_updates.hand_off(
        desk.db,
        desk.catalogue(),
        filled.incident,
        asked.user,
        filled.to,
        filled.going_on,
        filled.next,
    )
    return await _outcome(desk, changed, replies.leads)


async def page_people(desk: Desk, asked: Asked) -> Answer:
    filled = page_modal.read(asked.view or {})
    if isinstance(filled, dict):
        return FieldErrors(filled)
    paged = await incident_paging.page_people(
        desk.db,
        desk.catalogue(),
        filled.incident,
        asked.user,
        filled.people,
        filled.teams,
        filled.services,
        filled.groups,
        filled.note,
        once=_once(asked),
    )
    view = await _view(desk, filled.incident)
    told = replies.being_paged(view, paged.people, paged.running)
    return Tell(with_unreachable(told, paged.unreachable), view.channel)


async def resolve(desk: Desk, asked: Asked) -> Answer:
    filled = resolve_modal.read(asked.view or {})
    if isinstance(filled, dict):
        return FieldErrors(filled)
    changed = await incident_updates.resolve(
        desk.db,
        desk.catalogue(),
        filled.incident,
        asked.user,
        filled.what_happened,
        filled.fix,
        filled.resolve_pages,
    )
    return await _outcome(desk, changed, replies.is_resolved)


async def cancel(desk: Desk, asked: Asked) -> Answer:
    filled = cancel_modal.read(asked.view or {})
    if isinstance(filled, dict):
        return FieldErrors(filled)
    changed = await incident_updates.cancel(
        desk.db, desk.catalogue(), filled.incident, asked.user, filled.reason
    )
    return await _outcome(desk, changed, replies.is_canceled)


async def rename(desk: Desk, asked: Asked) -> Answer:
    filled = rename_modal.read(asked.view or {})
    if isinstance(filled, dict):
        return FieldErrors(filled)
    changed = await incident_updates.rename(
        desk.db, desk.catalogue(), filled.incident, asked.user, filled.title
    )
    return await _outcome(desk, changed, replies.is_renamed)


async def reopen(desk: Desk, asked: Asked) -> Answer:
    filled = reopen_modal.read(asked.view or {})
    if isinstance(filled, dict):
        return FieldErrors(filled)
    changed = await incident_updates.reopen(
        desk.db, desk.catalogue(), filled.incident, asked.user, filled.reason
    )
    return await _outcome(desk, changed, replies.is_reopened)


async def add_note(desk: Desk, asked: Asked) -> Answer:
    filled = note_modal.read(asked.view or {})
    if isinstance(filled, dict):
        return FieldErrors(filled)
    await incident_updates.note(
        desk.db,
        desk.catalogue(),
        filled.incident,
        asked.user,
        filled.text,
        filled.link,
        once=_once(asked),
    )
    view = await _view(desk, filled.incident)
    return Tell(replies.noted(view), view.channel)


async def _outcome(desk: Desk, changed: Changed, say: Callable[[IncidentView], Message]) -> Answer:
    """What was done shows in the channel, if there is one; what was not is said."""
    view = await _view(desk, changed.incident.id)
    if changed.outcome is not Outcome.DONE:
        return Tell(replies.refused(view, changed.outcome), view.channel)
    return None if view.channel else Tell(say(view))


async def _view(desk: Desk, number: IncidentId) -> IncidentView:
    """The incident that a use case has just let this person work on."""
    async with desk.db.read() as conn:
        view = await incidents.card(conn, desk.catalogue(), number)
    if view is None:
        raise Wrong(f"INC-{number} is not there.")
    return view


def _once(asked: Asked) -> str:
    return f"trigger:{asked.trigger}"
