"""Alertmanager's webhook, version "4" (prometheus.io/docs/alerting/latest/configuration/#webhook_config)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.core.alert import AlertStatus, IncomingAlert, Link
from bot.ingest.sources import fields

SOURCE = "Alertmanager"
ABOUT_THE_GROUP = ("receiver", "groupKey", "groupLabels", "externalURL", "truncatedAlerts")
"""Kept with each alert's own payload; the rest of the group repeats its alerts."""


def recognises(payload: object) -> bool:
    """Told by its shape: alerts with labels, and a group."""
    return (
        isinstance(payload, dict)
        and isinstance(payload.get("alerts"), list)
        and bool(payload["alerts"])
        and all(isinstance(one, dict) and isinstance(one.get("labels"), dict) for one in payload["alerts"])
        and ("groupLabels" in payload or "receiver" in payload)
    )


def parse(payload: object, title_if_unknown: str) -> tuple[IncomingAlert, ...]:
    """One alert for each of the group's, in its order. The payload must be one that `recognises` knows."""
    assert isinstance(payload, dict)
    return tuple(_alert(payload, one, title_if_unknown) for one in payload["alerts"])


def _alert(group: Mapping[str, Any], one: Mapping[str, Any], title_if_unknown: str) -> IncomingAlert:
    labels = fields.texts(one.get("labels"))
    notes = fields.texts(one.get("annotations"))
    titles = (notes.get("summary"), labels.get("alertname"), title_if_unknown)
    resolved = one.get("status") == "resolved"
    return IncomingAlert(
        title=next((short for text in titles if (short := fields.title(text or ""))), "Alert"),
        status=AlertStatus.RESOLVED if resolved else AlertStatus.FIRING,
        dedup_key=_key(one, labels),
        description=_description(group, notes),
        service=labels.get("service"),
        severity=labels.get("severity"),
        source=SOURCE,
        starts_at=_compared_instant(one, resolved),
        tags=labels,
        links=_links(group, one, notes),
        payload={name: group[name] for name in ABOUT_THE_GROUP if name in group} | dict(one),
    )


def _key(one: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """Its fingerprint; senders of this shape that have none are told apart, as there, by all labels."""
    fingerprint = one.get("fingerprint")
    given = fields.key(fingerprint) if isinstance(fingerprint, str) else None
    return given or fields.digest(*(f"{name}={value}" for name, value in sorted(labels.items())))[:32]


def _compared_instant(one: Mapping[str, Any], resolved: bool) -> datetime | None:
    """What tells one occurrence from the next: when a firing one began, when a resolved one ended.

    A resolved alert's own start may lie before the firing one's: Alertmanager merges what it is told of an alert and
    keeps the earlier start. Its end is the safe bound: what ended after the latest start ended that occurrence.
    """
    starts_at = _instant(one.get("startsAt"))
    return (_instant(one.get("endsAt")) or starts_at) if resolved else starts_at


def _instant(value: object) -> datetime | None:
    try:
        return fields.instant(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _description(group: Mapping[str, Any], notes: Mapping[str, str]) -> str:
    text = (notes.get("description") or notes.get("message") or "")[: fields.LONGEST_DESCRIPTION]
    left_out = group.get("truncatedAlerts")
    if not isinstance(left_out, int) or left_out < 1:
        return text
    more = "1 more alert of this group was" if left_out == 1 else f"{left_out} more alerts of this group were"
    return f"{text}\n{more} not sent by Alertmanager (max_alerts).".strip()


def _links(group: Mapping[str, Any], one: Mapping[str, Any], notes: Mapping[str, str]) -> tuple[Link, ...]:
    return fields.links(
        ("Graph", one.get("generatorURL")),
        ("Runbook", notes.get("runbook_url") or notes.get("runbook")),
        ("Dashboard", notes.get("dashboard_url") or notes.get("dashboard")),
        (SOURCE, group.get("externalURL")),
    )
