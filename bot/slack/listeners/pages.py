"""The buttons of a page, in a DM, in a channel and on the App Home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from slack_bolt.async_app import AsyncApp

from bot.core.decision import Decision, Reply
from bot.core.ids import PageId, UserId, by_user, page_label
from bot.core.permissions import Action
from bot.core.views import PageView
from bot.core.whom import Whom
from bot.crashpoints import point
from bot.errors import Wrong
from bot.queries import incidents, notifications, page_forms, pages
from bot.slack import ids
from bot.slack.listeners.answering import Click, Submission
from bot.slack.listeners.asking import Answer, Asked, Desk, FieldErrors, Listener, Open, Tell
from bot.slack.listeners.serving import Serve
from bot.slack.modals import declare as declare_modal
from bot.slack.modals import escalate as escalate_modal
from bot.slack.modals import responders as responders_modal
from bot.slack.modals import text
from bot.slack.render import incident_replies, page, replies
from bot.slack.render.replies import Act
from bot.usecases import incident_channel, page_responders, paging
from bot.usecases.paging import Seen

SHOWN_ON_THE_CARD = frozenset({Act.ACKNOWLEDGE, Act.TAKE_OVER, Act.SNOOZE, Act.RESOLVE})
"""What went well and what every copy of the page says by itself needs no reply."""


def register(bolt: AsyncApp, serve: Serve) -> None:
    buttons: Mapping[str, Listener] = {
        ids.PAGE_ACKNOWLEDGE: acknowledge,
        ids.PAGE_DECLINE: decline,
        ids.PAGE_TAKE_OVER: take_over,
        ids.PAGE_RESOLVE: resolve,
        ids.PAGE_JOIN: join,
        ids.PAGE_ESCALATE: open_escalate,
        ids.PAGE_WHY: why,
        ids.PAGE_ACCEPT: accept,
        ids.PAGE_ACKNOWLEDGE_ALL: acknowledge_all,
        ids.PAGE_SNOOZE: snooze,
        ids.PAGE_MORE: more,
    }
    for action_id, listener in buttons.items():
        bolt.action(action_id)(serve(listener, Action.WORK_PAGE, Click))
    forms: Mapping[str, Listener] = {
        ids.MODAL_ESCALATE: escalate,
        ids.MODAL_REASSIGN: reassign,
        ids.MODAL_RESPONDERS: add_responders,
    }
    for callback_id, listener in forms.items():
        bolt.view(callback_id)(serve(listener, Action.WORK_PAGE, Submission, once=True))


async def acknowledge(desk: Desk, asked: Asked) -> Answer:
    decision = await paging.acknowledge(desk.db, desk.catalogue(), asked.page, asked.user)
    point("after-acknowledge-commit")
    return await _reply(desk, asked, Act.ACKNOWLEDGE, decision)


async def acknowledge_all(desk: Desk, asked: Asked) -> Answer:
    """All that waited for the clicker when the button was drawn."""
    decisions = await paging.acknowledge_all(desk.db, desk.catalogue(), asked.user, asked.page)
    views = [await _view(desk, decision.page.id, asked.user) for decision in decisions]
    told = [(decision.reply, view) for decision, view in zip(decisions, views, strict=True)]
    return Tell(replies.acknowledged_all(told, desk.clock.now()))


async def accept(desk: Desk, asked: Asked) -> Answer:
    decision = await paging.accept(desk.db, desk.catalogue(), asked.page, asked.user)
    return await _reply(desk, asked, Act.ACCEPT, decision)


async def decline(desk: Desk, asked: Asked) -> Answer:
    decision = await paging.decline(desk.db, desk.catalogue(), asked.page, asked.user)
    return await _reply(desk, asked, Act.DECLINE, decision)


async def take_over(desk: Desk, asked: Asked) -> Answer:
    decision = await paging.take_over(desk.db, desk.catalogue(), asked.page, asked.user)
    return await _reply(desk, asked, Act.TAKE_OVER, decision)


async def join(desk: Desk, asked: Asked) -> Answer:
    """Into the incident's channel; a page without an incident takes whoever asks as a responder."""
    view = await _view(desk, asked.page, asked.user)
    if view.incident is not None:
        changed = await incident_channel.join(desk.db, desk.catalogue(), view.incident, asked.user)
        async with desk.db.read() as conn:
            joined = await incidents.card(conn, desk.catalogue(), changed.incident.id)
        return Tell(incident_replies.joined(joined)) if joined else None
    called = await page_responders.call_in(
        desk.db, desk.catalogue(), asked.page, asked.user, Whom((asked.user,))
    )
    return await _reply(desk, asked, Act.JOIN, called.decision)


async def open_escalate(desk: Desk, asked: Asked) -> Answer:
    async with desk.db.read() as conn:
        shown = await page_forms.escalate_form(conn, desk.catalogue(), asked.page, desk.clock.now())
    if shown is None:
        raise Wrong(_not_there(asked.page))
    _still_open(shown.page)
    teams = [(team.id, team.name) for team in desk.catalogue().teams.values()]
    return Open(escalate_modal.view(shown, teams))


