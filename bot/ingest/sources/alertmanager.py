"""Alertmanager's webhook, version 4: a group of alerts, each of them one of ours.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config (0.25.0's bodies are in tests/captures).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.core.alert import AlertStatus, IncomingAlert, Link
from bot.ingest.sources.fields import (
    DESCRIPTION_CHARACTERS,
    NAME_CHARACTERS,
    TITLE_CHARACTERS,
    cut,
    hashed,
    instant,
    link,
    one_line,
    short_key,
    texts,
)

ABOUT_THE_GROUP = ("receiver", "groupKey", "groupLabels", "externalURL", "truncatedAlerts")
"""Kept with each alert's own payload; the rest of the group repeats its alerts."""


def recognises(payload: object) -> bool:
    """Whether this is a group as Alertmanager sends it, with at least one alert that has labels."""
    if not isinstance(payload, dict) or payload.get("version") != "4" or "groupKey" not in payload:
        return False
    alerts = payload.get("alerts")
    return isinstance(alerts, list) and bool(alerts) and all(_is_alert(each) for each in alerts)


def parse(payload: object, title_if_unknown: str) -> tuple[IncomingAlert, ...]:
    """One alert for each of the group, in its order. The payload must be one that `recognises` knows."""
    assert isinstance(payload, dict)
    group = {name: payload[name] for name in ABOUT_THE_GROUP if name in payload}
    return tuple(_alert(each, group, title_if_unknown) for each in payload["alerts"])


def _is_alert(value: object) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("labels"), dict)
        and isinstance(value.get("annotations", {}), dict)
    )


def _alert(alert: Mapping[str, Any], group: Mapping[str, Any], title_if_unknown: str) -> IncomingAlert:
    labels, annotations = texts(alert["labels"]), texts(alert.get("annotations"))
    title = annotations.get("summary", "").strip() or labels.get("alertname", "").strip() or title_if_unknown
    resolved = alert.get("status") == "resolved"
    return IncomingAlert(
        title=one_line(title, TITLE_CHARACTERS),
        status=AlertStatus.RESOLVED if resolved else AlertStatus.FIRING,
        dedup_key=_key(alert, labels),
        description=_description(annotations, group),
        service=one_line(labels.get("service", ""), NAME_CHARACTERS) or None,
        severity=one_line(labels.get("severity", ""), NAME_CHARACTERS) or None,
        source="Alertmanager",
        starts_at=_compared_instant(alert, resolved),
        tags=labels,
        links=_links(alert, annotations, group),
        payload={**group, **alert},
    )


def _key(alert: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """The fingerprint: a hash of the labels, which versions before 0.19 did not send."""
    said = alert.get("fingerprint")
    if isinstance(said, str) and said.strip():
        return short_key(said.strip())
    return hashed("labels", *(f"{name}={labels[name]}" for name in sorted(labels)))


def _compared_instant(alert: Mapping[str, Any], resolved: bool) -> datetime | None:
    """What tells one occurrence from the next: when a firing one began, when a resolved one ended.

    A resolved alert's own start may lie before the firing one's: Alertmanager merges what two Prometheus servers
    tell and keeps the earlier. Its end is the safe bound: what ended after the latest start ended that occurrence.
    """
    starts_at = instant(alert.get("startsAt"))
    return (instant(alert.get("endsAt")) or starts_at) if resolved else starts_at


def _description(annotations: Mapping[str, str], group: Mapping[str, Any]) -> str:
    text = cut(
        (annotations.get("description") or annotations.get("message") or "").strip(), DESCRIPTION_CHARACTERS
    )
    left_out = group.get("truncatedAlerts")
    if not isinstance(left_out, int) or left_out < 1:
        return text
    alerts = "1 more alert" if left_out == 1 else f"{left_out} more alerts"
    return f"{text}\n{alerts} of this group left out by Alertmanager (max_alerts).".strip()


def _links(
    alert: Mapping[str, Any], annotations: Mapping[str, str], group: Mapping[str, Any]
) -> tuple[Link, ...]:
    return (
        link("Runbook", annotations.get("runbook_url") or annotations.get("runbook"))
        + link("Dashboard", annotations.get("dashboard_url") or annotations.get("dashboard"))
        + link("Graph", alert.get("generatorURL"))
        + link("Alertmanager", group.get("externalURL"))
    )
