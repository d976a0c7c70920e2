"""Tocsin's own JSON, one alert or a list of them; and anything else, shown as it came.

An alert is an object with a `title`, or at least the `dedup_key` of one:
`{"dedup_key"?, "status"?: "firing"|"resolved", "starts_at"?: ISO 8601, "title", "description"?, "service"?,
"severity"?, "source"?, "tags"?: {…}, "links"?: [{"text"?, "url"}], "payload"?: {…}}`. Further fields are kept in the
payload; a null is a field that is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from bot.core.alert import AlertStatus, IncomingAlert, Link
from bot.ingest.sources.fields import (
    DESCRIPTION_CHARACTERS,
    MOST_LINKS,
    NAME_CHARACTERS,
    TITLE_CHARACTERS,
    cut,
    hashed,
    instant,
    link,
    one_line,
    readable_json,
    short_key,
    texts,
)
from bot.ingest.sources.reading import BadAlert

KNOWN = frozenset(
    (
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
)
STATUSES = {"firing": AlertStatus.FIRING, "resolved": AlertStatus.RESOLVED}


def recognises(payload: object) -> bool:
    """Whether this is one alert in our own words."""
    return isinstance(payload, dict) and ("title" in payload or "dedup_key" in payload)


def parse(payload: object, title_if_unknown: str) -> tuple[IncomingAlert, ...]:
    """One alert for an object, one for each object of a list, one raw alert for anything else.

    Raises `BadAlert` for a known field of the wrong type, and for what says nothing at all (`{}`, `[]`, null, "").
    """
    if isinstance(payload, list) and payload and all(isinstance(each, dict) for each in payload):
        return tuple(_numbered(number, each, title_if_unknown) for number, each in enumerate(payload))
    return (_one(payload, title_if_unknown),)


def raw(payload: object, title: str) -> IncomingAlert:
    """What we don't know, shown as it came.

    Its key is a hash of what was said, not of the title that all of a sender's unknown bodies share: a second,
    different problem must not be taken for a repeat of the first.
    """
    said = orjson.dumps(payload, option=orjson.OPT_SORT_KEYS).decode()
    return IncomingAlert(
        title=one_line(title),
        dedup_key=hashed("raw", said),
        description=readable_json(payload),
        payload=payload if isinstance(payload, dict) else {"body": payload},
    )


def _numbered(number: int, payload: Mapping[str, Any], title_if_unknown: str) -> IncomingAlert:
    try:
        return _one(payload, title_if_unknown)
    except BadAlert as problem:
        raise problem.at(f"[{number}]") from problem


def _one(payload: object, title_if_unknown: str) -> IncomingAlert:
    if payload is None or payload in ({}, [], ""):
        raise BadAlert(None, "There is no alert in this body; an alert has at least a title.")
    if isinstance(payload, dict) and recognises(payload):
        return _alert(payload, title_if_unknown)
    return raw(payload, title_if_unknown)


def _alert(payload: Mapping[str, Any], title_if_unknown: str) -> IncomingAlert:
    key = _text(payload, "dedup_key").strip()
    title = _title(payload, title_if_unknown)
    kept = {name: value for name, value in payload.items() if name not in KNOWN}
    if len(title) > TITLE_CHARACTERS:
        kept["full_title"] = title
    return IncomingAlert(
        title=cut(title, TITLE_CHARACTERS),
        status=_status(payload),
        dedup_key=short_key(key) or None,
        description=cut(_text(payload, "description"), DESCRIPTION_CHARACTERS),
        service=_name(payload, "service"),
        severity=_name(payload, "severity"),
        source=_name(payload, "source"),
        starts_at=_starts_at(payload),
        tags=texts(_object(payload, "tags")),
        links=_links(payload),
        payload=kept | _object(payload, "payload"),
    )


def _title(payload: Mapping[str, Any], title_if_unknown: str) -> str:
    """The whole title on one line; an alert that is told by its key alone is called as its integration."""
    said = payload.get("title")
    if said is None and payload.get("dedup_key") is not None:
        return title_if_unknown
    if not isinstance(said, str):
        raise BadAlert("title", "title must be text.")
    title = " ".join(said.split())
    if not title:
        raise BadAlert("title", "title is empty; say in a few words what is wrong.")
    return title


def _text(payload: Mapping[str, Any], field: str) -> str:
    value = payload.get(field)
    if value is not None and not isinstance(value, str):
        raise BadAlert(field, f"{field} must be text.")
    return value or ""


def _name(payload: Mapping[str, Any], field: str) -> str | None:
    return one_line(_text(payload, field), NAME_CHARACTERS) or None


def _object(payload: Mapping[str, Any], field: str) -> dict[str, Any]:
    value = payload.get(field)
    if value is not None and not isinstance(value, dict):
        raise BadAlert(field, f"{field} must be an object.")
    return value or {}


def _status(payload: Mapping[str, Any]) -> AlertStatus:
    said = _text(payload, "status").strip().casefold() or "firing"
    if said not in STATUSES:
        raise BadAlert("status", 'status must be "firing" or "resolved".')
    return STATUSES[said]


def _starts_at(payload: Mapping[str, Any]) -> datetime | None:
    said = _text(payload, "starts_at")
    at = instant(said)
    if said and at is None:
        raise BadAlert("starts_at", "starts_at must be an ISO 8601 instant, such as 2026-11-21T02:47:00Z.")
    return at


def _links(payload: Mapping[str, Any]) -> tuple[Link, ...]:
    said = payload.get("links")
    if said is None:
        return ()
    if not isinstance(said, list):
        raise BadAlert("links", "links must be a list of objects with text and url.")
    found: list[Link] = []
    for number, each in enumerate(said):
        if not isinstance(each, dict) or not isinstance(each.get("url"), str):
            raise BadAlert(f"links[{number}]", "a link must be an object with text and url.")
        found.extend(link(_text(each, "text"), each["url"]))
    return tuple(found[:MOST_LINKS])
