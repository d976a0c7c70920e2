"""Calendars: private feeds to subscribe to, and the address from which one's own time off is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.calendar_views import CalendarsView, FeedLine
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.render.message import Block, actions, button, divider, header, section
from bot.templates import say

MOST_FEEDS = 20
LONGEST_URL = 2000


def view(shown: CalendarsView) -> dict[str, Any]:
    """Feeds are made and revoked by buttons; the form's submission links a calendar."""
    blocks = [header("Read who is on call in your calendar"), *_feeds(shown)]
    blocks += [divider(), header("Let your calendar say when you are away"), *_linked(shown)]
    url = form.text("", LONGEST_URL, placeholder="https://calendar.example.com/private/you.ics")
    hint = "Its private iCal address. Events that say vacation, out of office, leave or away count; meetings don't."
    blocks.append(form.field("Address of your calendar", "url", url, optional=True, hint=hint))
    return form.modal(ids.MODAL_CALENDARS, "Calendars", blocks, "Save")


def _feeds(shown: CalendarsView) -> list[Block]:
    if not shown.feeds_are_on:
        return [section(say("calendars", "feeds_are_off"))]
    blocks = [section(say("calendars", "feeds", len(shown.feeds)))]
    blocks += [_feed(feed) for feed in shown.feeds[:MOST_FEEDS]]
    elements: list[Block] = []
    if not shown.has_own:
        elements.append(button("Feed of my shifts", ids.FEED_MINE))
    if shown.schedules:
        chosen = form.choice(form.named(shown.schedules), placeholder="Feed of a schedule…")
        elements.append({**chosen, "action_id": ids.FEED_SCHEDULE})
    return [*blocks, *([actions(elements, "feeds")] if elements else [])]


def _feed(feed: FeedLine) -> Block:
    return section(say("calendars", "feed", feed), button("Revoke", ids.FEED_REVOKE, feed.id))


def _linked(shown: CalendarsView) -> list[Block]:
    if shown.linked is None:
        return [section(say("calendars", "not_linked"))]
    text = say("calendars", "linked", shown.linked)
    return [section(text, button("Unlink", ids.CALENDAR_UNLINK))]


def read(submitted: Mapping[str, Any]) -> str:
    """The address, or empty."""
    return form.typed(submitted, "url")
