"""The buttons of an incident's card, announcement and lists; most of them open a form."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from slack_bolt.async_app import AsyncApp

from bot.core.command_names import NAMES
from bot.core.ids import ChannelId, IncidentId, UserId, incident_label
from bot.core.permissions import Action
from bot.core.views import IncidentView
from bot.errors import Wrong
from bot.queries import incidents, on_call, pages, timeline
from bot.slack import ids
from bot.slack.listeners import links, merging, tasks
from bot.slack.listeners.answering import Click
from bot.slack.listeners.asking import Answer, Asked, Desk, Listener, Open, Tell
from bot.slack.listeners.naming import certainly, open_lines
from bot.slack.listeners.serving import Serve
from bot.slack.modals import (
    cancel,
    declare,
    handoff,
    note,
    page_people,
    rename,
    reopen,
    resolve,
    roles,
    severity,
    text,
    update,
)
from bot.slack.modals import more as more_modal
from bot.slack.render import help as help_render
from bot.slack.render import incident as render
from bot.slack.render import incident_replies
from bot.slack.render import on_call as on_call_render
from bot.slack.render import timeline as timeline_render
from bot.slack.render import timeline_file as timeline_file_render
from bot.slack.render.message import Message
from bot.slack.render.replies import Act, acted
from bot.usecases import incident_channel, incident_paging
from bot.usecases.incident_paging import Acted


def register(bolt: AsyncApp, serve: Serve) -> None:
    buttons: Mapping[str, Listener] = {
        ids.INCIDENT_UPDATE: open_update,
        ids.INCIDENT_SEVERITY: open_severity,
        ids.INCIDENT_ROLES: open_roles,
        ids.INCIDENT_PAGE: open_page,
        ids.INCIDENT_RESOLVE: open_resolve,
        ids.INCIDENT_REOPEN: open_reopen,
        ids.INCIDENT_RETRY_SETUP: retry_setup,
        ids.INCIDENT_MORE: more,
        ids.HELP: show_help,
        ids.ON_CALL: show_on_call,
        ids.INCIDENT_OPEN: nothing,
    }
    for action_id, listener in buttons.items():
        bolt.action(action_id)(serve(listener, Action.WORK_INCIDENT, Click))
    bolt.action(ids.INCIDENT_JOIN)(serve(join, Action.JOIN_INCIDENT, Click))
    bolt.action(ids.DECLARE)(serve(open_declare, Action.DECLARE, Click))
    bolt.action(re.compile(f"^{ids.INCIDENT_DO}:"))(serve(more, Action.WORK_INCIDENT, Click))
    files = re.compile(f"^{ids.INCIDENT_TIMELINE_FILE}:")
    bolt.action(files)(serve(timeline_file, Action.WORK_INCIDENT, Click))
    bolt.action(re.compile(f"^{ids.LINK}"))(serve(nothing, Action.WORK_INCIDENT, Click))


async def open_update(desk: Desk, asked: Asked) -> Answer:
    return update_form(await certainly(desk, asked, asked.incident))


async def open_severity(desk: Desk, asked: Asked) -> Answer:
    return severity_form(desk, await certainly(desk, asked, asked.incident))


async def open_roles(desk: Desk, asked: Asked) -> Answer:
    view = await certainly(desk, asked, asked.incident)
    return Open(roles.view(view, tuple(desk.catalogue().roles.values())))


async def open_page(desk: Desk, asked: Asked) -> Answer:
    return page_form(desk, await certainly(desk, asked, asked.incident))


async def open_resolve(desk: Desk, asked: Asked) -> Answer:
    return resolve_form(await certainly(desk, asked, asked.incident))


async def open_reopen(desk: Desk, asked: Asked) -> Answer:
    return reopen_form(await certainly(desk, asked, asked.incident))


async def retry_setup(desk: Desk, asked: Asked) -> Answer:
    await incident_channel.retry_setup(desk.db, desk.catalogue(), asked.incident, asked.user)
    return Tell(incident_replies.trying_again(await certainly(desk, asked, asked.incident)))


async def join(desk: Desk, asked: Asked) -> Answer:
    await incident_channel.join(desk.db, desk.catalogue(), asked.incident, asked.user)
    return Tell(incident_replies.joined(await certainly(desk, asked, asked.incident)))


async def more(desk: Desk, asked: Asked) -> Answer:
    """The ▾ menu of the card, and the buttons of the modal that its last option opens."""
    view = await certainly(desk, asked, asked.incident)
    match asked.option:
        case "more":
            return Open(more_modal.view(view))
        case "help":
            return Tell(help_render.help_text("incident"))
        case "list":
            return Tell(incident_replies.list_incidents(await open_lines(desk, asked)))
        case "ack" | "escalate":
            return await _act_on_pages(desk, asked, view)
        case what if what in FORMS:
            return await FORMS[what](desk, asked, view)
        case _:
            return None


async def _act_on_pages(desk: Desk, asked: Asked, view: IncidentView) -> Answer:
    if asked.option == "ack":
        done = await incident_paging.acknowledge(desk.db, desk.catalogue(), view.id, asked.user)
        return await acted_on(desk, done, Act.ACKNOWLEDGE)
    once = f"trigger:{asked.trigger}"
    done = await incident_paging.escalate(desk.db, desk.catalogue(), view.id, asked.user, once)
    return await acted_on(desk, done, Act.ESCALATE)


async def _open_timeline(desk: Desk, asked: Asked, view: IncidentView) -> Answer:
    return await show_timeline(desk, view.id)


async def _open_note(desk: Desk, asked: Asked, view: IncidentView) -> Answer:
    return Open(note.view(view.id))


async def _open_status(desk: Desk, asked: Asked, view: IncidentView) -> Answer:
    return Tell(render.status(view))


async def _open_runbook(desk: Desk, asked: Asked, view: IncidentView) -> Answer:
    return Tell(incident_replies.runbook(view))


async def _open_rename(desk: Desk, asked: Asked, view: IncidentView) -> Answer:
    return Open(rename.view(view))


async def _open_handoff(desk: Desk, asked: Asked, view: IncidentView) -> Answer:
    return handoff_form(view, None)


async def _open_cancel(desk: Desk, asked: Asked, view: IncidentView) -> Answer:
    return cancel_form(view)


async def _open_links(desk: Desk, asked: Asked, view: IncidentView) -> Answer:
    return await links.form(desk, asked, view)


async def _open_tasks(desk: Desk, asked: Asked, view: IncidentView) -> Answer:
    return await tasks.form(desk, view)


async def _open_merge(desk: Desk, asked: Asked, view: IncidentView) -> Answer:
    return await merging.form(desk, asked, view, None)


FORMS: Mapping[str, Callable[[Desk, Asked, IncidentView], Awaitable[Answer]]] = {
    "timeline": _open_timeline,
    "note": _open_note,
    "status": _open_status,
    "runbook": _open_runbook,
    "rename": _open_rename,
    "handoff": _open_handoff,
    "cancel": _open_cancel,
    "link": _open_links,
    "task": _open_tasks,
    "merge": _open_merge,
}
"""What the ▾ menu and the modal "More" open, by the word of the sub-command that does the same."""


async def acted_on(desk: Desk, done: Acted, act: Act) -> Answer:
    """One answer for each page that it was about."""
    now = desk.clock.now()
    messages = []
    async with desk.db.read() as conn:
        for decision in done.decisions:
            view = await pages.card(conn, desk.catalogue(), decision.page.id, None, now)
            if view is not None:
                shown = replace(view, paged_now=decision.page.paged)
                messages.append(acted(act, decision.reply, shown, now))
    return Tell(_together(messages)) if messages else None


def _together(messages: Sequence[Message]) -> Message:
    blocks = tuple(block for message in messages for block in message.blocks)
    return Message(" ".join(message.text for message in messages), blocks)


async def show_timeline(desk: Desk, number: IncidentId) -> Answer:
    async with desk.db.read() as conn:
        view = await timeline.of_incident(conn, desk.catalogue(), number)
    if view is None:
        return None
    blocks = [timeline_render.as_file(number), *timeline_render.sections(view)]
    return Open(text.view(f"Timeline of {incident_label(number)}", blocks))


async def timeline_file(desk: Desk, asked: Asked) -> Answer:
    view = await certainly(desk, asked, asked.incident)
    return await send_timeline(desk, asked, view, asked.option)


async def send_timeline(
    desk: Desk, asked: Asked, incident: IncidentView, form: str, channel: ChannelId | None = None
) -> Answer:
    """As a file in `channel`, or else in the asker's DM."""
    if form not in timeline_file_render.FORMATS:
        known = " or ".join(timeline_file_render.FORMATS)
        raise Wrong(f"I can't write a timeline as {form}: say {known}.")
    async with desk.db.read() as conn:
        view = await timeline.of_incident(conn, desk.catalogue(), incident.id)
        named = await timeline.with_people(conn, view) if view else None
    if named is None:
        return None
    ending, write = timeline_file_render.FORMATS[form]
    name = incident_label(incident.id)
    await desk.gateway.upload(
        channel or await desk.gateway.direct(asked.user),
        f"{name.lower()}-timeline.{ending}",
        write(named),
        f"Timeline of {name}",
    )
    return Tell(incident_replies.timeline_sent(incident, channel))


