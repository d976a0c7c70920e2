"""What happened, in the past tense: the timeline is made of these, and nothing ever edits one.

To add a fact: write a frozen dataclass with a `kind` and JSON-able fields; add it to `FACTS` at the end; give it a line
in `bot/templates/timeline.py`. The class name may change later, its `kind` may not: it is in people's databases.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from bot.core.frozen import dataclass
from bot.core.ids import Actor, AlertId, IncidentId, PageId, TaskId, UserId


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One line of a timeline; of a page, of an incident, or of both."""

    kind: ClassVar[str]
    at: datetime
    by: Actor
    page: PageId | None = None
    incident: IncidentId | None = None


@dataclass(frozen=True, kw_only=True)
class AlertFired(Fact):
    kind = "alert_fired"
    alert: AlertId
    title: str
    source: str


@dataclass(frozen=True, kw_only=True)
class AlertResolved(Fact):
    kind = "alert_resolved"
    alert: AlertId
    title: str
    source: str


@dataclass(frozen=True, kw_only=True)
class AlertOvertaken(Fact):
    """An event was said before what is known of its alert and came after it; `status`: firing or resolved."""

    kind = "alert_overtaken"
    alert: AlertId
    title: str
    source: str
    status: str


@dataclass(frozen=True, kw_only=True)
class PageStarted(Fact):
    kind = "page_started"
    policy: str
    severity: str | None
    service: str | None


@dataclass(frozen=True, kw_only=True)
class LevelPaged(Fact):
    """A step was recorded: these people are owed a notification now, the next step is due at `due_at`."""

    kind = "level_paged"
    step: int
    level: int
    round: int
    people: tuple[str, ...]
    """Slack user ids, or channel names."""
    cause: str
    """One of `bot.core.decision.Cause`; of older ones also last_resort and nobody_reached."""
    late_ms: int
    """How long after its due time the step was recorded; 0 for the first."""
    due_at: datetime
    last_resort: bool = False
    policy: str = ""
    """The policy that the level is of, when it is another than the page began with."""


@dataclass(frozen=True, kw_only=True)
class LevelSkipped(Fact):
    kind = "level_skipped"
    level: int
    round: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class NobodyReached(Fact):
    """A whole pass reached nobody: the fallback channel and the admins are told, and it is tried again."""

    kind = "nobody_reached"
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class PersonNotified(Fact):
    kind = "person_notified"
    user: str
    method: str
    outcome: str
    """sent, delivered, failed, skipped"""
    to: str = ""
    """The end of the address, where a person may have several of the method."""
    reason: str = ""
    level: int = 0


@dataclass(frozen=True, kw_only=True)
class PageAcknowledged(Fact):
    kind = "page_acknowledged"


@dataclass(frozen=True, kw_only=True)
class AcknowledgedLate(Fact):
    """Somebody acknowledged what was already acknowledged or over; nothing changed."""

    kind = "acknowledged_late"
    holder: UserId | None = None


@dataclass(frozen=True, kw_only=True)
class PageTakenOver(Fact):
    kind = "page_taken_over"
    previous: UserId | None = None


@dataclass(frozen=True, kw_only=True)
class PageDeclined(Fact):
    kind = "page_declined"


@dataclass(frozen=True, kw_only=True)
class PageEscalated(Fact):
    """Somebody moved it on by hand."""

    kind = "page_escalated"


@dataclass(frozen=True, kw_only=True)
class PageSnoozed(Fact):
    kind = "page_snoozed"
    until: datetime


@dataclass(frozen=True, kw_only=True)
class SnoozeEnded(Fact):
    kind = "snooze_ended"
    late_ms: int


@dataclass(frozen=True, kw_only=True)
class RespondersPaged(Fact):
    """Somebody paged more people by hand."""

    kind = "responders_paged"
    people: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PageResolved(Fact):
    kind = "page_resolved"


@dataclass(frozen=True, kw_only=True)
class PageSeverityChanged(Fact):
    kind = "page_severity_changed"
    severity: str
    previous: str | None


@dataclass(frozen=True, kw_only=True)
class PageRepaired(Fact):
    """The auditor found a page without a next step and gave it one."""

    kind = "page_repaired"
    problem: str


@dataclass(frozen=True, kw_only=True)
class IncidentDeclared(Fact):
    kind = "incident_declared"
    title: str
    severity: str
    service: str | None
    private: bool = False
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class PageAdopted(Fact):
    kind = "page_adopted"


@dataclass(frozen=True, kw_only=True)
class ChannelCreated(Fact):
    kind = "channel_created"
    channel: str
    name: str


@dataclass(frozen=True, kw_only=True)
class SetupFailed(Fact):
    """A Slack step of an incident failed for good; `step` says which, `reason` is Slack's word."""

    kind = "setup_failed"
    step: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class StatusChanged(Fact):
    kind = "status_changed"
    status: str
    previous: str


@dataclass(frozen=True, kw_only=True)
class IncidentSeverityChanged(Fact):
    kind = "severity_changed"
    severity: str
    previous: str


@dataclass(frozen=True, kw_only=True)
class UpdatePosted(Fact):
    kind = "update_posted"
    text: str
    status: str
    next_due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class RoleAssigned(Fact):
    kind = "role_assigned"
    role: str
    user: UserId
    previous: UserId | None = None


