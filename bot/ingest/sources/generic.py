"""Tocsin's own JSON (one alert or a list), and any other JSON, which is shown raw."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from bot.core.alert import AlertStatus, IncomingAlert, Link
from bot.ingest.sources import fields
from bot.ingest.sources.body import BadAlert

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
    """Whether this is one alert in our own words: it has a title, or resolves a key."""
    return isinstance(payload, dict) and ("title" in payload or _resolves(payload))


def _resolves(body: Mapping[str, Any]) -> bool:
    return body.get("status") == "resolved" and bool(body.get("dedup_key"))


def parse(payload: object, title_if_unknown: str) -> tuple[IncomingAlert, ...]:
    """One alert for an object, one for each of a list of objects, one raw alert for anything else.

    Raises `BadAlert` for a known field of the wrong type, and for what says nothing at all (`{}`, `[]`, null, "").
    """
    if not isinstance(payload, list) or not all(isinstance(one, dict) for one in payload):
        return (_one(payload, title_if_unknown),)
    if not payload:
        raise BadAlert("The list is empty. Send at least one alert.")
    return tuple(_numbered(number, one, title_if_unknown) for number, one in enumerate(payload, 1))


def _numbered(number: int, payload: object, title_if_unknown: str) -> IncomingAlert:
    try:
        return _one(payload, title_if_unknown)
    except BadAlert as problem:
        raise BadAlert(f"Alert {number} of the list: {problem}", problem.field) from problem


def _one(payload: object, title_if_unknown: str) -> IncomingAlert:
    if payload is None or payload in ({}, ""):
        raise BadAlert("There is no alert in this body. Send a JSON object with a title.")
    if isinstance(payload, dict) and recognises(payload):
        return _alert(payload, title_if_unknown)
    return raw(payload, title_if_unknown)


def raw(payload: object, title: str) -> IncomingAlert:
    """What nobody recognises, as it came.

    Its key is a hash of what it says, not of the title that all such bodies of a sender share: a second, different
    problem must not be taken for a repeat of the first.
    """
    said = orjson.dumps(payload, option=orjson.OPT_SORT_KEYS).decode()
    shown = orjson.dumps(payload, option=orjson.OPT_INDENT_2).decode()
    kept = payload if isinstance(payload, dict) else {"body": payload}
    return IncomingAlert(
        title=fields.title(title) or "Alert",
        dedup_key=fields.digest("raw", said)[:32],
        description=shown[: fields.LONGEST_DESCRIPTION],
        payload=kept,
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
    match _text(body, "status").strip().casefold():
        case "" | "firing":
            return AlertStatus.FIRING
        case "resolved":
            return AlertStatus.RESOLVED
    raise BadAlert("status must be firing or resolved.", "status")


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
