"""One deduplicated problem: how events of a source fold into alerts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.core.frozen import dataclass
from bot.core.ids import Actor, AlertId, IntegrationId, PageId, ServiceId, SeverityId, by_integration, user_of

REPEAT_AFTER_RESOLVE = timedelta(minutes=10)
"""After a person resolved it, a repeat without a start within this time only counts (PRODUCT §2)."""


SAID_AT = "said_at"
"""Where an alert's payload keeps when the latest of its events was said, for sources that tell."""
CLOCKS_DIFFER = timedelta(hours=1)
"""A start further in the future than this is a mistake of the sender's: it is not counted as one."""


class AlertStatus(StrEnum):
    FIRING = "firing"
    RESOLVED = "resolved"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True)
class Link:
    text: str
    url: str


@dataclass(frozen=True)
class IncomingAlert:
    """What a source said, in our words; `severity` and `service` are still the sender's."""

    title: str
    status: AlertStatus = AlertStatus.FIRING
    dedup_key: str | None = None
    description: str = ""
    service: str | None = None
    severity: str | None = None
    source: str | None = None
    starts_at: datetime | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    payload: Mapping[str, Any] = field(default_factory=dict)
    said_at: datetime | None = None
    """When it was said, for a source whose events may overtake each other on their way."""


@dataclass(frozen=True)
class Alert:
    id: AlertId
    integration: IntegrationId
    service: ServiceId | None
    dedup_key: str
    status: AlertStatus
    title: str
    description: str
    severity: SeverityId | None
    source: str
    starts_at: datetime | None
    first_at: datetime
    last_at: datetime
    events: int = 1
    resolved_at: datetime | None = None
    resolved_by: Actor | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    payload: Mapping[str, Any] = field(default_factory=dict)
    page: PageId | None = None

    @property
    def said_at(self) -> datetime | None:
        """When the latest of its events was said; None when its source does not tell."""
        told = self.payload.get(SAID_AT)
        return datetime.fromisoformat(told) if told else None


class Change(StrEnum):
    """What an event did to the alerts, and so what happens next."""

    NEW = "new"
    """A new alert that pages."""
    COUNTED = "counted"
    RESOLVED = "resolved"
    OVERTAKEN = "overtaken"
    """Said before what is known already, and came after it: counted, and told in the timeline."""
    NOTHING = "nothing"
    """Resolved what is not open: kept, pages nobody."""


@dataclass(frozen=True)
class Fold:
    alert: Alert
    change: Change
    reason: str
    superseded: Alert | None = None
    """The earlier occurrence, still firing, that a new start ends."""


def dedup_key(integration: IntegrationId, service: ServiceId | None, title: str) -> str:
    """The key of an alert whose sender gave none: a hash of integration, service and title (PRODUCT §2)."""
    text = "\x1f".join((integration, service or "", title))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def fold(
    latest: Alert | None,
    incoming: IncomingAlert,
    *,
    integration: IntegrationId,
    service: ServiceId | None,
    severity: SeverityId | None,
    now: datetime,
) -> Fold:
    """Fold one event into the latest alert of its key (None: the key is new). A new alert has id 0."""
    if incoming.starts_at is not None and incoming.starts_at > now + CLOCKS_DIFFER:
        incoming = replace(incoming, starts_at=None)
    if latest is not None and _is_overtaken(latest, incoming):
        counted = replace(latest, events=latest.events + 1, last_at=now)
        return Fold(counted, Change.OVERTAKEN, "something newer of this problem is known")
    folded = _in_order(latest, incoming, integration, service, severity, now)
    return replace(folded, alert=_said(folded.alert, incoming.said_at))


def _is_overtaken(latest: Alert, incoming: IncomingAlert) -> bool:
    """Whether it was said before what is known: a late "firing" opens nothing anew, a late "resolved" ends nothing."""
    known = latest.said_at if incoming.said_at is not None else None
    return known is not None and incoming.said_at is not None and incoming.said_at < known


