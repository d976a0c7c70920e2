"""A message that a bot or an incoming webhook posted in a watched channel, as one alert.

A message has no key: it is made from what the message is about without what tells firing from resolved, so that
both meet. A message is taken for resolved only when it says so in so many words: a page too many is better than none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.alert import AlertStatus, IncomingAlert, Link
from bot.core.frozen import dataclass
from bot.ingest.sources import fields, slack_text

_OVER = "resolved|recovered|recovery|ok|closed|back to normal"
_ON = "firing|alerting|alert|alarm|triggered|problem|opened"
_BEFORE = r"^(?:[^\w\[(:]|:[\w+-]+:)*"
"""Emoji and marks before the first word or bracket."""
_BRACKETED = re.compile(
    rf"{_BEFORE}[\[(](?:(?P<over>{_OVER})|{_ON})(?::\s*\d+)?(?:,\s*resolved:\s*\d+)?[\])]\s*(?:[:|–—-]\s+)?",
    re.IGNORECASE,
)
"""`[FIRING:2]`, `[RESOLVED]`, Grafana's `[FIRING:1, RESOLVED:1]`, `[OK]`."""
_SPOKEN = re.compile(
    rf"{_BEFORE}(?:(?P<over>{_OVER})|{_ON})(?: in (?:\d+ ?[a-z]+ ?)+)?"
    r"""(?:\s*:(?=["'\s]|$)|\s+[-–—|](?=\s)|[.!]?$)\s*""",
    re.IGNORECASE,
)
"""The word stands alone: `Resolved: x`, `OK - x`, Zabbix's `Resolved in 5m 3s: x`, but not `OK computer deployed`."""
_SHOUTED = re.compile(rf"{_BEFORE}(?P<over>RESOLVED|RECOVERED)\s+(?=\w)")
_ENDING = re.compile(
    r"\s+(?:is|was|has|has been)(?: now)? (?P<over>resolved|recovered)[\s.!✅]*$", re.IGNORECASE
)
_IN_DOUBT = re.compile(
    r"\b(?:not|never|no|nobody|nothing|if|whether|until|unless|when|before|after|once|check|cannot)\b|n['’]t\b",
    re.IGNORECASE,
)
_SEVERITIES = ("critical", "warning", "info")
_GREEN = "good"
"""Slack's own name for it. A green by number says nothing: people copy it from examples."""
_RED = ("danger", "warning")
_TS = re.compile(r"\d{1,11}\.\d{6}")
_CALL = re.compile(r"^(?:@(?:here|channel|everyone)\b[\s:,]*)+")


def recognises(payload: object) -> bool:
    """A Slack message event that says anything."""
    return (
        isinstance(payload, dict)
        and payload.get("type") == "message"
        and "channel" in payload
        and bool(_lines(payload, slack_text.objects(payload.get("attachments"))))
    )


def parse(payload: object, title_if_unknown: str) -> tuple[IncomingAlert, ...]:
    """One alert a message; never empty."""
    assert isinstance(payload, dict)
    attachments = slack_text.objects(payload.get("attachments"))
    lines = _lines(payload, attachments)
    group = _alertmanager_group(attachments[0]) if attachments else None
    subjects = [_subject(heading) for heading in _headings(lines, attachments)]
    about = tuple(" ".join(subject.casefold().split()) for subject, _ in subjects)
    channel = str(payload["channel"])
    return (
        IncomingAlert(
            title=next((short for text, _ in subjects if (short := fields.title(text))), "")
            or fields.title(title_if_unknown)
            or "Alert",
            status=_status([told for _, told in subjects], attachments),
            dedup_key=fields.digest(channel, *(group.key if group else about))[:32],
            description="\n".join(lines[1:])[: fields.LONGEST_DESCRIPTION],
            severity=group.severity if group else None,
            source=_source(payload),
            links=_links(payload, attachments),
            payload=_kept(payload),
            said_at=_said_at(payload.get("ts")),
        ),
    )


def _said_at(ts: object) -> datetime | None:
    """Slack's ts, unique in its channel and in the order of what was said there; envelopes come in any order."""
    if not isinstance(ts, str) or not _TS.fullmatch(ts):
        return None
    seconds, _, rest = ts.partition(".")
    return datetime.fromtimestamp(int(seconds), UTC) + timedelta(microseconds=int(rest))


