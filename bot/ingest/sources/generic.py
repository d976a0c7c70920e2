"""Tocsin's own JSON (one alert or a list), and any other JSON, which is shown raw."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from bot.core.alert import AlertStatus, IncomingAlert, Link
from bot.ingest.sources import fields
from bot.ingest.sources.body import BadAlert

MOST_ALERTS = 1000
KNOWN = (
    "dedup_key",
    "status",
    "starts_at",
    "title",
    "description",
    "service",
    "severity",
    "source",
    "tags",
    "links",
    "payload",
)
"""The fields that have a meaning; what else a body has is kept in the alert's payload."""


def recognises(payload: object) -> bool:
    """Whether it is our own shape: an object with a title, one that resolves a key, or a list of such."""
    if isinstance(payload, list):
        return bool(payload) and all(_is_ours(one) for one in payload)
    return _is_ours(payload)


def _is_ours(payload: object) -> bool:
    return isinstance(payload, dict) and ("title" in payload or _resolves(payload))


def _resolves(body: Mapping[str, Any]) -> bool:
    return body.get("status") == "resolved" and bool(body.get("dedup_key"))


def parse(payload: object, title_if_unknown: str) -> tuple[IncomingAlert, ...]:
    """Raises `BadAlert` when a known field has the wrong type, or a list is empty or too long."""
    if payload == []:
        raise BadAlert("The list is empty. Send at least one alert.")
    if not recognises(payload):
        return (raw(payload, title_if_unknown),)
    ours = payload if isinstance(payload, list) else [payload]
    not_too_many(len(ours))
    return tuple(_alert(one, title_if_unknown) for one in ours)


def not_too_many(alerts: int, cure: str = "Send") -> None:
    """Raises `BadAlert`: what folds in one transaction must not hold up a page."""
    if alerts > MOST_ALERTS:
        raise BadAlert(f"The body has {alerts} alerts. {cure} at most {MOST_ALERTS} at once.")


def raw(payload: object, title: str) -> IncomingAlert:
    """What nobody recognises, as it came."""
    shown = orjson.dumps(payload, option=orjson.OPT_INDENT_2).decode()
    kept = payload if isinstance(payload, dict) else {"body": payload}
    return IncomingAlert(
        title=fields.title(title) or "Alert", description=shown[: fields.LONGEST_DESCRIPTION], payload=kept
    )


def _alert(body: Mapping[str, Any], title_if_unknown: str) -> IncomingAlert:
    return IncomingAlert(
        title=_title(body, title_if_unknown),
        status=_status(body),
        dedup_key=fields.key(_text(body, "dedup_key")),
        description=_text(body, "description")[: fields.LONGEST_DESCRIPTION],
        service=_text(body, "service") or None,
        severity=_text(body, "severity") or None,
        source=_text(body, "source")[: fields.LONGEST_SOURCE] or None,
        starts_at=_starts_at(body),
        tags=fields.texts(_object(body, "tags")),
        links=_links(body),
        payload=_payload(body),
    )


def _title(body: Mapping[str, Any], title_if_unknown: str) -> str:
    if "title" not in body:
        return fields.title(title_if_unknown) or "Alert"
    title = body["title"]
    if not isinstance(title, str):
        raise BadAlert("title must be text.", "title")
    short = fields.title(title)
    if not short:
        raise BadAlert("The title is empty. Say in a few words what is wrong.", "title")
    return short


def _payload(body: Mapping[str, Any]) -> dict[str, Any]:
    """The sender's own, with what else the body says: unknown fields, and a title that had to be cut."""
    kept = {name: value for name, value in body.items() if name not in KNOWN}
    if len(body.get("title", "")) > fields.LONGEST_TITLE:
        kept["title"] = body["title"]
    return kept | dict(_object(body, "payload"))


def _text(body: Mapping[str, Any], field: str) -> str:
    value = body.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadAlert(f"{field} must be text.", field)
    return value


def _object(body: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    value = body.get(field)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadAlert(f"{field} must be an object.", field)
    return value


def _status(body: Mapping[str, Any]) -> AlertStatus:
    value = body.get("status")
    if value is None:
        return AlertStatus.FIRING
    if value not in ("firing", "resolved"):
        raise BadAlert("status must be firing or resolved.", "status")
    return AlertStatus(value)


def _starts_at(body: Mapping[str, Any]) -> datetime | None:
    value = _text(body, "starts_at")
    try:
        return fields.instant(value) if value else None
    except ValueError as error:
        raise BadAlert(
            "starts_at must be an ISO 8601 time such as 2026-11-21T02:47:00Z.", "starts_at"
        ) from error


def _links(body: Mapping[str, Any]) -> tuple[Link, ...]:
    value = body.get("links")
    if value is None:
        return ()
    if not isinstance(value, list) or not all(_is_link(one) for one in value):
        raise BadAlert('links must be a list such as [{"text": "Graph", "url": "https://…"}].', "links")
    return fields.links(*((one.get("text") or "", one["url"]) for one in value))


def _is_link(value: object) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("url"), str)
        and isinstance(value.get("text"), str | None)
    )
