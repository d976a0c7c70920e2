"""`/incident` and its sub-commands: in an incident's channel without a number, anywhere with one."""

from __future__ import annotations

from typing import assert_never

from slack_bolt.async_app import AsyncApp

from bot.core.catalogue import COMMANDER
from bot.core.command_names import NAMES
from bot.core.ids import SeverityId, UserId
from bot.core.incident import Outcome
from bot.core.permissions import Action
from bot.core.views import IncidentView
from bot.errors import Wrong
from bot.queries import incidents
from bot.slack import commands
from bot.slack.listeners import drills, links, merging, tasks
from bot.slack.listeners import incidents as forms
from bot.slack.listeners.asking import Answer, Asked, Desk, Open, Tell
from bot.slack.listeners.forms import with_unreachable
from bot.slack.listeners.naming import named, open_lines, the_incident
from bot.slack.listeners.serving import Serve
from bot.slack.modals import note as note_modal
from bot.slack.modals import rename as rename_modal
from bot.slack.render import help as help_render
from bot.slack.render import incident as render
from bot.slack.render import incident_replies as replies
from bot.slack.render.replies import Act
from bot.usecases import incident_paging, incident_updates

TITLES = {"open": "Open incidents", "mine": "Your incidents", "all": "Latest incidents"}

InIncident = (
    commands.Status
    | commands.Update
    | commands.ChangeSeverity
    | commands.Rename
    | commands.Lead
    | commands.HandOff
    | commands.Page
    | commands.Escalate
    | commands.Acknowledge
    | commands.Note
    | commands.Task
    | commands.Link
    | commands.Runbook
    | commands.Timeline
    | commands.Merge
    | commands.Resolve
    | commands.Cancel
    | commands.Reopen
)
WORDS: dict[type[object], str] = {
    commands.Status: "status",
    commands.Update: "update",
    commands.ChangeSeverity: "severity",
    commands.Rename: "rename",
    commands.Lead: "lead",
    commands.HandOff: "handoff",
    commands.Page: "page",
    commands.Escalate: "escalate",
    commands.Acknowledge: "ack",
    commands.Note: "note",
    commands.Task: "task",
    commands.Link: "link",
    commands.Runbook: "runbook",
    commands.Timeline: "timeline",
    commands.Merge: "merge",
    commands.Resolve: "resolve",
    commands.Cancel: "cancel",
    commands.Reopen: "reopen",
}


READING = (commands.Status, commands.Timeline, commands.Task, commands.Runbook, commands.Merge)
"""What still works for an incident that was merged into another one."""


def register(bolt: AsyncApp, serve: Serve) -> None:
    bolt.command(NAMES.incident)(serve(incident, Action.WORK_INCIDENT))


async def incident(desk: Desk, asked: Asked) -> Answer:
    command = commands.incident(asked.text)
    match command:
        case commands.Overview():
            return Tell(help_render.help_text("incident", open_incidents=await open_lines(desk, asked)))
        case commands.Declare(title):
            return await forms.declare_form(desk, asked, title)
        case commands.List(which):
            return await _list(desk, asked, which)
        case commands.Drill(text):
            return await drills.typed(desk, asked, text)
        case commands.Help(topic):
            return Tell(help_render.help_text("incident", topic))
        case commands.Unknown(word, nearest, rest):
            return Tell(help_render.unknown("incident", word, nearest, rest))
        case _:
            return await _in_incident(desk, asked, command)


async def _list(desk: Desk, asked: Asked, which: str) -> Answer:
    async with desk.db.read() as conn:
        lines = await incidents.lines(conn, desk.catalogue(), asked.user, which)
    return Tell(replies.list_incidents(lines, TITLES.get(which, f"Open incidents, {which}")))


async def _in_incident(desk: Desk, asked: Asked, command: InIncident) -> Answer:
    view = await the_incident(desk, asked, command.incident)
    if view is None:
        return await _which(desk, asked, command)
    if view.merged_into and not isinstance(command, READING):
        return Tell(replies.goes_on_elsewhere(view))
    match command:
        case commands.Status():
            return Tell(render.status(view))
        case commands.Update(_, text):
            return await _update(desk, asked, view, text)
        case commands.ChangeSeverity(_, severity):
            return await _severity(desk, asked, view, severity)
        case commands.Rename(_, title):
            return await _rename(desk, asked, view, title)
        case commands.Lead():
            return await _lead(desk, asked, view, command)
        case commands.HandOff(_, user, word):
            return forms.handoff_form(view, user or _person(desk, "handoff", word))
        case commands.Page():
            return await _page(desk, asked, view, command)
        case commands.Escalate():
            return await _escalate(desk, asked, view, command)
        case commands.Acknowledge():
            done = await incident_paging.acknowledge(desk.db, desk.catalogue(), view.id, asked.user)
            return await forms.acted_on(desk, done, Act.ACKNOWLEDGE)
        case commands.Note(_, text):
            return await _note(desk, asked, view, text)
        case commands.Timeline(_, form):
            if form:
                here = view.channel if view.channel == asked.channel else None
                return await forms.send_timeline(desk, asked, view, form, here)
            return await forms.show_timeline(desk, view.id)
        case commands.Task():
            return await tasks.typed(desk, asked, view, command)
        case commands.Link():
            return await links.typed(desk, asked, view, command)
        case commands.Runbook():
            return Tell(replies.runbook(view))
        case commands.Merge():
            return await _merge(desk, asked, view, command)
        case commands.Resolve():
            return forms.resolve_form(view)
        case commands.Cancel(_, reason):
            return forms.cancel_form(view, reason)
        case commands.Reopen(_, reason):
            return await _reopen(desk, asked, view, reason)
        case _:
            assert_never(command)


