"""Feeds for calendars, and calendars that say who is away."""

from __future__ import annotations

from collections.abc import Mapping

from slack_bolt.async_app import AsyncApp
from yarl import URL

from bot.core.calendar_views import CalendarsView, FeedLine, LinkedCalendar
from bot.core.ids import ScheduleId
from bot.core.permissions import Action
from bot.queries import feeds as queries
from bot.slack import ids
from bot.slack.listeners.answering import Click, Submission
from bot.slack.listeners.asking import Answer, Asked, Desk, Listener, Open, Redraw, Tell
from bot.slack.listeners.serving import Serve
from bot.slack.modals import calendars as modal
from bot.slack.render.message import sentence
from bot.templates import say
from bot.usecases import calendars, feeds


def register(bolt: AsyncApp, serve: Serve) -> None:
    buttons: Mapping[str, Listener] = {
        ids.ON_CALL_CALENDARS: open_calendars,
        ids.FEED_MINE: make_mine,
        ids.FEED_SCHEDULE: make_of_schedule,
        ids.FEED_REVOKE: revoke,
        ids.CALENDAR_UNLINK: unlink,
    }
    for action_id, listener in buttons.items():
        bolt.action(action_id)(serve(listener, Action.PLAN_ON_CALL, Click))
    bolt.view(ids.MODAL_CALENDARS)(serve(link, Action.PLAN_ON_CALL, Submission))


async def calendar(desk: Desk, asked: Asked, text: str) -> Answer:
    """`/oncall calendar`; with an address, it is linked at once."""
    if text:
        return await _link(desk, asked, text.strip("<>"))
    return await open_calendars(desk, asked)


async def open_calendars(desk: Desk, asked: Asked) -> Answer:
    return Open(modal.view(await _view(desk, asked)))


async def make_mine(desk: Desk, asked: Asked) -> Answer:
    await feeds.of_person(desk.db, desk.catalogue(), asked.user)
    return Redraw(modal.view(await _view(desk, asked)))


async def make_of_schedule(desk: Desk, asked: Asked) -> Answer:
    await feeds.of_schedule(desk.db, desk.catalogue(), ScheduleId(asked.value), asked.user)
    return Redraw(modal.view(await _view(desk, asked)))


async def revoke(desk: Desk, asked: Asked) -> Answer:
    await feeds.revoke(desk.db, desk.catalogue(), int(asked.value), asked.user)
    return Redraw(modal.view(await _view(desk, asked)))


async def unlink(desk: Desk, asked: Asked) -> Answer:
    await calendars.unlink(desk.db, desk.catalogue(), asked.user)
    return Redraw(modal.view(await _view(desk, asked)))


async def link(desk: Desk, asked: Asked) -> Answer:
    url = modal.read(asked.view or {})
    return await _link(desk, asked, url) if url else None


async def _link(desk: Desk, asked: Asked, url: str) -> Answer:
    linked = await calendars.link(desk.db, desk.catalogue(), url, asked.user)
    return Tell(sentence(say("calendars", "saved", URL(linked.url).host or "")))


async def _view(desk: Desk, asked: Asked) -> CalendarsView:
    async with desk.db.read() as conn:
        own = await queries.of_user(conn, desk.catalogue(), asked.user)
    made = {feed.schedule for feed in own.feeds}
    schedules = [(one.id, one.name) for one in desk.catalogue().schedules.values() if one.id not in made]
    linked = own.linked
    return CalendarsView(
        feeds=tuple(FeedLine(feed.id, feed.name, desk.links.feed(feed.id)) for feed in own.feeds),
        feeds_are_on=desk.links.are_on,
        linked=LinkedCalendar(URL(linked.url).host or "", linked.read_at, linked.problem) if linked else None,
        schedules=tuple(schedules),
        has_own=None in made,
    )