async def escalate(desk: Desk, asked: Asked) -> Answer:
    filled = escalate_modal.read(asked.view or {})
    if isinstance(filled, dict):
        return FieldErrors(filled)
    if filled.to in ("team", "people"):
        return await _give(desk, asked, filled.page, filled.whom)
    seen = Seen(filled.generation, filled.step)
    decision = await paging.escalate(
        desk.db, desk.catalogue(), filled.page, by_user(asked.user), filled.level, seen
    )
    return await _reply(desk, asked, Act.ESCALATE, decision)


async def reassign(desk: Desk, asked: Asked) -> Answer:
    filled = responders_modal.read(asked.view or {})
    return (
        FieldErrors(filled)
        if isinstance(filled, dict)
        else await _give(desk, asked, filled.page, filled.whom)
    )


async def add_responders(desk: Desk, asked: Asked) -> Answer:
    filled = responders_modal.read(asked.view or {})
    if isinstance(filled, dict):
        return FieldErrors(filled)
    called = await page_responders.call_in(desk.db, desk.catalogue(), filled.page, asked.user, filled.whom)
    if called.decision.reply is Reply.OVER:
        return await _reply(desk, asked, Act.JOIN, called.decision)
    view = await _view(desk, filled.page, asked.user)
    return Tell(replies.responders_paged(view, called.people, called.unreachable))


async def _give(desk: Desk, asked: Asked, page: PageId, whom: Whom) -> Answer:
    called = await page_responders.give(desk.db, desk.catalogue(), page, asked.user, whom)
    if called.decision.reply is Reply.OVER:
        return await _reply(desk, asked, Act.ESCALATE, called.decision)
    view = await _view(desk, page, asked.user)
    return Tell(replies.given(view, called.people, called.unreachable))


async def snooze(desk: Desk, asked: Asked) -> Answer:
    after = timedelta(minutes=int(asked.option))
    decision = await paging.snooze(desk.db, desk.catalogue(), asked.page, asked.user, after)
    return await _reply(desk, asked, Act.SNOOZE, decision)


async def more(desk: Desk, asked: Asked) -> Answer:
    """The ▾ menu."""
    match asked.option:
        case ids.PAGE_OPTION_REASSIGN:
            return Open(responders_modal.reassign(await _open_view(desk, asked), desk.catalogue()))
        case ids.PAGE_OPTION_RESPONDERS:
            return Open(responders_modal.add(await _open_view(desk, asked), desk.catalogue()))
        case ids.PAGE_OPTION_DECLARE:
            return await declare(desk, asked)
        case ids.PAGE_OPTION_RESOLVE:
            return await resolve(desk, asked)
        case _:
            return None


async def resolve(desk: Desk, asked: Asked) -> Answer:
    decision = await paging.resolve(desk.db, desk.catalogue(), asked.page, by_user(asked.user))
    return await _reply(desk, asked, Act.RESOLVE, decision)


async def declare(desk: Desk, asked: Asked) -> Answer:
    async with desk.db.read() as conn:
        form = await incidents.declare_form(
            conn, desk.catalogue(), asked.user, desk.clock.now(), page=asked.page
        )
    return Open(declare_modal.view(form))


async def why(desk: Desk, asked: Asked) -> Answer:
    async with desk.db.read() as conn:
        own = await notifications.latest_for(conn, asked.page, asked.user)
        view = await pages.card(conn, desk.catalogue(), asked.page, own, desk.clock.now())
        tried = await notifications.attempts_at(conn, asked.page, asked.user)
    if view is None:
        raise Wrong(_not_there(asked.page))
    return Open(text.view("Why was I paged?", page.why_text(view, tried).blocks))


async def _reply(desk: Desk, asked: Asked, act: Act, decision: Decision) -> Answer:
    if decision.reply is Reply.DONE and act in SHOWN_ON_THE_CARD and not asked.ephemeral:
        return None
    found = await _view(desk, decision.page.id, asked.user)
    view = replace(found, paged_now=decision.page.paged)
    return Tell(replies.acted(act, decision.reply, view, desk.clock.now()))


async def _open_view(desk: Desk, asked: Asked) -> PageView:
    return _still_open(await _view(desk, asked.page, asked.user))


def _still_open(view: PageView) -> PageView:
    if view.resolved_at is not None:
        raise Wrong(f"{page_label(view.id)} is over already: it was resolved. There is nothing left to do.")
    return view


async def _view(desk: Desk, number: PageId, reader: UserId) -> PageView:
    """As the reader's own card shows it."""
    async with desk.db.read() as conn:
        own = await notifications.latest_for(conn, number, reader)
        view = await pages.card(conn, desk.catalogue(), number, own, desk.clock.now())
    if view is None:
        raise Wrong(_not_there(number))
    return view


def _not_there(number: PageId) -> str:
    return f"There is no page {page_label(number)}."
