"""A page's card, in the DM to the person on call and in the team's channel, and why somebody was paged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from bot.core.ids import IncidentId, PageId, UserId, incident_label, page_label, user_of
from bot.core.page import PageState
from bot.core.views import RUNBOOK, AttemptView, PageView
from bot.slack import ids
from bot.slack.render.message import (
    Block,
    Message,
    actions,
    button,
    context,
    context_line,
    header,
    lines,
    menu,
    message,
    option,
    overflow,
    section,
)
from bot.templates import mrkdwn, own, say

DESCRIPTION_LINES = 6
DESCRIPTION = 600
LINKS = 5
SIGN = {
    PageState.TRIGGERED: "🔴",
    PageState.ACKNOWLEDGED: "🟠",
    PageState.SNOOZED: "💤",
    PageState.RESOLVED: "✅",
}
SNOOZES = ((15, "15 min"), (60, "1 h"), (240, "4 h"))


def card(view: PageView) -> Message:
    """The page as it is now. With `why` it is one person's own, else a copy for a channel."""
    blocks = [header(f"{SIGN[view.state]} {view.title}"), *_body(view)]
    if view.state is not PageState.RESOLVED:
        # Another id for another state: a menu forgets what was chosen in it.
        blocks.append(actions(buttons(view), f"page:{view.id}:{view.state}"))
    blocks.append(context_line(_origin(view)))
    return message(notification(view), blocks)


def why_text(view: PageView, tried: Sequence[AttemptView] = ()) -> Message:
    """The answer to "Why was I paged?", for the modal that shows it; with each attempt at the reader."""
    reasons = [say("page", "why", view.why)] if view.why else [say("page", "not_paged", view)]
    if view.next_step and view.state is PageState.TRIGGERED:
        reasons.append(say("page", "next", view.next_step, view.reader))
    blocks = [
        header(f"{page_label(view.id)} {view.title}"),
        section(say("page", "about", view)),
        *(section(text) for text in reasons),
        *(section(text) for text in lines(attempts(tried))),
        context(say("page", "reached", view)),
    ]
    return message(reasons[0], blocks)


def attempts(tried: Sequence[AttemptView]) -> list[str]:
    """How somebody was called, a line for each method; nothing for whoever was not."""
    return [say("page", "called_by"), *(say("page", "attempt", one) for one in tried)] if tried else []


def buttons(view: PageView) -> list[Block]:
    """What can be done with an open page; dead buttons are not among them."""
    escalate = button("Escalate…", ids.PAGE_ESCALATE, view.id)
    decline = button("Can't take it", ids.PAGE_DECLINE, view.id)
    acknowledge = button("Acknowledge", ids.PAGE_ACKNOWLEDGE, view.id, style="primary")
    join = button("Join", ids.PAGE_JOIN, view.id)
    why = [button("Why was I paged?", ids.PAGE_WHY, view.id)] if view.why else []
    rest = [escalate, snoozes(view.id), more(view.id, view.incident), *why]
    match view.state:
        case PageState.TRIGGERED if view.reader_was_added:
            return [*_asked_for_help(view), acknowledge, *rest]
        case PageState.TRIGGERED:
            own = [] if view.reader_declined else [decline]
            return [acknowledge, *own, *_all(view), *rest]
        case PageState.ACKNOWLEDGED if view.reader is not None and view.reader == view.acknowledged_by:
            over = button("Resolve", ids.PAGE_RESOLVE, view.id, style="primary")
            return [over, decline, *rest]
        case PageState.ACKNOWLEDGED:
            take_over = button("Take over", ids.PAGE_TAKE_OVER, view.id)
            return [*(_asked_for_help(view) or [take_over, join]), *rest]
        case PageState.SNOOZED:
            return [acknowledge, join, *rest]
        case PageState.RESOLVED:
            return []
        case _:
            assert_never(view.state)


MOST_IN_A_DIGEST = 15


def digest(views: Sequence[PageView]) -> Message:
    """In a storm: the pages that wait for one person, and one touch for all of them."""
    text = say("page", "digest", len(views))
    each = [f"• {say('page', 'digest_line', view)}" for view in views[:MOST_IN_A_DIGEST]]
    left = len(views) - MOST_IN_A_DIGEST
    more = [context(say("incident", "more", left))] if left > 0 else []
    at_once = acknowledge_all(views[-1].reader_waiting) or [
        button("Acknowledge", ids.PAGE_ACKNOWLEDGE, views[-1].id, style="primary")
    ]
    return message(text, (section(text), *map(section, lines(each)), *more, actions(at_once)))


def acknowledge_all(waiting: Sequence[PageId]) -> list[Block]:
    """One touch for several pages; what comes later is not among them."""
    if len(waiting) < 2:
        return []
    return [button(f"Acknowledge all {len(waiting)}", ids.PAGE_ACKNOWLEDGE_ALL, max(waiting))]


def snoozes(page: PageId) -> Block:
    return menu(ids.PAGE_SNOOZE, "Snooze", [option(text, f"{minutes}:{page}") for minutes, text in SNOOZES])


