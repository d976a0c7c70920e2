"""An incident: what people work on together, and what may happen to it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.command_names import NAMES
from bot.core.facts import (
    ChannelArchived,
    ChannelCreated,
    Fact,
    HandedOff,
    IncidentCanceled,
    IncidentRenamed,
    IncidentReopened,
    IncidentResolved,
    IncidentSeverityChanged,
    PersonJoined,
    RoleAssigned,
    SetupFailed,
    StatusChanged,
    UpdatePosted,
)
from bot.core.frozen import dataclass
from bot.core.ids import (
    TOCSIN,
    Actor,
    ChannelId,
    IncidentId,
    RoleId,
    ServiceId,
    SeverityId,
    UserId,
    by_user,
    incident_label,
)


class IncidentStatus(StrEnum):
    TRIAGE = "triage"
    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELED = "canceled"
    MERGED = "merged"


WORKING = (
    IncidentStatus.TRIAGE,
    IncidentStatus.INVESTIGATING,
    IncidentStatus.IDENTIFIED,
    IncidentStatus.MONITORING,
)
"""The statuses of an open incident, in their order; a status update chooses among them."""

UPDATE_EVERY: Mapping[int, timedelta] = {1: timedelta(minutes=15), 2: timedelta(minutes=30)}
"""By the severity's rank: how soon the next status update is due when nobody says; milder ones owe none."""


@dataclass(frozen=True)
class Update:
    """The latest status update."""

    text: str
    at: datetime
    by: UserId


@dataclass(frozen=True)
class IncidentLink:
    """A dashboard, ticket or document that belongs to it."""

    url: str
    text: str
    by: UserId
    at: datetime
    removed: bool = False
    """Taken away again; kept, so that its bookmark can be found and taken away too."""


@dataclass(frozen=True)
class Incident:
    id: IncidentId
    title: str
    severity: SeverityId
    status: IncidentStatus
    declared_by: UserId
    declared_at: datetime
    service: ServiceId | None = None
    description: str = ""
    private: bool = False
    roles: Mapping[RoleId, UserId] = field(default_factory=dict)
    invited: tuple[UserId, ...] = ()
    """Who is to be in the channel; the channel follows."""
    joined: tuple[UserId, ...] = ()
    """Who is in the channel, as Slack told."""
    channel: ChannelId | None = None
    channel_name: str | None = None
    update: Update | None = None
    next_update_at: datetime | None = None
    resolved_at: datetime | None = None
    resolved_by: UserId | None = None
    what_happened: str = ""
    fix: str = ""
    setup_problem: str = ""
    """Slack's word for a step that failed for good; empty when all is well."""
    archived: bool = False
    links: tuple[IncidentLink, ...] = ()
    related: tuple[IncidentId, ...] = ()
    """Incidents that somebody linked with it; the other one names this one too, unless only one is private."""
    merged_into: IncidentId | None = None
    version: int = 1

    @property
    def is_open(self) -> bool:
        return self.status in WORKING


class Outcome(StrEnum):
    DONE = "done"
    UNCHANGED = "unchanged"
    NOT_OPEN = "not_open"
    STILL_OPEN = "still_open"


@dataclass(frozen=True)
class IncidentDecision:
    incident: Incident
    outcome: Outcome = Outcome.DONE
    facts: tuple[Fact, ...] = ()


MOST_NAMES = 20
"""Names tried for a channel before it is said that all are taken."""


def channel_name(incident: IncidentId, title: str, attempt: int = 0) -> str:
    """`inc-12-checkout-errors`: lower case letters, digits and hyphens, at most 80 (Slack's rule for names)."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    suffix = f"-{attempt + 1}" if attempt else ""
    name = f"inc-{incident}-{words}"[: 60 - len(suffix)].strip("-")
    return name + suffix


def names_channel(incident: Incident) -> bool:
    """Whether the channel's name, as we made it last, tells the title."""
    return any(
        incident.channel_name == channel_name(incident.id, incident.title, attempt)
        for attempt in range(MOST_NAMES)
    )


def rename(incident: Incident, title: str, by: UserId, now: datetime) -> IncidentDecision:
    """Another title, also after the end."""
    if title == incident.title:
        return IncidentDecision(incident, Outcome.UNCHANGED)
    fact = IncidentRenamed(at=now, by=by_user(by), incident=incident.id, title=title, previous=incident.title)
    return IncidentDecision(_changed(incident, title=title), facts=(fact,))


