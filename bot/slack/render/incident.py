"""An incident as it stands: the pinned card, the announcement, the channel's topic and bookmarks."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from bot.core.frozen import dataclass
from bot.core.ids import incident_label
from bot.core.incident import WORKING, IncidentStatus, Update, channel_name
from bot.core.views import IncidentView
from bot.slack import ids
from bot.slack.render.message import (
    Block,
    Message,
    actions,
    button,
    context_line,
    header,
    message,
    option,
    overflow,
    section,
)
from bot.templates import mrkdwn, say

_SIGNS = {IncidentStatus.CANCELED: "🚫", IncidentStatus.MERGED: "🔀"}
"""Before the titles of those that are over in another way than resolved."""
TOPIC = 250
"""Slack's limit for a channel's topic."""
LONG_TEXT = 1500
DESCRIPTION = 800
MOST_PAGED = 12


@dataclass(frozen=True)
class Bookmark:
    title: str
    link: str
    emoji: str


def card(view: IncidentView) -> Message:
    """The channel's first message, pinned and always true."""
    blocks = [*_head(view), *_progress(view), *_setup(view), actions(_buttons(view), f"incident:{view.id}")]
    blocks.append(context_line(_links(view)))
    return message(say("incident", "notification", view), blocks)


def status(view: IncidentView) -> Message:
    """The answer to `/incident status`: the card without its buttons."""
    blocks = [*_head(view), *_progress(view), *_setup(view), context_line([*_links(view), _where(view)])]
    return message(say("incident", "notification", view), blocks)


def announcement(view: IncidentView) -> Message:
    """What the announcement channel sees: edited in place, with the updates in its thread."""
    blocks = [*_head(view), *_outcome(view), *_now(view)]
    if is_open(view):
        blocks.append(actions([button("Join", ids.INCIDENT_JOIN, view.id)], f"announcement:{view.id}"))
    blocks.append(context_line([_where(view), *_others(view)]))
    return message(say("incident", "announcement_notification", view), blocks)


def topic(view: IncidentView) -> str:
    """`SEV1 · Investigating · Checkout is down · Commander …`, within 250 characters; the title gives way."""
    room = TOPIC - len(say("incident", "topic", view, "…")) + 1
    title = Markup(mrkdwn.cut_markup(mrkdwn.escape(mrkdwn.one_line(view.title)), max(room, 1)))
    return mrkdwn.cut_markup(say("incident", "topic", view, title), TOPIC)


def bookmarks(view: IncidentView) -> tuple[Bookmark, ...]:
    """What is kept at the top of the channel; only addresses of the web."""
    service = view.service
    wanted = (
        Bookmark("Runbook", (service and service.runbook) or "", ":book:"),
        Bookmark("Dashboard", (service and service.dashboard) or "", ":bar_chart:"),
        *(Bookmark(link.text, link.url, ":link:") for link in view.links),
    )
    by_address = {each.link: each for each in reversed(wanted)}
    return tuple(each for each in by_address.values() if mrkdwn.is_web(each.link))[::-1]


def former_bookmarks(view: IncidentView) -> frozenset[tuple[str, str]]:
    """Title and address of those that were taken away; one that is wanted again is not among them."""
    wanted = {each.link for each in bookmarks(view)}
    return frozenset((link.text, link.url) for link in view.removed_links if link.url not in wanted)


def is_open(view: IncidentView) -> bool:
    return view.status in WORKING


def update_text(update: Update) -> str:
    """ "rolling back release 4711 (Bob, 02:58)", in markup."""
    text = mrkdwn.prose(mrkdwn.cut(update.text, LONG_TEXT))
    return f"{text} {say('incident', 'update_by', update)}"


def _head(view: IncidentView) -> list[Block]:
    sign = "🚨" if is_open(view) else _SIGNS.get(view.status, "✅")
    return [
        header(f"{sign} {incident_label(view.id)} {view.title}"),
        section(f"{say('incident', 'standing', view)}\n{say('incident', 'facts', view)}"),
    ]


