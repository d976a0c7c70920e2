"""What the screens show, ready to be rendered: no ids to look up, no decisions left to take.

People are Slack user ids, shown as mentions; instants are aware UTC and shown in the reader's zone by Slack itself.
All text that came from outside is raw here: the renderer escapes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime, timedelta

from bot.core.alert import Link
from bot.core.catalogue import Severity
from bot.core.contact import MethodKind
from bot.core.cover import CoverState
from bot.core.decision import Cause
from bot.core.facts import Fact
from bot.core.frozen import dataclass
from bot.core.ids import (
    Actor,
    ChannelId,
    CoverId,
    IncidentId,
    PageId,
    ScheduleId,
    ServiceId,
    SeverityId,
    SwapId,
    TeamId,
    UserId,
)
from bot.core.incident import IncidentStatus, Update
from bot.core.page import PageState
from bot.core.schedule import Origin
from bot.core.swap import SwapState
from bot.core.task import Task

RUNBOOK = "Runbook"
"""How sources name the link to what is to be done."""


@dataclass(frozen=True)
class ServiceView:
    name: str
    team: str = ""
    tier: int | None = None
    runbook: str | None = None
    dashboard: str | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    """The team's own templates (`bot.templates.own`)."""


@dataclass(frozen=True)
class OnCallPerson:
    """Somebody on call; `user` is None when no Slack user is known for `name`."""

    name: str
    user: UserId | None
    until: datetime | None = None


@dataclass(frozen=True)
class NextStep:
    """What happens at `at` if nobody acknowledges: whom it pages by today's schedules, through which schedule."""

    at: datetime
    people: tuple[OnCallPerson, ...]
    via: str = ""
    last_resort: bool = False
    channels: tuple[str, ...] = ()


@dataclass(frozen=True)
class PreviousPaged:
    """Whom an earlier level paged, when, and what came of it."""

    user: UserId
    at: datetime
    outcome: str
    """sent, failed, declined, owed, planned"""
    methods: tuple[MethodKind, ...] = ()
    """By which it went out."""


@dataclass(frozen=True)
class AttemptView:
    """One way in which a step tried to reach a person, or did not."""

    method: MethodKind
    to: str
    """The end of the address."""
    state: str
    """planned, owed, sent, delivered, failed, skipped, canceled"""
    at: datetime
    """When it is due, or when that became of it."""
    reason: str = ""


@dataclass(frozen=True)
class Why:
    """Why this reader is paged."""

    cause: Cause
    level: int
    via: str = ""
    """The schedule or team that leads to them; empty when the policy names them."""
    until: datetime | None = None
    last_resort_every_minutes: int | None = None
    passes: int = 0
    """In the last resort: how often everyone has been paged."""
    previous: tuple[PreviousPaged, ...] = ()
    added_by: UserId | None = None
    is_drill: bool = False
    """They agreed to take part in a drill, which pages nobody after them."""


@dataclass(frozen=True)
class PageView:
    """A page's card: the DM to a person (`why` is theirs) or a channel's copy (`why` is None)."""

    id: PageId
    title: str
    state: PageState
    severity: SeverityId | None
    service: ServiceView | None
    started_at: datetime
    description: str = ""
    alerts_firing: int = 0
    alerts: int = 0
    events: int = 0
    links: tuple[Link, ...] = ()
    source: str = ""
    why: Why | None = None
    reader: UserId | None = None
    """Whose own copy it is; None for a channel's."""
    reader_declined: bool = False
    """They said that they can't take it."""
    next_step: NextStep | None = None
    acknowledged_by: UserId | None = None
    acknowledged_at: datetime | None = None
    first_acknowledged_by: UserId | None = None
    """Also when it is resolved now."""
    first_acknowledged_at: datetime | None = None
    snoozed_until: datetime | None = None
    resolved_by: Actor | None = None
    resolved_by_name: str = ""
    """For a machine: its name, such as `Alertmanager`."""
    resolved_at: datetime | None = None
    paged: tuple[UserId, ...] = ()
    """Everybody paged so far, in order."""
    paged_now: tuple[UserId, ...] | None = None
    """Those of them whom the present step pages; None when nobody asked."""
    declined: tuple[UserId, ...] = ()
    waits: bool = False
    """It has paged nobody yet, because it may clear by itself."""
    low_urgency: bool = False
    agreed: tuple[UserId, ...] = ()
    """Where all of a level must acknowledge: who did."""
    missing: tuple[UserId, ...] = ()
    """And who has not answered."""
    reader_waiting: tuple[PageId, ...] = ()
    """All pages that wait for the reader's acknowledgment, the oldest first."""
    accepted: tuple[UserId, ...] = ()
    """Who was asked to help and comes."""
    reader_was_added: bool = False
    """Somebody asked the reader to help."""
    incident: IncidentId | None = None
    incident_channel: ChannelId | None = None

    @property
    def runbook(self) -> str | None:
        """What to do first: an alert's own is the exact one."""
        own = next((link.url for link in self.links if link.text == RUNBOOK), None)
        return own or (self.service.runbook if self.service else None)


