"""The buttons of a page, in a DM, in a channel and on the App Home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from slack_bolt.async_app import AsyncApp

from bot.core.decision import Decision, Reply
from bot.core.ids import PageId, by_user, page_label
from bot.core.permissions import Action
from bot.core.views import PageView
from bot.crashpoints import point
from bot.errors import Wrong
from bot.queries import incidents, notifications, pages
from bot.slack import ids
from bot.slack.listeners.answering import Click, Submission
from bot.slack.listeners.asking import Answer, Asked, Desk, FieldErrors, Listener, Open, Tell
from bot.slack.listeners.serving import Serve
from bot.slack.modals import declare as declare_modal
from bot.slack.modals import escalate as escalate_modal
from bot.slack.modals import text
from bot.slack.render import incident_replies, page, replies
from bot.slack.render.replies import Act
from bot.usecases import incident_channel, page_responders, paging

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
        ids.PAGE_MORE: more,
    }
    for action_id, listener in buttons.items():
        bolt.action(action_id)(serve(listener, Action.WORK_PAGE, Click))
    bolt.view(ids.MODAL_ESCALATE)(serve(escalate, Action.WORK_PAGE, Submission, once=True))


async def acknowledge(desk: Desk, asked: Asked) -> Answer:
    decision = await paging.acknowledge(desk.db, desk.catalogue(), asked.page, asked.user)
    point("after-acknowledge-commit")
    return await _reply(desk, asked, Act.ACKNOWLEDGE, decision)


async def decline(desk: Desk, asked: Asked) -> Answer:
    decision = await paging.decline(desk.db, desk.catalogue(), asked.page, asked.user)
    return await _reply(desk, asked, Act.DECLINE, decision)


async def take_over(desk: Desk, asked: Asked) -> Answer:
    decision = await paging.take_over(desk.db, desk.catalogue(), asked.page, asked.user)
    return await _reply(desk, asked, Act.TAKE_OVER, decision)


async def join(desk: Desk, asked: Asked) -> Answer:
    """Into the incident's channel; a page without an incident takes whoever asks as a responder."""
    view = await _view(desk, asked.page)
    if view.incident is not None:
        changed = await incident_channel.join(desk.db, desk.catalogue(), view.incident, asked.user)
        async with desk.db.read() as conn:
            joined = await incidents.card(conn, desk.catalogue(), changed.incident.id)
        return Tell(incident_replies.joined(joined)) if joined else None
    called = await page_responders.call_in(
        desk.db, desk.catalogue(), asked.page, asked.user, users=(asked.user,)
    )
    return await _reply(desk, asked, Act.JOIN, called.decision)


async def open_escalate(desk: Desk, asked: Asked) -> Answer:
    teams = [(team.id, team.name) for team in desk.catalogue().teams.values()]
    return Open(escalate_modal.view(await _open_view(desk, asked.page), teams))


async def escalate(desk: Desk, asked: Asked) -> Answer:
    filled = escalate_modal.read(asked.view or {})
    if isinstance(filled, dict):
        return FieldErrors(filled)
    if filled.to == "next":
        decision = await paging.escalate(desk.db, desk.catalogue(), filled.page, by_user(asked.user))
        return await _reply(desk, asked, Act.ESCALATE, decision)
    teams = (filled.team,) if filled.team else ()
    called = await page_responders.call_in(
        desk.db, desk.catalogue(), filled.page, asked.user, filled.people, teams
    )
    if called.decision.reply is Reply.OVER:
        return await _reply(desk, asked, Act.ESCALATE, called.decision)
    return Tell(replies.responders_paged(await _view(desk, filled.page), called.people))


async def more(desk: Desk, asked: Asked) -> Answer:
    """The ▾ menu."""
    what, _, minutes = asked.option.partition("-")
    if what == ids.PAGE_OPTION_SNOOZE:
        return await _snooze(desk, asked, timedelta(minutes=int(minutes)))
    match what:
        case ids.PAGE_OPTION_DECLARE:
            return await declare(desk, asked)
        case ids.PAGE_OPTION_RESOLVE:
            return await resolve(desk, asked)
        case ids.PAGE_OPTION_WHY:
            return await why(desk, asked)
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


async def _snooze(desk: Desk, asked: Asked, after: timedelta) -> Answer:
    decision = await paging.snooze(desk.db, desk.catalogue(), asked.page, asked.user, after)
    return await _reply(desk, asked, Act.SNOOZE, decision)


async def _reply(desk: Desk, asked: Asked, act: Act, decision: Decision) -> Answer:
    if decision.reply is Reply.DONE and act in SHOWN_ON_THE_CARD and not asked.ephemeral:
        return None
    view = replace(await _view(desk, decision.page.id), paged_now=decision.page.paged)
    return Tell(replies.acted(act, decision.reply, view, desk.clock.now()))


async def _open_view(desk: Desk, number: PageId) -> PageView:
    view = await _view(desk, number)
    if view.resolved_at is not None:
        raise Wrong(f"{page_label(number)} is over already: it was resolved. There is nothing to escalate.")
    return view


async def _view(desk: Desk, number: PageId) -> PageView:
    async with desk.db.read() as conn:
        view = await pages.card(conn, desk.catalogue(), number, None, desk.clock.now())
    if view is None:
        raise Wrong(_not_there(number))
    return view


def _not_there(number: PageId) -> str:
    return f"There is no page {page_label(number)}."
