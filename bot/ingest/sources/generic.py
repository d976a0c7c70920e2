"""Tocsin's own JSON (one alert or a list), and any other JSON, which is shown raw."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.core.alert import AlertStatus, IncomingAlert, Link
from bot.ingest.sources.body import BadAlert

MOST_ALERTS = 1000
LONGEST_TITLE = 500
LONGEST_KEY = 500
LONGEST_DESCRIPTION = 20_000


def recognises(payload: object) -> bool:
    """Whether it is our own shape: an object with a title, or a list of such."""
    if isinstance(payload, list):
        return bool(payload) and all(_is_ours(one) for one in payload)
    return _is_ours(payload)


def parse(payload: object, title_if_unknown: str) -> tuple[IncomingAlert, ...]:
    """Raises `BadAlert` when a known field has the wrong type, or a list is empty or too long."""
    if isinstance(payload, list):
        if not payload:
            raise BadAlert("The list is empty. Send at least one alert.")
        if len(payload) > MOST_ALERTS:
            raise BadAlert(f"The list has {len(payload)} alerts. Send at most {MOST_ALERTS} at once.")
    if not recognises(payload):
        return (raw(payload, title_if_unknown),)
    ours = payload if isinstance(payload, list) else [payload]
    return tuple(_alert(one) for one in ours if isinstance(one, dict))


def raw(payload: object, title: str) -> IncomingAlert:
    """What nobody recognises, as it came."""
    shown = json.dumps(payload, ensure_ascii=False, indent=1)
    kept = payload if isinstance(payload, dict) else {"body": payload}
    return IncomingAlert(title=title, description=shown[:LONGEST_DESCRIPTION], payload=kept)


def _is_ours(payload: object) -> bool:
    return isinstance(payload, dict) and "title" in payload


def _alert(body: Mapping[str, Any]) -> IncomingAlert:
    title = _text(body, "title")
    if not title.strip():
        raise BadAlert("The title is empty. Say in a few words what is wrong.", "title")
    payload = dict(body.get("payload") or {}) if isinstance(body.get("payload"), dict) else None
    if payload is None and body.get("payload") is not None:
        raise BadAlert("payload must be an object.", "payload")
    short = " ".join(title.split())
    kept = payload or {}
    if len(short) > LONGEST_TITLE:
        kept = kept | {"title": title}
    return IncomingAlert(
        title=short[:LONGEST_TITLE],
        status=_status(body),
        dedup_key=_text(body, "dedup_key")[:LONGEST_KEY] or None,
        description=_text(body, "description")[:LONGEST_DESCRIPTION],
        service=_text(body, "service") or None,
        severity=_text(body, "severity") or None,
        source=_text(body, "source")[:200] or None,
        starts_at=_instant(body, "starts_at"),
        tags=_tags(body),
        links=_links(body),
        payload=kept,
    )


def _text(body: Mapping[str, Any], field: str) -> str:
    value = body.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadAlert(f"{field} must be text.", field)
    return value


def _status(body: Mapping[str, Any]) -> AlertStatus:
    value = body.get("status")
    if value is None:
        return AlertStatus.FIRING
    if value not in ("firing", "resolved"):
        raise BadAlert("status must be firing or resolved.", "status")
    return AlertStatus(value)


def _instant(body: Mapping[str, Any], field: str) -> datetime | None:
    value = _text(body, field)
    if not value:
        return None
    at = instant(value)
    if at is None:
        raise BadAlert(f"{field} must be an ISO 8601 time such as 2026-11-21T02:47:00Z.", field)
    return at


def instant(value: str) -> datetime | None:
    """An ISO 8601 time as UTC; one without a zone is UTC; None when it is none, or before 1970."""
    try:
        at = datetime.fromisoformat(value)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year >= 1970 else None


def _tags(body: Mapping[str, Any]) -> dict[str, str]:
    value = body.get("tags")
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadAlert("tags must be an object of texts.", "tags")
    return {
        key: item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)
        for key, item in value.items()
    }


def _links(body: Mapping[str, Any]) -> tuple[Link, ...]:
    value = body.get("links")
    if value is None:
        return ()
    if not isinstance(value, list):
        raise BadAlert('links must be a list such as [{"text": "Graph", "url": "https://…"}].', "links")
    found = []
    for one in value:
        if not isinstance(one, dict) or not isinstance(one.get("url"), str):
            raise BadAlert(
                'Each link must be an object such as {"text": "Graph", "url": "https://…"}.', "links"
            )
        found += link(str(one.get("text") or "Link"), one["url"])
    return tuple(found)


def link(text: str, url: str) -> list[Link]:
    """A link that may be shown: http or https, not too long for a message; else none."""
    plain = (
        url.startswith(("http://", "https://")) and len(url) <= 2000 and not any(c in url for c in " <>|\n")
    )
    return [Link(text[:80], url)] if plain else []
