"""A message that a bot or an incoming webhook posted in a watched Slack channel.

One message is one alert. A problem is known again by its headline without the words for its state: "[FIRING:2] Disk
full" and "[RESOLVED] Disk full" are one. It has no start time, so the rules for alerts without one apply.
https://docs.slack.dev/reference/events/message, https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.core.alert import AlertStatus, IncomingAlert, Link
from bot.ingest.sources.fields import (
    DESCRIPTION_CHARACTERS,
    MOST_LINKS,
    NAME_CHARACTERS,
    TITLE_CHARACTERS,
    cut,
    hashed,
    link,
    one_line,
)

_FIRING = (
    "firing|triggered|alerting|alert|problem|critical|error|warning|warn|down|unhealthy|no data|renotify"
)
_RESOLVED = "resolved|recovered|recovery|ok|closed|up|healthy|normal"
_COUNT = r"(?::\s*\d+)?"
_EMOJI = re.compile(r"^(?:\s*:[a-z0-9_+'-]+:\s*)+", re.IGNORECASE)
_BRACKETED = re.compile(
    rf"^\[(?P<states>(?:{_FIRING}|{_RESOLVED}){_COUNT}(?:,\s*(?:{_FIRING}|{_RESOLVED}){_COUNT})*)\]\s*",
    re.IGNORECASE,
)
_LED = re.compile(rf"^(?P<states>{_FIRING}|{_RESOLVED})(?:\s*[:|]\s*|\s+[-–—]\s+)", re.IGNORECASE)
_SAID_OVER = re.compile(
    r"\s*(?:[-–—:|]\s*|\b(?:is|are|has|have) (?:(?:now|been) )*)(?:resolved|recovered|back to normal)\s*[.!]?$",
    re.IGNORECASE,
)
_FIRING_WORD = re.compile(rf"\b(?:{_FIRING})\b", re.IGNORECASE)
HEADLINE_CHARACTERS = 2_000
"""What is looked at for words of state; no sender's headline is longer."""
_RESOLVED_COLOUR = "good"
"""Slack's own name for green. A green by number says nothing: people copy it from examples."""

_ALERTMANAGER = re.compile(r"^\[(?:FIRING:\d+|RESOLVED(?::\d+)?)\] ")
_COMMON_LABELS = re.compile(r"^(?P<group>.*\S) \((?P<labels>.*)\)$", re.DOTALL)
_SEVERITIES = ("critical", "warning", "info")

_REFERENCE = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


@dataclass(frozen=True)
class _Message:
    """What of a message counts: its headline, what is under it, and where it leads."""

    headline: str
    body: str
    url: str | None
    colour: str
    by_alertmanager: bool
    sender: str | None


@dataclass(frozen=True)
class _Headline:
    """What a headline says of its state, None when nothing; `problem` is what is left without those words."""

    shown: str
    """`[FIRING:2]` goes, since the state is shown beside it; `CRITICAL: …` is the sender's wording and stays."""
    problem: str
    state: AlertStatus | None


def recognises(payload: object) -> bool:
    """Whether this is a message event with anything in it."""
    return isinstance(payload, dict) and payload.get("type") == "message" and bool(_lines(payload))


def parse(payload: object, title_if_unknown: str) -> tuple[IncomingAlert, ...]:
    """One alert. The payload must be one that `recognises` knows."""
    assert isinstance(payload, dict)
    message = _read(payload)
    headline = _headline(message.headline)
    problem, severity = headline.problem, None
    if message.by_alertmanager and (labelled := _COMMON_LABELS.match(problem)):
        # The default title ends with the labels that the group's present alerts share; they change with them.
        problem, severity = labelled["group"], _severity(labelled["labels"])
    return (
        IncomingAlert(
            title=one_line(headline.shown, TITLE_CHARACTERS) or title_if_unknown,
            status=_status(headline, message),
            dedup_key=hashed("slack", message.sender or "", problem.casefold()),
            description=cut(message.body, DESCRIPTION_CHARACTERS),
            severity=severity,
            source="Alertmanager" if message.by_alertmanager else message.sender,
            links=_links(payload, message),
            payload=payload,
        ),
    )


def unescape(text: str) -> str:
    """Slack's text as a person reads it: links and mentions by their names, then `&lt;`, `&gt;` and `&amp;`."""
    text = _REFERENCE.sub(_named, text)
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text