@dataclass(frozen=True, kw_only=True)
class NoteAdded(Fact):
    """With `message` (a ts) it came from that message in the incident's channel, and follows it."""

    kind = "note_added"
    text: str
    link: str = ""
    message: str = ""
    reaction: bool = False
    """Kept by a 📌 on the message: it is retracted when that is removed."""
    pinned: bool = False
    """Kept by being pinned to the channel: the same."""
    author: UserId | None = None
    """Who wrote the message, when that may be another than who noted it."""


@dataclass(frozen=True, kw_only=True)
class NoteEdited(Fact):
    """The message that a note came from says something else now."""

    kind = "note_edited"
    message: str
    text: str
    before: str


@dataclass(frozen=True, kw_only=True)
class NoteRetracted(Fact):
    kind = "note_retracted"
    message: str
    text: str


@dataclass(frozen=True, kw_only=True)
class NoteSourceDeleted(Fact):
    """The message that a note came from is gone from Slack; the note stays."""

    kind = "note_source_deleted"
    message: str
    text: str


@dataclass(frozen=True, kw_only=True)
class PersonJoined(Fact):
    kind = "person_joined"
    user: UserId


@dataclass(frozen=True, kw_only=True)
class IncidentResolved(Fact):
    kind = "incident_resolved"
    what_happened: str
    fix: str


@dataclass(frozen=True, kw_only=True)
class IncidentReopened(Fact):
    kind = "incident_reopened"
    reason: str


@dataclass(frozen=True, kw_only=True)
class IncidentRenamed(Fact):
    kind = "incident_renamed"
    title: str
    previous: str


@dataclass(frozen=True, kw_only=True)
class HandedOff(Fact):
    """The command went to `user`, who was told `going_on` and `next`."""

    kind = "handed_off"
    user: UserId
    previous: UserId | None
    going_on: str
    next: str


@dataclass(frozen=True, kw_only=True)
class IncidentCanceled(Fact):
    """It was declared by mistake."""

    kind = "incident_canceled"
    reason: str


@dataclass(frozen=True, kw_only=True)
class ChannelArchived(Fact):
    kind = "channel_archived"
    archived: bool


@dataclass(frozen=True, kw_only=True)
class LinkAdded(Fact):
    kind = "link_added"
    url: str
    text: str


@dataclass(frozen=True, kw_only=True)
class LinkRemoved(Fact):
    kind = "link_removed"
    url: str
    text: str


@dataclass(frozen=True, kw_only=True)
class IncidentRelated(Fact):
    """Somebody linked `other` with this incident."""

    kind = "incident_related"
    other: IncidentId


@dataclass(frozen=True, kw_only=True)
class IncidentUnrelated(Fact):
    kind = "incident_unrelated"
    other: IncidentId


@dataclass(frozen=True, kw_only=True)
class IncidentMerged(Fact):
    """It ended in `into`, which has its pages, links, tasks and people from then on."""

    kind = "incident_merged"
    into: IncidentId
    pages: tuple[PageId, ...] = ()


@dataclass(frozen=True, kw_only=True)
class IncidentAbsorbed(Fact):
    """`merged` ended in this incident and brought `pages` with it."""

    kind = "incident_absorbed"
    merged: IncidentId
    title: str
    pages: tuple[PageId, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TaskAdded(Fact):
    kind = "task_added"
    task: TaskId
    text: str
    assignee: UserId | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class TaskAssigned(Fact):
    kind = "task_assigned"
    task: TaskId
    text: str
    assignee: UserId | None


@dataclass(frozen=True, kw_only=True)
class TaskDone(Fact):
    kind = "task_done"
    task: TaskId
    text: str


@dataclass(frozen=True, kw_only=True)
class TaskReopened(Fact):
    kind = "task_reopened"
    task: TaskId
    text: str


FACTS: tuple[type[Fact], ...] = (
    AlertFired,
    AlertResolved,
    PageStarted,
    LevelPaged,
    LevelSkipped,
    NobodyReached,
    PersonNotified,
    PageAcknowledged,
    AcknowledgedLate,
    PageTakenOver,
    PageDeclined,
    PageEscalated,
    PageSnoozed,
    SnoozeEnded,
    RespondersPaged,
    PageResolved,
    PageSeverityChanged,
    PageRepaired,
    IncidentDeclared,
    PageAdopted,
    ChannelCreated,
    SetupFailed,
    StatusChanged,
    IncidentSeverityChanged,
    UpdatePosted,
    RoleAssigned,
    NoteAdded,
    PersonJoined,
    IncidentResolved,
    IncidentReopened,
    ChannelArchived,
    NoteEdited,
    NoteRetracted,
    NoteSourceDeleted,
    IncidentCanceled,
    IncidentRenamed,
    HandedOff,
    LinkAdded,
    LinkRemoved,
    IncidentRelated,
    IncidentUnrelated,
    IncidentMerged,
    IncidentAbsorbed,
    TaskAdded,
    TaskAssigned,
    TaskDone,
    TaskReopened,
    AlertOvertaken,
)
FACT_BY_KIND = {fact.kind: fact for fact in FACTS}