async def _which(desk: Desk, asked: Asked, command: InIncident) -> Answer:
    """It was typed outside of a channel and names no incident, or only the other one of two."""
    word = WORDS[type(command)]
    match command:
        case commands.Merge(into=other) | commands.Link(other=other) if other is not None:
            return Tell(replies.need_two(word, other))
        case _:
            return Tell(replies.need_incident(word, await open_lines(desk, asked)))


async def _update(desk: Desk, asked: Asked, view: IncidentView, text: str) -> Answer:
    if not text:
        return forms.update_form(view)
    await incident_updates.post_update(
        desk.db, desk.catalogue(), view.id, asked.user, text, once=f"trigger:{asked.trigger}"
    )
    return Tell(replies.update_posted(await _again(desk, view)))


async def _escalate(desk: Desk, asked: Asked, view: IncidentView, command: commands.Escalate) -> Answer:
    if command.word:
        raise Wrong(
            f'"{command.word[:60]}" is no level. {NAMES.incident} escalate pages the next level, '
            f"{NAMES.incident} escalate level 2 another one, {NAMES.incident} page @bob somebody else. "
            "Nobody was paged."
        )
    once = f"trigger:{asked.trigger}"
    done = await incident_paging.escalate(desk.db, desk.catalogue(), view.id, asked.user, once, command.level)
    return await forms.acted_on(desk, done, Act.ESCALATE)


async def _severity(desk: Desk, asked: Asked, view: IncidentView, severity: str) -> Answer:
    if not severity:
        return forms.severity_form(desk, view)
    known = {each.casefold(): each for each in desk.catalogue().severities}
    wanted = known.get(severity.casefold(), SeverityId(severity))
    changed = await incident_updates.change_severity(desk.db, desk.catalogue(), view.id, asked.user, wanted)
    if changed.outcome is not Outcome.DONE:
        return Tell(replies.refused(view, changed.outcome))
    return Tell(replies.severity_is(await _again(desk, view)))


async def _rename(desk: Desk, asked: Asked, view: IncidentView, title: str) -> Answer:
    if not title:
        return Open(rename_modal.view(view))
    changed = await incident_updates.rename(desk.db, desk.catalogue(), view.id, asked.user, title)
    if changed.outcome is not Outcome.DONE:
        return Tell(replies.refused(view, changed.outcome))
    return Tell(replies.is_renamed(await _again(desk, view)))


async def _lead(desk: Desk, asked: Asked, view: IncidentView, command: commands.Lead) -> Answer:
    user = command.user or _person(desk, "lead", command.word) or asked.user
    changed = await incident_updates.assign_role(
        desk.db, desk.catalogue(), view.id, asked.user, COMMANDER, user
    )
    if changed.outcome is not Outcome.DONE:
        return Tell(replies.refused(view, changed.outcome))
    return Tell(replies.leads(await _again(desk, view)))


def _person(desk: Desk, command: str, word: str) -> UserId | None:
    """Somebody called by name instead of @name."""
    if not word:
        return None
    found = named(desk.catalogue(), [word]).users
    if not found:
        raise Wrong(f"{word} is not a person. Name one, as in {NAMES.incident} {command} @bob.")
    return found[0]


async def _page(desk: Desk, asked: Asked, view: IncidentView, command: commands.Page) -> Answer:
    if not (command.users or command.groups or command.words):
        return forms.page_form(desk, view)
    found = named(desk.catalogue(), command.words)
    paged = await incident_paging.page_people(
        desk.db,
        desk.catalogue(),
        view.id,
        asked.user,
        (*command.users, *found.users),
        found.teams,
        found.services,
        command.groups,
        once=f"trigger:{asked.trigger}",
    )
    return Tell(with_unreachable(replies.being_paged(view, paged.people, paged.running), paged.unreachable))


async def _note(desk: Desk, asked: Asked, view: IncidentView, text: str) -> Answer:
    if not text:
        return Open(note_modal.view(view.id))
    await incident_updates.note(
        desk.db, desk.catalogue(), view.id, asked.user, text, once=f"trigger:{asked.trigger}"
    )
    return Tell(replies.noted(view))


async def _merge(desk: Desk, asked: Asked, view: IncidentView, command: commands.Merge) -> Answer:
    if command.word:
        raise Wrong(
            f'"{command.word[:60]}" is not an incident. Name the one that goes on, as in {NAMES.incident} merge INC-9. '
            "Nothing was merged."
        )
    return await merging.form(desk, asked, view, command.into)


async def _reopen(desk: Desk, asked: Asked, view: IncidentView, reason: str) -> Answer:
    if not reason or render.is_open(view):
        return forms.reopen_form(view, reason)
    await incident_updates.reopen(desk.db, desk.catalogue(), view.id, asked.user, reason)
    return Tell(replies.is_reopened(await _again(desk, view)))


async def _again(desk: Desk, view: IncidentView) -> IncidentView:
    """As it is after the change."""
    async with desk.db.read() as conn:
        return await incidents.card(conn, desk.catalogue(), view.id) or view
