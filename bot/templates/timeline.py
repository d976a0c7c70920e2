"""The line of each fact: the word it begins with here, its sentence as the macro of that name in `timeline.j2`.

To add one: a word below under the fact's kind, and a macro named like the kind.
"""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from bot.core.facts import Fact
from bot.core.ids import TOCSIN, Actor, user_of
from bot.templates import mrkdwn, say

WORDS: Mapping[str, str] = {
    "alert_fired": "alert",
    "alert_resolved": "alert",
    "alert_overtaken": "alert",
    "page_started": "page",
    "level_paged": "paged",
    "level_skipped": "skipped",
    "nobody_reached": "nobody",
    "person_notified": "notified",
    "page_acknowledged": "acknowledged",
    "acknowledged_late": "acknowledged",
    "page_taken_over": "taken over",
    "page_declined": "declined",
    "page_escalated": "escalated",
    "page_snoozed": "snoozed",
    "snooze_ended": "snooze",
    "responders_paged": "paged",
    "page_resolved": "resolved",
    "page_severity_changed": "severity",
    "page_waits": "waits",
    "page_agreed": "acknowledged",
    "acknowledgment_expired": "expired",
    "urgency_raised": "urgency",
    "page_reassigned": "reassigned",
    "responder_accepted": "joined",
    "condition_broken": "condition",
    "page_repaired": "repaired",
    "incident_declared": "declared",
    "page_adopted": "page",
    "channel_created": "channel",
    "setup_failed": "failed",
    "status_changed": "status",
    "severity_changed": "severity",
    "update_posted": "update",
    "role_assigned": "role",
    "note_added": "note",
    "person_joined": "joined",
    "incident_resolved": "resolved",
    "incident_reopened": "reopened",
    "channel_archived": "channel",
    "incident_canceled": "canceled",
    "handed_off": "handoff",
    "incident_renamed": "renamed",
    "note_edited": "edited",
    "note_retracted": "retracted",
    "note_source_deleted": "deleted",
    "override_made": "override",
    "override_ended": "override",
    "cover_asked": "cover",
    "cover_settled": "cover",
    "swap_proposed": "swap",
    "swap_settled": "swap",
    "time_off_entered": "away",
    "time_off_ended": "away",
    "handoff_note_left": "handoff",
    "schedule_changed": "schedule",
    "policy_changed": "policy",
    "link_added": "link",
    "link_removed": "link",
    "incident_related": "related",
    "incident_unrelated": "related",
    "incident_merged": "merged",
    "incident_absorbed": "merged",
    "task_added": "task",
    "task_assigned": "task",
    "task_done": "task",
    "task_reopened": "task",
}


def word(fact: Fact) -> str:
    """What kind of line it is, in a word; an escalation to a further level says so."""
    if fact.kind == "level_paged" and getattr(fact, "cause", "") not in ("started", "snooze_ended"):
        return "escalated"
    return WORDS[fact.kind]


def sentence(fact: Fact, names: Mapping[str, str]) -> str:
    """What happened, in Slack's markup; `names` shows machines by name."""
    return say("timeline", fact.kind, fact, _who(fact.by, names))


def _who(actor: Actor, names: Mapping[str, str]) -> Markup:
    user = user_of(actor)
    if user is not None:
        return mrkdwn.mention(user)
    return mrkdwn.escape(
        names.get(actor) or ("Tocsin" if actor == TOCSIN else actor.partition(":")[2] or actor)
    )