def _named(reference: re.Match[str]) -> str:
    target, label = reference[1], reference[2]
    if target.startswith("!date^"):
        return label or target
    if target.startswith("!"):
        return label or f"@{target[1:].partition('^')[0]}"
    mark = target[:1] if target[:1] in ("@", "#") else ""
    return f"{mark}{label.removeprefix(mark)}" if label else target


def _read(event: Mapping[str, Any]) -> _Message:
    attachment = next(iter(_attachments(event)), {})
    lines = _lines(event)
    title = unescape(_text(attachment, "title")).strip()
    headline = title or lines[0]
    return _Message(
        headline=headline,
        body="\n".join(line for line in lines if line != headline),
        url=_text(attachment, "title_link") or None,
        colour=_text(attachment, "color").casefold(),
        by_alertmanager=_is_alertmanagers(attachment),
        sender=_sender(event),
    )


def _is_alertmanagers(attachment: Mapping[str, Any]) -> bool:
    """Alertmanager's default texts: its status in the title, and a fallback of title and link."""
    title, fallback = _text(attachment, "title"), _text(attachment, "fallback")
    return bool(_ALERTMANAGER.match(title)) and fallback.startswith(f"{title} | ")


def _lines(event: Mapping[str, Any]) -> list[str]:
    """Every line that a person sees, in order, each once: text, blocks, attachments; fallbacks when there is none."""
    attachments = _attachments(event)
    said = [_text(event, "text"), *_block_texts(event)]
    for each in attachments:
        said += [_text(each, "pretext"), _text(each, "title"), _text(each, "text"), *_fields(each)]
        said += _block_texts(each)
    if not any(text.strip() for text in said):
        said = [_text(each, "fallback") for each in attachments]
    lines = (line.strip() for text in said for line in unescape(text).splitlines())
    return list(dict.fromkeys(line for line in lines if line))


def _attachments(event: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return _objects(event.get("attachments"))


def _objects(values: Any) -> list[Mapping[str, Any]]:
    return [each for each in values if isinstance(each, dict)] if isinstance(values, list) else []


def _text(holder: Mapping[str, Any], name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""


def _fields(attachment: Mapping[str, Any]) -> Iterator[str]:
    for field in _objects(attachment.get("fields")):
        yield ": ".join(part for part in (_text(field, "title"), _text(field, "value")) if part)


def _block_texts(holder: Mapping[str, Any]) -> Iterator[str]:
    """The text of headers, sections and contexts; rich text repeats what `text` says."""
    for block in _objects(holder.get("blocks")):
        if block.get("type") in ("header", "section", "context"):
            parts = [block.get("text"), *_objects(block.get("fields")), *_objects(block.get("elements"))]
            yield from (_text(part, "text") for part in parts if isinstance(part, dict))


def _sender(event: Mapping[str, Any]) -> str | None:
    profile = event.get("bot_profile")
    name = _text(event, "username") or (_text(profile, "name") if isinstance(profile, dict) else "")
    return one_line(name, NAME_CHARACTERS) or None


def _headline(text: str) -> _Headline:
    """Find the state in a headline, wherever it stands: `[FIRING:2] …`, `Recovered: …`, `… is resolved`."""
    text = _EMOJI.sub("", one_line(text, HEADLINE_CHARACTERS)).strip()
    if said := _BRACKETED.match(text) or _LED.match(text):
        firing = _FIRING_WORD.search(said["states"]) is not None
        problem = text[said.end() :].strip() or text
        shown = problem if text.startswith("[") else text
        return _Headline(shown, problem, AlertStatus.FIRING if firing else AlertStatus.RESOLVED)
    if over := _SAID_OVER.search(text):
        return _Headline(text, text[: over.start()].strip() or text, AlertStatus.RESOLVED)
    return _Headline(text, text, None)


def _status(headline: _Headline, message: _Message) -> AlertStatus:
    """What the headline says; where it says nothing, Slack's `good` means that it is over."""
    if headline.state is not None:
        return headline.state
    return AlertStatus.RESOLVED if message.colour == _RESOLVED_COLOUR else AlertStatus.FIRING


def _severity(labels: str) -> str | None:
    """The severity among the label values that Alertmanager's default title lists."""
    return next((word for word in labels.split() if word in _SEVERITIES), None)


def _links(event: Mapping[str, Any], message: _Message) -> tuple[Link, ...]:
    first = link("Alertmanager" if message.by_alertmanager else "Open", message.url)
    others = (
        link(unescape(_text(each, "title")), each.get("title_link")) for each in _attachments(event)[1:]
    )
    return (first + tuple(found for links in others for found in links))[:MOST_LINKS]