@dataclass(frozen=True)
class PagedLine:
    """One person of the card's line "Paged: Ana declined 02:48 → Bob acknowledged 02:49"."""

    user: UserId
    what: str
    """paged, declined, acknowledged, cannot be reached"""
    at: datetime


@dataclass(frozen=True)
class IncidentPlace:
    """Another incident, and where it lives; `channel` is None for one that not everybody may see."""

    id: IncidentId
    channel: ChannelId | None = None


@dataclass(frozen=True)
class TasksView:
    """An incident's tasks, in the order in which they are shown."""

    incident: IncidentId
    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class MergeView:
    """What a merge would do."""

    merged: IncidentLine
    survivor: IncidentLine
    pages: int
    links: int
    tasks: int
    people: int
    """Who would be invited to the survivor's channel."""


@dataclass(frozen=True)
class IncidentView:
    """The card of an incident, and the first lines of its announcement."""

    id: IncidentId
    title: str
    severity: Severity
    status: IncidentStatus
    service: ServiceView | None
    declared_by: UserId
    declared_at: datetime
    commander: UserId | None = None
    roles: Mapping[str, UserId] = field(default_factory=dict)
    """Other roles by their shown name."""
    description: str = ""
    update: Update | None = None
    next_update_at: datetime | None = None
    paged: tuple[PagedLine, ...] = ()
    alerts_firing: int = 0
    people: int = 0
    channel: ChannelId | None = None
    channel_name: str | None = None
    private: bool = False
    resolved_at: datetime | None = None
    resolved_by: UserId | None = None
    what_happened: str = ""
    fix: str = ""
    setup_problem: str = ""
    open_pages: tuple[PageId, ...] = ()
    links: tuple[Link, ...] = ()
    removed_links: tuple[Link, ...] = ()
    """Their bookmarks are to go."""
    related: tuple[IncidentPlace, ...] = ()
    merged_into: IncidentPlace | None = None
    absorbed: tuple[IncidentId, ...] = ()
    """Those that were merged into it."""
    open_tasks: int = 0
    tasks: int = 0


@dataclass(frozen=True)
class IncidentLine:
    """An incident in a list."""

    id: IncidentId
    title: str
    severity: SeverityId
    status: IncidentStatus
    declared_at: datetime
    commander: UserId | None = None
    channel: ChannelId | None = None
    private: bool = False
    service: str = ""
    declared_by: UserId | None = None


@dataclass(frozen=True)
class PageLine:
    """An open page in a list."""

    id: PageId
    title: str
    state: PageState
    severity: SeverityId | None
    service: str
    started_at: datetime
    acknowledged_by: UserId | None = None
    incident: IncidentId | None = None


