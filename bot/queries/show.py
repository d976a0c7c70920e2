"""What is in the database as plain dicts, for operators and scripts; the newest last.

A private incident keeps its secret here too: its number, state and times are shown, and whether its pages keep their
promise; what it is about is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.alert import Alert
from bot.core.facts import (
    Fact,
    LevelPaged,
    LevelSkipped,
    NobodyReached,
    PageRepaired,
    PageSnoozed,
    PersonNotified,
    SnoozeEnded,
)
from bot.core.ids import IncidentId, PageId, incident_label, page_label
from bot.core.incident import Incident
from bot.core.page import Page
from bot.store import alerts as alert_store
from bot.store import incidents as incident_store
from bot.store import pages as page_store
from bot.store import timeline as timeline_store

HIDDEN = "(private)"
_SUBJECT = re.compile(r"\s*(INC|P)-(\d{1,18})\s*", re.IGNORECASE)
_COMMON = {"at", "by", "page", "incident"}

_OF_THE_PROMISE = (
    LevelPaged,
    LevelSkipped,
    NobodyReached,
    PersonNotified,
    PageSnoozed,
    SnoozeEnded,
    PageRepaired,
)
"""Facts that tell how somebody was looked for, and nothing of what for."""

Row = dict[str, Any]


async def alerts(conn: AsyncConnection) -> list[Row]:
    return [_alert(alert) for alert in reversed(await alert_store.recent(conn))]


async def pages(conn: AsyncConnection) -> list[Row]:
    found = tuple(reversed(await page_store.recent(conn)))
    private = await incident_store.private_ones(conn)
    return [_page(page, page.incident in private) for page in found]


async def incidents(conn: AsyncConnection) -> list[Row]:
    return [_incident(incident) for incident in reversed(await incident_store.recent(conn))]


async def timeline(conn: AsyncConnection, subject: str) -> list[Row] | None:
    """Of `INC-1` or `P-1`, in the order in which it was recorded; None when there is no such thing."""
    named = _SUBJECT.fullmatch(subject)
    if named is None:
        return None
    number = int(named[2])
    if named[1].upper() == "INC":
        incident = await incident_store.load(conn, IncidentId(number))
        facts = await timeline_store.of_incident(conn, IncidentId(number)) if incident else ()
    else:
        page = await page_store.load(conn, PageId(number))
        if page is None:
            return None
        incident = await incident_store.load(conn, page.incident) if page.incident else None
        facts = await timeline_store.of_page(conn, page.id)
    hidden = incident is not None and incident.private
    return [_fact(fact, hidden) for fact in facts] if facts else None


def _alert(alert: Alert) -> Row:
    return {
        "id": alert.id,
        "status": alert.status.value,
        "title": alert.title,
        "service": alert.service,
        "severity": alert.severity,
        "integration": alert.integration,
        "source": alert.source,
        "dedup_key": alert.dedup_key,
        "events": alert.events,
        "starts_at": alert.starts_at,
        "first_at": alert.first_at,
        "last_at": alert.last_at,
        "resolved_at": alert.resolved_at,
        "resolved_by": alert.resolved_by,
        "page": page_label(alert.page) if alert.page else None,
        "description": alert.description,
        "tags": dict(alert.tags),
    }


def _page(page: Page, hidden: bool) -> Row:
    return {
        "id": page_label(page.id),
        "state": page.state.value,
        "title": HIDDEN if hidden else page.title,
        "service": page.service,
        "severity": page.severity,
        "policy": page.policy.id,
        "level": page.level,
        "round": page.round,
        "last_resort": page.last_resort,
        "started_at": page.started_at,
        "due_at": page.due_at,
        "acknowledged_by": page.acknowledged_by,
        "acknowledged_at": page.acknowledged_at,
        "snoozed_until": page.snoozed_until,
        "resolved_by": page.resolved_by,
        "resolved_at": page.resolved_at,
        "incident": incident_label(page.incident) if page.incident else None,
        "paged": list(page.paged),
        "ever_paged": list(page.ever_paged),
    }


def _incident(incident: Incident) -> Row:
    hidden = incident.private
    return {
        "id": incident_label(incident.id),
        "status": incident.status.value,
        "severity": incident.severity,
        "title": HIDDEN if hidden else incident.title,
        "service": None if hidden else incident.service,
        "private": incident.private,
        "declared_by": incident.declared_by,
        "declared_at": incident.declared_at,
        "channel": incident.channel,
        "channel_name": None if hidden else incident.channel_name,
        "next_update_at": incident.next_update_at,
        "resolved_by": incident.resolved_by,
        "resolved_at": incident.resolved_at,
        "setup_problem": incident.setup_problem,
        "roles": {} if hidden else dict(incident.roles),
        "invited": [] if hidden else list(incident.invited),
        "update": incident.update.text if incident.update and not hidden else None,
    }


def _fact(fact: Fact, hidden: bool) -> Row:
    data = {field.name: getattr(fact, field.name) for field in fields(fact) if field.name not in _COMMON}
    text = ", ".join(f"{name} {_plain(value)}" for name, value in data.items() if value not in (None, ""))
    if hidden and not isinstance(fact, _OF_THE_PROMISE):
        data, text = {}, HIDDEN
    return {
        "at": fact.at,
        "kind": fact.kind,
        "by": fact.by,
        "page": page_label(fact.page) if fact.page else None,
        "incident": incident_label(fact.incident) if fact.incident else None,
        "text": text,
        "data": data,
    }


def _plain(value: Any) -> str:
    if isinstance(value, Iterable) and not isinstance(value, str):
        return " ".join(str(part) for part in value)
    return str(value)