def _status(told: Sequence[AlertStatus | None], attachments: Sequence[Mapping[str, Any]]) -> AlertStatus:
    """What the headings say; where they say nothing, Slack's `good` means that it is over."""
    if AlertStatus.FIRING in told:
        return AlertStatus.FIRING
    green = bool(attachments) and all(_colour(one) == _GREEN for one in attachments)
    return AlertStatus.RESOLVED if AlertStatus.RESOLVED in told or green else AlertStatus.FIRING


def _lines(payload: Mapping[str, Any], attachments: Sequence[Mapping[str, Any]]) -> list[str]:
    """All that the message says, each line once."""
    parts = [slack_text.plain(payload.get("text")), slack_text.blocks(payload.get("blocks"))]
    for one in attachments:
        parts += [slack_text.plain(one.get("title")), slack_text.attachment(one)]
    lines = (_CALL.sub("", " ".join(line.split())) for part in parts for line in part.splitlines())
    return [line for line in dict.fromkeys(lines) if line]


def _headings(lines: Sequence[str], attachments: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """What the message is about, with its colour: its first line, and the attachments' titles."""
    titles = {" ".join(slack_text.plain(one.get("title")).split()): _colour(one) for one in attachments}
    titles.pop("", None)
    first = {lines[0]: _colour(attachments[0]) if attachments else ""} if lines else {}
    return list((first | titles).items())


def _colour(attachment: Mapping[str, Any]) -> str:
    return str(attachment.get("color") or "")


def _subject(heading: tuple[str, str]) -> tuple[str, AlertStatus | None]:
    """What it is about without its state, and the state if it says one. A red message never says it is over."""
    text, colour = heading
    for pattern in (_BRACKETED, _SPOKEN, _SHOUTED, _ENDING):
        found = pattern.search(text[:5_000])
        if found is None or (pattern is _ENDING and _IN_DOUBT.search(text)):
            continue
        over = found["over"] is not None and (pattern is _BRACKETED or colour not in _RED)
        rest = (text[: found.start()] + text[found.end() :]).strip()
        return rest or text, AlertStatus.RESOLVED if over else AlertStatus.FIRING
    return text, None


@dataclass(frozen=True)
class _Group:
    """A group of Alertmanager's."""

    key: tuple[str, str]
    """What names it for good: its labels, and the URL with its receiver."""
    severity: str | None


def _alertmanager_group(attachment: Mapping[str, Any]) -> _Group | None:
    """Told by Alertmanager's default fallback, which also comes with a custom title; None for other senders.

    It is `[FIRING:2] <group's labels> (<labels common to its alerts>) | <URL>`. The common labels change as alerts
    join the group, the others do not.
    """
    told, _, url = slack_text.fallback(attachment).rpartition(" | ")
    found = _BRACKETED.match(told)
    if not found or url != slack_text.plain(attachment.get("title_link")):
        return None
    subject = told[found.end() :]
    group, _, common = subject.rpartition(" (") if subject.endswith(")") else (subject, "", "")
    severity = next((word for word in common.rstrip(")").split() if word in _SEVERITIES), None)
    return _Group((group.strip() or subject, url), severity)


def _source(payload: Mapping[str, Any]) -> str | None:
    profile = payload.get("bot_profile")
    name = payload.get("username") or (profile.get("name") if isinstance(profile, dict) else None)
    return str(name)[: fields.LONGEST_SOURCE] if name else None


def _links(payload: Mapping[str, Any], attachments: Sequence[Mapping[str, Any]]) -> tuple[Link, ...]:
    source = _source(payload) or "Source"
    found: list[tuple[str, object]] = [
        (source, slack_text.plain(one.get("title_link"))) for one in attachments
    ]
    for text in (payload.get("text"), *(one.get("text") for one in attachments)):
        found += slack_text.links(text)
    return fields.links(*found)[:5]


def _kept(payload: Mapping[str, Any]) -> dict[str, Any]:
    wanted = ("channel", "ts", "text", "blocks", "attachments", "bot_id", "username")
    return {key: payload[key] for key in wanted if key in payload}