def more(page: PageId, incident: IncidentId | None) -> Block:
    """The ▾ menu."""
    options = [
        option("Reassign…", f"{ids.PAGE_OPTION_REASSIGN}:{page}"),
        option("Add responders…", f"{ids.PAGE_OPTION_RESPONDERS}:{page}"),
    ]
    if incident is None:
        options.append(option("Declare incident", f"{ids.PAGE_OPTION_DECLARE}:{page}"))
    options.append(option("Resolve", f"{ids.PAGE_OPTION_RESOLVE}:{page}"))
    return overflow(ids.PAGE_MORE, options)


def _asked_for_help(view: PageView) -> list[Block]:
    """For whom somebody called by hand: whether they come, until they said so."""
    if not view.reader_was_added or view.reader in view.accepted:
        return []
    coming = button("I'm coming", ids.PAGE_ACCEPT, view.id, style="primary")
    return [coming] if view.reader_declined else [coming, button("Can't", ids.PAGE_DECLINE, view.id)]


def _all(view: PageView) -> list[Block]:
    return acknowledge_all(view.reader_waiting if view.id in view.reader_waiting else ())


def _body(view: PageView) -> list[Block]:
    about = section(say("page", "about", view))
    match view.state:
        case PageState.TRIGGERED:
            told = [say("page", "you_declined", view) if view.reader_declined else _reason(view)]
            if view.waits:
                told = [say("page", "waiting", view)]
            if view.agreed:
                told.append(say("page", "agreed", view))
            if view.accepted:
                told.append(say("page", "accepted", view))
            if others := _declined_untold(view):
                told.append(say("page", "declined", others))
            if view.next_step:
                told.append(say("page", "next", view.next_step, view.reader))
            return [about, *_description(view), *map(section, lines(told))]
        case PageState.ACKNOWLEDGED:
            told = [say("page", "held", view)]
            if view.reader_was_added and view.why and _asked_for_help(view):
                told.append(say("page", "why", view.why))
            if view.accepted:
                told.append(say("page", "accepted", view))
            if mrkdwn.is_web(view.runbook):
                told.append(say("page", "first_step", view.runbook))
            return [*map(section, lines(told)), about, *_description(view)]
        case PageState.SNOOZED:
            return [section(say("page", "snoozed", view)), about]
        case PageState.RESOLVED:
            return [section(_summary(view))]
        case _:
            assert_never(view.state)


def _declined_untold(view: PageView) -> tuple[UserId, ...]:
    """On a person's own card: who declined, themselves included, unless the reason names them already."""
    if view.why is None:
        return ()
    named = {view.reader, *(previous.user for previous in view.why.previous)}
    return tuple(user for user in view.declined if user not in named)


def _summary(view: PageView) -> str:
    """Who ended it, after how long, who had it, and who else lost sleep."""
    user = user_of(view.resolved_by) if view.resolved_by else None
    others = tuple(person for person in view.paged if person != view.first_acknowledged_by)
    return say("page", "resolved", view, user, others)


def notification(view: PageView) -> str:
    """The sentence for a phone's lock screen; while it pages, in the team's own words if it has any."""
    own_words = own.of_page("page", view) if view.state is PageState.TRIGGERED else None
    return mrkdwn.one_line(own_words) if own_words else say("page", "notification", view)


def _reason(view: PageView) -> str:
    """Why this person; again and again, in the team's own words if it has any."""
    if view.why is None:
        return say("page", "so_far", view)
    own_words = own.of_page("reminder", view) if view.why.last_resort_every_minutes else None
    return own_words or say("page", "why", view.why)


def _description(view: PageView) -> list[Block]:
    """The first lines of what the source said, or what the team says instead."""
    if own_words := own.of_page("details", view):
        return [section(own_words)]
    text = mrkdwn.first_lines(view.description, DESCRIPTION_LINES, DESCRIPTION)
    return [section(mrkdwn.prose(text))] if text else []


def _origin(view: PageView) -> list[str]:
    """Where to look. What an open card says above is not said again; an alert's own runbook is the exact one."""
    over = view.state is PageState.RESOLVED
    parts = [say("page", "origin", view)] if over else []
    said = {RUNBOOK} if view.state is PageState.ACKNOWLEDGED and mrkdwn.is_web(view.runbook) else set()
    links = [each for each in view.links if each.text not in said][:LINKS]
    parts += [mrkdwn.link(mrkdwn.cut(each.text or "Link", 60), each.url) for each in links]
    named = {each.text for each in links} | said
    if view.service and view.service.dashboard and "Dashboard" not in named:
        parts.append(mrkdwn.link("Dashboard", view.service.dashboard))
    if view.service and view.service.runbook and RUNBOOK not in named:
        parts.append(mrkdwn.link(RUNBOOK, view.service.runbook))
    if view.source and view.source not in named:
        parts.append(mrkdwn.escape(mrkdwn.one_line(view.source)))
    if view.incident and over:
        parts.append(incident_label(view.incident))
    return [*parts, f"page {page_label(view.id)}"]