def _said(alert: Alert, at: datetime | None) -> Alert:
    return alert if at is None else replace(alert, payload={**alert.payload, SAID_AT: at.isoformat()})


def _in_order(
    latest: Alert | None,
    incoming: IncomingAlert,
    integration: IntegrationId,
    service: ServiceId | None,
    severity: SeverityId | None,
    now: datetime,
) -> Fold:
    if incoming.status is AlertStatus.RESOLVED:
        return _resolve(latest, incoming, integration, service, severity, now)
    if latest is not None:
        reason = _only_counts(latest, incoming, now)
        if reason:
            counted = replace(
                latest,
                events=latest.events + 1,
                last_at=now,
                description=incoming.description or latest.description,
                links=incoming.links or latest.links,
            )
            return Fold(counted, Change.COUNTED, reason)
    born = _new(incoming, integration, service, severity, now)
    superseded = None
    if latest is not None and latest.status is not AlertStatus.RESOLVED:
        superseded = _over(latest, by_integration(integration), now)
    return Fold(born, Change.NEW, "first event of this problem", superseded)


def _over(alert: Alert, by: Actor, now: datetime) -> Alert:
    return replace(alert, status=AlertStatus.RESOLVED, resolved_at=now, resolved_by=by)


def resolve_by_hand(alert: Alert, by: Actor, now: datetime) -> Alert:
    """A person says it is over; already resolved alerts stay as they are."""
    return alert if alert.status is AlertStatus.RESOLVED else _over(alert, by, now)


def _only_counts(latest: Alert, incoming: IncomingAlert, now: datetime) -> str:
    """Why an event of a known key is not a new problem; empty when it is one."""
    if incoming.starts_at is not None and latest.starts_at is not None:
        return "same start" if incoming.starts_at <= latest.starts_at else ""
    if latest.status is not AlertStatus.RESOLVED:
        return "still firing"
    by_person = latest.resolved_by is not None and user_of(latest.resolved_by) is not None
    if by_person and latest.resolved_at is not None and now - latest.resolved_at < REPEAT_AFTER_RESOLVE:
        return "a person resolved it less than 10 minutes ago"
    return ""


def _resolve(
    latest: Alert | None,
    incoming: IncomingAlert,
    integration: IntegrationId,
    service: ServiceId | None,
    severity: SeverityId | None,
    now: datetime,
) -> Fold:
    actor = by_integration(integration)
    if latest is None:
        born = _over(_new(incoming, integration, service, severity, now), actor, now)
        return Fold(born, Change.NOTHING, "resolved before it was seen firing")
    if latest.status is AlertStatus.RESOLVED:
        return Fold(
            replace(latest, events=latest.events + 1, last_at=now), Change.NOTHING, "already resolved"
        )
    stale = (
        incoming.starts_at is not None
        and latest.starts_at is not None
        and incoming.starts_at < latest.starts_at
    )
    if stale:
        return Fold(
            replace(latest, events=latest.events + 1), Change.NOTHING, "an earlier occurrence resolved"
        )
    over = replace(_over(latest, actor, now), last_at=now, events=latest.events + 1)
    return Fold(over, Change.RESOLVED, "resolved at the source")


def _new(
    incoming: IncomingAlert,
    integration: IntegrationId,
    service: ServiceId | None,
    severity: SeverityId | None,
    now: datetime,
) -> Alert:
    return Alert(
        id=AlertId(0),
        integration=integration,
        service=service,
        dedup_key=incoming.dedup_key or dedup_key(integration, service, incoming.title),
        status=AlertStatus.FIRING,
        title=incoming.title,
        description=incoming.description,
        severity=severity,
        source=incoming.source or integration,
        starts_at=incoming.starts_at,
        first_at=now,
        last_at=now,
        tags=incoming.tags,
        links=incoming.links,
        payload=incoming.payload,
    )