def change_severity(incident: Incident, severity: SeverityId, by: Actor, now: datetime) -> IncidentDecision:
    if severity == incident.severity:
        return IncidentDecision(incident, Outcome.UNCHANGED)
    fact = IncidentSeverityChanged(
        at=now, by=by, incident=incident.id, severity=severity, previous=incident.severity
    )
    return IncidentDecision(_changed(incident, severity=severity), facts=(fact,))


def post_update(
    incident: Incident,
    text: str,
    status: IncidentStatus | None,
    next_after: timedelta | None,
    by: UserId,
    now: datetime,
) -> IncidentDecision:
    """What stakeholders are told; may move the status, says when the next one is due."""
    if not incident.is_open:
        return IncidentDecision(incident, Outcome.NOT_OPEN)
    status = status or incident.status
    next_at = now + next_after if next_after else None
    facts: list[Fact] = []
    if status is not incident.status:
        facts.append(
            StatusChanged(
                at=now, by=by_user(by), incident=incident.id, status=status, previous=incident.status
            )
        )
    facts.append(
        UpdatePosted(
            at=now, by=by_user(by), incident=incident.id, text=text, status=status, next_due_at=next_at
        )
    )
    changed = _changed(
        incident, status=status, update=Update(text=text, at=now, by=by), next_update_at=next_at
    )
    return IncidentDecision(changed, facts=tuple(facts))


def change_status(incident: Incident, status: IncidentStatus, by: UserId, now: datetime) -> IncidentDecision:
    """Move an open incident among the working statuses."""
    if not incident.is_open:
        return IncidentDecision(incident, Outcome.NOT_OPEN)
    if status is incident.status:
        return IncidentDecision(incident, Outcome.UNCHANGED)
    fact = StatusChanged(
        at=now, by=by_user(by), incident=incident.id, status=status, previous=incident.status
    )
    return IncidentDecision(_changed(incident, status=status), facts=(fact,))


def assign_role(
    incident: Incident, role: RoleId, user: UserId, by: UserId, now: datetime
) -> IncidentDecision:
    """One person has a role at a time; whoever has it is invited."""
    previous = incident.roles.get(role)
    if previous == user:
        return IncidentDecision(incident, Outcome.UNCHANGED)
    fact = RoleAssigned(at=now, by=by_user(by), incident=incident.id, role=role, user=user, previous=previous)
    invited = tuple(dict.fromkeys((*incident.invited, user)))
    changed = _changed(incident, roles={**incident.roles, role: user}, invited=invited)
    return IncidentDecision(changed, facts=(fact,))


def hand_off(
    incident: Incident, role: RoleId, to: UserId, going_on: str, following: str, by: UserId, now: datetime
) -> IncidentDecision:
    """`role` (the commander's) goes to somebody else, who is told how it stands and what is next."""
    if not incident.is_open:
        return IncidentDecision(incident, Outcome.NOT_OPEN)
    previous = incident.roles.get(role)
    if previous == to:
        return IncidentDecision(incident, Outcome.UNCHANGED)
    fact = HandedOff(
        at=now,
        by=by_user(by),
        incident=incident.id,
        user=to,
        previous=previous,
        going_on=going_on,
        next=following,
    )
    invited = tuple(dict.fromkeys((*incident.invited, to)))
    changed = _changed(incident, roles={**incident.roles, role: to}, invited=invited)
    return IncidentDecision(changed, facts=(fact,))


def resolve(incident: Incident, what_happened: str, fix: str, by: UserId, now: datetime) -> IncidentDecision:
    if not incident.is_open:
        return IncidentDecision(incident, Outcome.NOT_OPEN)
    fact = IncidentResolved(
        at=now, by=by_user(by), incident=incident.id, what_happened=what_happened, fix=fix
    )
    changed = _changed(
        incident,
        status=IncidentStatus.RESOLVED,
        resolved_at=now,
        resolved_by=by,
        what_happened=what_happened,
        fix=fix,
        next_update_at=None,
    )
    return IncidentDecision(changed, facts=(fact,))


def cancel(incident: Incident, reason: str, by: UserId, now: datetime) -> IncidentDecision:
    """It never was one; what happened is then the reason."""
    if not incident.is_open:
        return IncidentDecision(incident, Outcome.NOT_OPEN)
    fact = IncidentCanceled(at=now, by=by_user(by), incident=incident.id, reason=reason)
    changed = _changed(
        incident,
        status=IncidentStatus.CANCELED,
        resolved_at=now,
        resolved_by=by,
        what_happened=reason,
        fix="",
        next_update_at=None,
    )
    return IncidentDecision(changed, facts=(fact,))


