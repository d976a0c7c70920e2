"""Alertmanager's webhook, version "4" (prometheus.io/docs/alerting/latest/configuration/#webhook_config)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.alert import AlertStatus, IncomingAlert, Link
from bot.ingest.sources import generic

SOURCE = "Alertmanager"


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
    """One alert for each of the group's; its fingerprint is the key."""
    assert isinstance(payload, dict)
    return tuple(_alert(payload, one, title_if_unknown) for one in payload["alerts"])


def _alert(group: Mapping[str, Any], one: Mapping[str, Any], title_if_unknown: str) -> IncomingAlert:
    labels = _texts(one.get("labels"))
    notes = _texts(one.get("annotations"))
    title = notes.get("summary") or labels.get("alertname") or title_if_unknown
    return IncomingAlert(
        title=" ".join(title.split())[: generic.LONGEST_TITLE],
        status=AlertStatus.RESOLVED if one.get("status") == "resolved" else AlertStatus.FIRING,
        dedup_key=str(one.get("fingerprint") or "")[: generic.LONGEST_KEY] or None,
        description=_description(group, notes),
        service=labels.get("service"),
        severity=labels.get("severity"),
        source=SOURCE,
        starts_at=generic.instant(str(one.get("startsAt") or "")),
        tags=labels,
        links=_links(group, one, notes),
        payload=dict(one),
    )


def _texts(value: object) -> dict[str, str]:
    return {str(k): str(v) for k, v in value.items()} if isinstance(value, dict) else {}


def _description(group: Mapping[str, Any], notes: Mapping[str, str]) -> str:
    text = notes.get("description") or notes.get("message") or ""
    left_out = group.get("truncatedAlerts")
    if isinstance(left_out, int) and left_out > 0:
        more = (
            "1 more alert of this group was"
            if left_out == 1
            else f"{left_out} more alerts of this group were"
        )
        text = f"{text}\n{more} not sent by Alertmanager (max_alerts).".strip()
    return text[: generic.LONGEST_DESCRIPTION]


def _links(group: Mapping[str, Any], one: Mapping[str, Any], notes: Mapping[str, str]) -> tuple[Link, ...]:
    wanted = (
        ("Graph", one.get("generatorURL")),
        ("Runbook", notes.get("runbook_url") or notes.get("runbook")),
        ("Dashboard", notes.get("dashboard_url") or notes.get("dashboard")),
        (SOURCE, group.get("externalURL")),
    )
    return tuple(found for text, url in wanted if isinstance(url, str) for found in generic.link(text, url))
