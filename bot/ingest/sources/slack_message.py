"""A message that a bot or an incoming webhook posted in a watched channel, as one alert.

A message has no key: it is made from the text without what tells firing from resolved, so that both meet.
Alertmanager's default title is `[FIRING:2] name group labels (common labels)` and `[RESOLVED] …`.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Mapping
from typing import Any

from bot.core.alert import AlertStatus, IncomingAlert, Link
from bot.ingest.sources import generic

_STATE = re.compile(r"^\s*\[(FIRING|RESOLVED)(?::\s*\d+)?\]\s*", re.IGNORECASE)
_OVER = re.compile(
    r"^\W*(resolved|recovered|ok|back to normal|closed)\b|\b(is|has|was) (now )?(resolved|recovered)\b",
    re.IGNORECASE,
)
_LEADING_WORD = re.compile(
    r"^\W*(resolved|recovered|triggered|firing|alert|alerting|ok|closed|opened)\b\W*", re.IGNORECASE
)
_LINK = re.compile(r"<(https?://[^|>]+)(?:\|([^>]*))?>")
_MENTION = re.compile(r"<[@#!]([^>|]*)(?:\|([^>]*))?>")


def recognises(payload: object) -> bool:
    """A Slack message event."""
    return isinstance(payload, dict) and payload.get("type") == "message" and "channel" in payload


def parse(payload: object, title_if_unknown: str) -> tuple[IncomingAlert, ...]:
    """One alert a message; never empty."""
    assert isinstance(payload, dict)
    attachment = _first(payload.get("attachments"))
    body = plain(str(payload.get("text") or "")) or _blocks_text(payload.get("blocks"))
    heading = plain(
        str(attachment.get("title") or attachment.get("pretext") or attachment.get("fallback") or "")
    )
    lines = [line for line in (body or heading).splitlines() if line.strip()]
    title = " ".join((lines[0] if lines else heading or title_if_unknown).split())
    detail = "\n".join(lines[1:]) if body else plain(str(attachment.get("text") or ""))
    if body and heading and heading != title:
        detail = "\n".join(
            part for part in (detail, heading, plain(str(attachment.get("text") or ""))) if part
        )
    subject = _STATE.sub("", title) or title
    return (
        IncomingAlert(
            title=subject[: generic.LONGEST_TITLE],
            status=_status(title, attachment),
            dedup_key=_key(str(payload["channel"]), subject),
            description=detail[: generic.LONGEST_DESCRIPTION],
            source=_source(payload),
            links=_links(payload, attachment),
            payload=_kept(payload),
        ),
    )


def plain(text: str) -> str:
    """Slack's markup as people read it: links by their text, mentions by their name, entities undone."""
    text = _LINK.sub(lambda found: found[2] or found[1], text)
    text = _MENTION.sub(lambda found: "@" + (found[2] or found[1]), text)
    return html.unescape(text).strip()


def _first(value: object) -> Mapping[str, Any]:
    return value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else {}


def _status(title: str, attachment: Mapping[str, Any]) -> AlertStatus:
    told = _STATE.match(title)
    if told:
        return AlertStatus.RESOLVED if told[1].upper() == "RESOLVED" else AlertStatus.FIRING
    over = _OVER.search(title) is not None and attachment.get("color") not in ("danger", "warning")
    return AlertStatus.RESOLVED if over else AlertStatus.FIRING


def _key(channel: str, subject: str) -> str:
    same = re.sub(r"\s*\b(is|has|was) (now )?(resolved|recovered)\b\W*", "", subject, flags=re.IGNORECASE)
    same = _LEADING_WORD.sub("", same)
    same = " ".join(same.casefold().split())
    return hashlib.sha256(f"{channel}\x1f{same}".encode()).hexdigest()[:32]


def _source(payload: Mapping[str, Any]) -> str | None:
    profile = payload.get("bot_profile")
    name = payload.get("username") or (profile.get("name") if isinstance(profile, dict) else None)
    return str(name)[:200] if name else None


def _links(payload: Mapping[str, Any], attachment: Mapping[str, Any]) -> tuple[Link, ...]:
    found: dict[str, Link] = {}
    candidates = [(_source(payload) or "Source", str(attachment.get("title_link") or ""))]
    texts = (str(payload.get("text") or ""), str(attachment.get("text") or ""))
    candidates += [(m[2] or "Link", html.unescape(m[1])) for text in texts for m in _LINK.finditer(text)]
    for text, url in candidates:
        for one in generic.link(text, url):
            found.setdefault(one.url, one)
    return tuple(found.values())[:5]


def _blocks_text(blocks: object) -> str:
    """The first texts of a message that has only blocks."""
    if not isinstance(blocks, list):
        return ""
    texts = [_block_text(block) for block in blocks if isinstance(block, dict)]
    return "\n".join(text for text in texts if text)


def _block_text(block: Mapping[str, Any]) -> str:
    if block.get("type") == "rich_text":
        return _rich_text(block.get("elements"))
    text = block.get("text")
    fields = block.get("fields")
    parts = [text, *(fields if isinstance(fields, list) else [])]
    return "\n".join(
        plain(str(part["text"])) for part in parts if isinstance(part, dict) and part.get("text")
    )


def _rich_text(elements: object) -> str:
    if not isinstance(elements, list):
        return ""
    parts = []
    for element in elements:
        if isinstance(element, dict):
            parts.append(
                str(element.get("text") or element.get("url") or "") + _rich_text(element.get("elements"))
            )
    return "".join(parts)


def _kept(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: payload[key]
        for key in ("channel", "ts", "text", "attachments", "bot_id", "username")
        if key in payload
    }