@dataclass(frozen=True)
class TeamOnCall:
    """Who a team's service reaches: level 1 first. A level of nobody is an empty tuple."""

    team: str
    levels: tuple[tuple[OnCallPerson, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class MyShift:
    """A shift of the reader: `schedule` by its shown name."""

    schedule: str
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True)
class OnCallView:
    """`/oncall`, and the App Home's second part."""

    now: datetime
    mine: tuple[MyShift, ...]
    """Shifts of the reader that cover now."""
    next: MyShift | None
    teams: tuple[TeamOnCall, ...]


@dataclass(frozen=True)
class OnCallChange:
    """`person` is on call for a span, or is not any more, as one whom it concerns is told."""

    reader: UserId
    schedule: str
    person: OnCallPerson
    instead: tuple[OnCallPerson, ...]
    """Who is off call by it; with an override that was taken back, who is on call again."""
    starts_at: datetime
    ends_at: datetime
    reason: str = ""
    by: UserId | None = None


@dataclass(frozen=True)
class CalendarProblem:
    """An outside calendar can't be read, or names nobody; `schedule` is empty for somebody's own."""

    schedule: str
    problem: str


@dataclass(frozen=True)
class CoverView:
    """A question for cover as `reader` sees it: whoever asks, or one of those asked."""

    id: CoverId
    reader: UserId
    schedule: str
    person: OnCallPerson
    starts_at: datetime
    ends_at: datetime
    reason: str
    asked: tuple[OnCallPerson, ...]
    declined: tuple[OnCallPerson, ...]
    state: CoverState
    accepted_by: OnCallPerson | None
    version: int


@dataclass(frozen=True)
class PartView:
    """What one of the two gives in a swap."""

    schedule: str
    person: OnCallPerson
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class SwapView:
    """A swap as `reader` sees it: whoever proposes (`first`), or whoever is asked (`second`)."""

    id: SwapId
    reader: UserId
    first: PartView
    second: PartView
    reason: str
    state: SwapState
    version: int


@dataclass(frozen=True)
class DayShift:
    """Who is on call in a part of a day; no people: a gap."""

    people: tuple[OnCallPerson, ...]
    starts_at: datetime
    ends_at: datetime
    origin: Origin | None = None
    """How the override came to be, when it is by one."""
    standing_in_for: tuple[OnCallPerson, ...] = ()
    """Whose turn it is but who are away."""


@dataclass(frozen=True)
class DayView:
    """A day of the calendar, from one midnight of the reader's to the next."""

    date: date
    is_today: bool
    starts_at: datetime
    ends_at: datetime
    shifts: tuple[DayShift, ...]
    bar: tuple[int, ...]
    """Colours from 0, `bot.core.week.NOBODY` in a gap."""


@dataclass(frozen=True)
class SpanOnCall:
    """A gap or an override of the shown week, with the reader's date of its ends."""

    starts_at: datetime
    ends_at: datetime
    starts_on: date
    ends_on: date
    people: tuple[OnCallPerson, ...] = ()
    origin: Origin | None = None
    by: UserId | None = None
    reason: str = ""


@dataclass(frozen=True)
class WeekView:
    """A schedule's week, Monday to Sunday on the reader's clocks."""

    schedule: ScheduleId
    name: str
    monday: date
    this_monday: date
    """Of the week in which the reader is now."""
    days: tuple[DayView, ...]
    gaps: tuple[SpanOnCall, ...]
    """Those that are not over, cut at the week's ends and at now."""
    overrides: tuple[SpanOnCall, ...]
    """Those that win somewhere in the week, whole."""
    now: tuple[OnCallPerson, ...]
    """Who is on call for it now, whatever week is shown."""
    now_until: datetime | None
    choices: tuple[tuple[ScheduleId, str], ...]
    """Every schedule with its shown name, the reader's own first."""


@dataclass(frozen=True)
class LoadLine:
    """What on-call asked of somebody in the last four weeks."""

    person: OnCallPerson
    on_call: timedelta
    pages: int
    at_night: int
    """Pages that came from 22:00 to 07:00 on their own clocks."""


@dataclass(frozen=True)
class GapLine:
    """A coming time of nobody, of a schedule that the reader looks after."""

    schedule: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class UnreachableLine:
    """Somebody is on call, now or next, whom Slack does not reach, or nothing wakes."""

    schedule: str
    person: OnCallPerson
    is_now: bool
    from_at: datetime
    why: str
    """deactivated, unknown or silent: in Do Not Disturb at times, without a method that rings"""


@dataclass(frozen=True)
class ManagerView:
    """For those who look after teams and schedules: what asks for a decision of theirs."""

    everything: bool
    """Of the whole company, because the reader is an admin."""
    load: tuple[LoadLine, ...]
    """Whoever was paged most first."""
    gaps: tuple[GapLine, ...]
    """In the next 30 days, the earliest first."""
    unreachable: tuple[UnreachableLine, ...]
    more_load: int = 0
    """How many people there are besides those in `load`."""


@dataclass(frozen=True)
class HomeView:
    reader: UserId
    on_call: OnCallView
    pages: tuple[PageLine, ...]
    """Open pages that the reader was paged for or holds."""
    incidents: tuple[IncidentLine, ...]
    """Open incidents that the reader may see."""
    mine: tuple[IncidentId, ...] = ()
    """Those of them in which the reader has a part."""
    waiting: tuple[PageId, ...] = ()
    """Of several pages those that wait for the reader's acknowledgment."""
    shifts: tuple[MyShift, ...] = ()
    """The reader's next ones."""
    silent: tuple[datetime, datetime] | None = None
    """When Slack rings nothing next for a reader who has a shift; None: never, or not known."""
    ringing: tuple[MethodKind, ...] = ()
    """What rings for them although Slack is silent."""
    questions: tuple[CoverView | SwapView, ...] = ()
    """Open ones that wait for the reader, or that the reader has put."""
    week: WeekView | None = None
    """None while no schedule is configured."""
    manager: ManagerView | None = None
    health: tuple[str, ...] | None = None
    """For admins: what is wrong with Tocsin itself, a sentence each; None for everybody else."""


@dataclass(frozen=True)
class TimelineView:
    """Facts in order; names of users come from Slack mentions, of machines from `names` (actor to shown name)."""

    title: str
    facts: tuple[Fact, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    origins: tuple[IncidentId | None, ...] = ()
    """Of each fact the merged incident that it comes from, if any; empty when none does."""


@dataclass(frozen=True)
class DeclareForm:
    """What the declare modal offers."""

    severities: tuple[Severity, ...]
    services: tuple[tuple[ServiceId, str], ...]
    on_call: Mapping[ServiceId, tuple[OnCallPerson, ...]]
    """Whom the service's level 1 leads to now."""
    teams: tuple[tuple[TeamId, str], ...] = ()
    """Teams that can be paged instead."""
    title: str = ""
    description: str = ""
    service: ServiceId | None = None
    severity: SeverityId | None = None
    page: PageId | None = None
    """Declared from this page: it is adopted."""
    source_channel: ChannelId | None = None
    source_ts: str | None = None
    similar: tuple[IncidentLine, ...] = ()
