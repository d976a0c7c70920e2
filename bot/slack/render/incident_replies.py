"""Answers to whoever typed a command or submitted a form about incidents; only they see them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.ids import ChannelId, IncidentId, PageId, UserId, incident_label
from bot.core.incident import Outcome
from bot.core.task import Task
from bot.core.views import IncidentLine, IncidentView
from bot.slack import ids
from bot.slack.render.incident import planned_channel
from bot.slack.render.message import (
    Message,
    actions,
    button,
    context,
    header,
    lines,
    message,
    section,
    sentence,
    within,
)
from bot.templates import mrkdwn, say

MOST_NAMED = 10


def declared_reply(
    view: IncidentView,
    paged: Sequence[UserId] = (),
    page: PageId | None = None,
    holder: UserId | None = None,
) -> Message:
    """ "INC-12 is recorded. Channel: #inc-12-checkout-errors. Ana is being paged."

    `paged` are those whom the declaration pages; `page` is the page it started or adopted, `holder` who has it already.
    """
    return sentence(say("incident", "declared", view, planned_channel(view), paged, page, holder))


def already_declared(view: IncidentView) -> Message:
    return sentence(say("incident", "already_declared", view))


def joined(view: IncidentView) -> Message:
    return sentence(say("incident", "joined", view))


def noted(view: IncidentView, *, already: bool = False) -> Message:
    return sentence(say("incident", "noted", view, already))


def timeline_sent(view: IncidentView, channel: ChannelId | None) -> Message:
    """`channel`: where the file is; None for the asker's DM."""
    return sentence(say("incident", "timeline_sent", view, channel))


def update_posted(view: IncidentView) -> Message:
    return sentence(say("incident", "update_posted", view))


def severity_is(view: IncidentView) -> Message:
    return sentence(say("incident", "severity_is", view))


def leads(view: IncidentView) -> Message:
    return sentence(say("incident", "leads", view))


def being_paged(view: IncidentView, users: Sequence[UserId], running: Sequence[PageId] = ()) -> Message:
    """`running`: the open pages because of which nobody was paged now."""
    return sentence(say("incident", "being_paged", view, users, running))


def is_resolved(view: IncidentView) -> Message:
    return sentence(say("incident", "is_resolved", view))


def is_canceled(view: IncidentView) -> Message:
    return sentence(say("incident", "is_canceled", view))


def is_renamed(view: IncidentView) -> Message:
    return sentence(say("incident", "is_renamed", view))


def is_reopened(view: IncidentView) -> Message:
    return sentence(say("incident", "is_reopened", view))


def is_merged(view: IncidentView, *, already: bool = False) -> Message:
    return sentence(say("incident", "merged_already" if already else "is_merged", view))


def goes_on_elsewhere(view: IncidentView) -> Message:
    """For whoever wants to work on one that was merged: the way to the other."""
    text = say("incident", "goes_on_elsewhere", view)
    place = view.merged_into
    if place is None or place.channel is None:
        return sentence(text)
    join = button(f"Join {incident_label(place.id)}", ids.INCIDENT_JOIN, place.id)
    return message(text, (section(text), actions([join])))


def nothing_to_merge(view: IncidentView) -> Message:
    return sentence(say("incident", "nothing_to_merge", view))


def link_added(view: IncidentView, text: str, url: str) -> Message:
    return sentence(say("incident", "link_added", view, text, url))


def is_related(view: IncidentView, other: IncidentId) -> Message:
    """Says so when this one does not tell of it."""
    told = any(place.id == other for place in view.related)
    return sentence(say("incident", "is_related", view, other, told))


def runbook(view: IncidentView) -> Message:
    """Where it is, or that there is none and how to add one."""
    address = view.service.runbook if view.service else None
    if not mrkdwn.is_web(address):
        text = say("incident", "no_runbook", view)
        return message(text, (section(text), actions([button("Add a link", ids.INCIDENT_LINK, view.id)])))
    text = say("incident", "runbook", view)
    return message(text, (section(text),))


def task_added(task: Task) -> Message:
    text = say("tasks", "added", task)
    return message(text, (section(text), actions([button("Tasks", ids.TASKS_OPEN, task.incident)])))


def need_two(what: str, other: IncidentId) -> Message:
    """ "Which incident do you want to merge with INC-9?": it is typed outside of a channel, and names only one."""
    return sentence(say("incident", "which_two", what, other))


def trying_again(view: IncidentView) -> Message:
    return sentence(say("incident", "trying_again", view))


def refused(view: IncidentView, outcome: Outcome) -> Message:
    """Why nothing was done."""
    macro = {Outcome.NOT_OPEN: "not_open", Outcome.STILL_OPEN: "still_open"}.get(outcome, "unchanged")
    return sentence(say("incident", macro, view))


def list_incidents(incidents: Sequence[IncidentLine], title: str = "Open incidents") -> Message:
    """One line each; what does not fit into a message is counted."""
    if not incidents:
        return _none(title)
    shown, left = within([say("incident", "line", line) for line in incidents])
    blocks = [header(title), *map(section, lines(shown))]
    if left:
        blocks.append(context(say("incident", "more", left)))
    first = ", ".join(incident_label(line.id) for line in incidents[:MOST_NAMED])
    more = f" {say('incident', 'more', len(incidents) - MOST_NAMED)}" if len(incidents) > MOST_NAMED else ""
    return message(f"{title}: {first}{more}.", blocks)


def need_incident(what: str, open_incidents: Sequence[IncidentLine]) -> Message:
    """ "Which incident? Use this in its channel, or name it: /incident resolve INC-12." and those that are open."""
    if not open_incidents:
        return sentence(say("incident", "which_of_none", what))
    text = say("incident", "which", what, incident_label(open_incidents[0].id))
    named = [say("incident", "short", line) for line in open_incidents[:MOST_NAMED]]
    left = len(open_incidents) - len(named)
    named += [say("incident", "more", left)] if left else []
    return message(text, (section(text), *map(section, lines([f"*Open:* {named[0]}", *named[1:]]))))


def _none(title: str) -> Message:
    text = say("incident", "none_open") if title == "Open incidents" else f"{title}: none."
    declare = button("Declare an incident", ids.DECLARE)
    return message(text, (section(text), actions([declare])))
