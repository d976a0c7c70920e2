"""The shortcuts of the ⚡ menu and of a message's menu."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from bot.core.incident import Outcome
from bot.core.permissions import Action
from bot.slack import ids
from bot.slack.listeners import incidents as forms
from bot.slack.listeners.answering import Click
from bot.slack.listeners.asking import Answer, Asked, Desk, Open, Tell
from bot.slack.listeners.naming import open_lines, the_incident
from bot.slack.listeners.notes import author_of
from bot.slack.listeners.serving import Serve
from bot.slack.modals import note
from bot.slack.permalinks import permalink
from bot.slack.render import incident_replies as replies
from bot.slack.said import said
from bot.usecases import incident_updates

LONGEST_TITLE = 200


def register(bolt: AsyncApp, serve: Serve) -> None:
    bolt.shortcut(ids.SHORTCUT_DECLARE)(serve(declare, Action.DECLARE, Click))
    bolt.shortcut(ids.SHORTCUT_DECLARE_FROM_MESSAGE)(serve(declare_from_message, Action.DECLARE, Click))
    bolt.shortcut(ids.SHORTCUT_ADD_TO_TIMELINE)(serve(add_to_timeline, Action.WORK_INCIDENT, Click))


async def declare(desk: Desk, asked: Asked) -> Answer:
    return await forms.declare_form(desk, asked)


async def declare_from_message(desk: Desk, asked: Asked) -> Answer:
    """The first line becomes the title, the whole text the description."""
    text = said(asked.message or {})
    title = next(iter(text.splitlines()), "")
    return await forms.declare_form(desk, asked, title[:LONGEST_TITLE], text, asked.ts)


async def add_to_timeline(desk: Desk, asked: Asked) -> Answer:
    """In an incident's channel it is done at once; elsewhere it is asked which incident is meant."""
    text = said(asked.message or {}) or "A message without text"
    link = await permalink(desk.gateway, asked.channel, asked.ts, asked.domain)
    view = await the_incident(desk, asked)
    if view is None:
        lines = await open_lines(desk, asked)
        if not lines:
            return Tell(replies.list_incidents(lines))
        return Open(note.view(None, text, link, lines))
    changed = await incident_updates.note(
        desk.db,
        desk.catalogue(),
        view.id,
        asked.user,
        text,
        link,
        once=f"trigger:{asked.trigger}",
        message=asked.ts,
        author=author_of(asked.message or {}),
    )
    return Tell(replies.noted(view, already=changed.outcome is Outcome.UNCHANGED))