async def open_declare(desk: Desk, asked: Asked) -> Answer:
    return await declare_form(desk, asked, asked.value)


async def show_help(desk: Desk, asked: Asked) -> Answer:
    return Tell(help_render.help_text("incident"))


async def show_on_call(desk: Desk, asked: Asked) -> Answer:
    async with desk.db.read() as conn:
        view = await on_call.on_call(conn, desk.catalogue(), asked.user, desk.clock.now())
    return Tell(on_call_render.on_call(view))


async def nothing(desk: Desk, asked: Asked) -> Answer:
    """A button that is only a link."""
    return None


async def declare_form(
    desk: Desk, asked: Asked, title: str = "", description: str = "", ts: str | None = None
) -> Open:
    """The form remembers where it was asked for: the answer goes there."""
    async with desk.db.read() as conn:
        shown = await incidents.declare_form(
            conn,
            desk.catalogue(),
            asked.user,
            desk.clock.now(),
            title=title,
            description=description,
            source_channel=asked.channel,
            source_ts=ts,
        )
    return Open(declare.view(shown))


def update_form(view: IncidentView) -> Open:
    _must_be_open(view, "update it")
    return Open(update.view(view))


def severity_form(desk: Desk, view: IncidentView) -> Open:
    return Open(severity.view(view, desk.catalogue().ranked_severities()))