def _progress(view: IncidentView) -> list[Block]:
    """What it is, what is being done, what came of it, and who was woken."""
    blocks = _outcome(view)
    if view.description.strip() and is_open(view):
        blocks.append(section(mrkdwn.prose(mrkdwn.cut(view.description.strip(), DESCRIPTION))))
    blocks += _now(view)
    if view.paged:
        blocks.append(section(say("incident", "paged", view)))
    return blocks


def _now(view: IncidentView) -> list[Block]:
    if not is_open(view):
        return []
    now = f"*Now:* {update_text(view.update)}" if view.update else say("incident", "no_update")
    if view.next_update_at:
        now += f"\n{say('incident', 'next_update', view)}"
    return [section(now)]


def _outcome(view: IncidentView) -> list[Block]:
    if view.status is IncidentStatus.CANCELED and view.resolved_by:
        return [section(say("incident", "canceled", view, view.resolved_by, view.what_happened))]
    if view.merged_into:
        return [section(say("incident", "merged", view))]
    if view.status is not IncidentStatus.RESOLVED:
        return []
    told = [("What happened", view.what_happened), ("What fixed it", view.fix)]
    answers = [f"*{label}:* {mrkdwn.prose(mrkdwn.cut(text, 1200))}" for label, text in told if text.strip()]
    return [section(text) for text in (say("incident", "resolved", view), *answers)]


def _setup(view: IncidentView) -> list[Block]:
    if not view.setup_problem:
        return []
    again = button("Try again", ids.INCIDENT_RETRY_SETUP, view.id)
    return [section(say("incident", "setup_problem", view), again)]


def _buttons(view: IncidentView) -> list[Block]:
    if view.merged_into:
        into = f"Join {incident_label(view.merged_into.id)}"
        return [button(into, ids.INCIDENT_JOIN, view.merged_into.id), _more(view)]
    if not is_open(view):
        return [button("Reopen", ids.INCIDENT_REOPEN, view.id), _more(view)]
    return [
        button("Update", ids.INCIDENT_UPDATE, view.id, style="primary"),
        button("Change severity", ids.INCIDENT_SEVERITY, view.id),
        button("Roles", ids.INCIDENT_ROLES, view.id),
        button("Page someone", ids.INCIDENT_PAGE, view.id),
        button("Resolve", ids.INCIDENT_RESOLVE, view.id),
        _more(view),
    ]


def _more(view: IncidentView) -> Block:
    """Five at most: everything else is in the modal that the last one opens."""
    tasks = f"Tasks ({view.open_tasks} open)" if view.open_tasks else "Tasks"
    wanted = [("timeline", "Timeline"), ("task", tasks)]
    if view.merged_into:
        wanted.append(("status", "Status"))
    else:
        wanted += [("link", "Links"), ("handoff", "Hand off") if is_open(view) else ("note", "Add a note")]
        wanted.append(("more", "More…"))
    return overflow(ids.INCIDENT_MORE, [option(label, f"{what}:{view.id}") for what, label in wanted])


def _links(view: IncidentView) -> Iterator[str]:
    for bookmark in bookmarks(view):
        yield mrkdwn.link(bookmark.title, bookmark.link)
    if view.tasks:
        yield say("tasks", "progress", view)
    if view.alerts_firing:
        yield say("incident", "alerts", view)
    yield say("incident", "here", view)
    yield from _others(view)


def _others(view: IncidentView) -> Iterator[str]:
    if view.related:
        yield say("incident", "related", view)
    if view.absorbed:
        yield say("incident", "absorbed", view)


def _where(view: IncidentView) -> str:
    return say("incident", "where", view, planned_channel(view))


def planned_channel(view: IncidentView) -> str:
    """The channel's name, also before Slack has made it."""
    return view.channel_name or channel_name(view.id, view.title)