def reopen(incident: Incident, reason: str, by: UserId, now: datetime) -> IncidentDecision:
    if incident.is_open:
        return IncidentDecision(incident, Outcome.STILL_OPEN)
    fact = IncidentReopened(at=now, by=by_user(by), incident=incident.id, reason=reason)
    changed = _changed(incident, status=IncidentStatus.INVESTIGATING, resolved_at=None, resolved_by=None)
    if incident.status is IncidentStatus.CANCELED:
        changed = replace(changed, what_happened="")
    return IncidentDecision(changed, facts=(fact,))


def invite(incident: Incident, *users: UserId) -> Incident:
    invited = tuple(dict.fromkeys((*incident.invited, *users)))
    return incident if invited == incident.invited else _changed(incident, invited=invited)


def channel_made(incident: Incident, channel: ChannelId, name: str, now: datetime) -> IncidentDecision:
    """The channel exists; an earlier problem with it is over."""
    if incident.channel == channel:
        return IncidentDecision(incident, Outcome.UNCHANGED)
    fact = ChannelCreated(at=now, by=TOCSIN, incident=incident.id, channel=channel, name=name)
    changed = _changed(incident, channel=channel, channel_name=name, setup_problem="")
    return IncidentDecision(changed, facts=(fact,))


def channel_renamed(incident: Incident, name: str) -> Incident:
    """The channel bears the title's name; an earlier problem with that is over."""
    if incident.channel_name == name:
        return incident
    return _changed(incident, channel_name=name, setup_problem="")


def setup_failed(incident: Incident, step: str, reason: str, now: datetime) -> IncidentDecision:
    """A Slack step failed for good; the same failure again says nothing new."""
    if incident.setup_problem == reason:
        return IncidentDecision(incident, Outcome.UNCHANGED)
    fact = SetupFailed(at=now, by=TOCSIN, incident=incident.id, step=step, reason=reason)
    return IncidentDecision(_changed(incident, setup_problem=reason), facts=(fact,))


def clear_setup_problem(incident: Incident) -> Incident:
    return _changed(incident, setup_problem="") if incident.setup_problem else incident


def person_joined(incident: Incident, user: UserId, now: datetime) -> IncidentDecision:
    if user in incident.joined:
        return IncidentDecision(incident, Outcome.UNCHANGED)
    fact = PersonJoined(at=now, by=by_user(user), incident=incident.id, user=user)
    return IncidentDecision(_changed(incident, joined=(*incident.joined, user)), facts=(fact,))


def person_left(incident: Incident, user: UserId) -> IncidentDecision:
    """Whoever left stays out: the next change of members must not fetch them back."""
    joined = tuple(other for other in incident.joined if other != user)
    invited = tuple(other for other in incident.invited if other != user)
    if (joined, invited) == (incident.joined, incident.invited):
        return IncidentDecision(incident, Outcome.UNCHANGED)
    return IncidentDecision(_changed(incident, joined=joined, invited=invited))


def channel_archived(incident: Incident, archived: bool, by: Actor, now: datetime) -> IncidentDecision:
    if incident.archived == archived:
        return IncidentDecision(incident, Outcome.UNCHANGED)
    fact = ChannelArchived(at=now, by=by, incident=incident.id, archived=archived)
    return IncidentDecision(_changed(incident, archived=archived), facts=(fact,))


def _changed(incident: Incident, **changes: object) -> Incident:
    return replace(incident, version=incident.version + 1, **changes)  # type: ignore[arg-type]


def members(incident: Incident) -> tuple[UserId, ...]:
    """Everybody with a part in it: declarer, roles, invited and joined; without doubles."""
    roles = incident.roles.values()
    return tuple(dict.fromkeys((incident.declared_by, *roles, *incident.invited, *incident.joined)))


def may_see(incident: Incident, user: UserId) -> bool:
    """Private incidents are seen by their members alone (PRODUCT §9)."""
    return not incident.private or user in members(incident)


def not_there(incident: IncidentId) -> str:
    """The answer for an incident that does not exist, and for one that the asker may not see: they cannot differ."""
    return (
        f"There is no {incident_label(incident)} that you can see. {NAMES.incident} list shows the open ones."
    )