def page_form(desk: Desk, view: IncidentView) -> Open:
    _must_be_open(view, "page people for it")
    catalogue = desk.catalogue()
    teams = [(team.id, team.name) for team in catalogue.teams.values()]
    services = [(service.id, service.name) for service in catalogue.services.values()]
    groups = [(group.id, group.handle) for group in catalogue.user_groups.values()]
    return Open(page_people.view(view, teams, services, groups))


def resolve_form(view: IncidentView) -> Open:
    _must_be_open(view, "resolve it")
    return Open(resolve.view(view))


def handoff_form(view: IncidentView, to: UserId | None) -> Open:
    _must_be_open(view, "hand it over")
    return Open(handoff.view(view, to))


def cancel_form(view: IncidentView, reason: str = "") -> Open:
    _must_be_open(view, "cancel it")
    return Open(cancel.view(view, reason))


def reopen_form(view: IncidentView, reason: str = "") -> Open:
    if render.is_open(view):
        raise Wrong(f"{incident_label(view.id)} is open already: it is {view.status}.")
    return Open(reopen.view(view, reason))


def _must_be_open(view: IncidentView, what: str) -> None:
    """Better said before somebody fills in a form than after."""
    if not render.is_open(view):
        name = incident_label(view.id)
        raise Wrong(
            f"{name} is {view.status}, so you can't {what}. Reopen it first: {NAMES.incident} reopen {name}."
        )
