"""What each source sends, as alerts: one pure leaf a source.

To add a source: (1) keep a real body of it under `tests/captures/`; (2) write a leaf here with `recognises` and
`parse`; (3) name it in `parse` below; (4) a test for each captured body; (5) its sentence in `docs/alert-sources.md`.
What no leaf recognises is shown raw; nothing is dropped.
"""

from __future__ import annotations

from bot.core.alert import IncomingAlert
from bot.core.catalogue import Integration, IntegrationType
from bot.ingest.sources import alertmanager, generic, slack_message
from bot.ingest.sources.body import BadAlert, decode

__all__ = ["BadAlert", "decode", "parse", "parse_body"]


def parse(integration: Integration, payload: object) -> tuple[IncomingAlert, ...]:
    """The alerts of one decoded body; at least one, or `BadAlert` with the field that is wrong."""
    if integration.type is IntegrationType.SLACK and slack_message.recognises(payload):
        return slack_message.parse(payload, integration.name)
    if alertmanager.recognises(payload):
        return alertmanager.parse(payload, integration.name)
    return generic.parse(payload, integration.name)


def parse_body(integration: Integration, body: bytes) -> tuple[IncomingAlert, ...]:
    """The alerts of one journaled body. Raises `BadAlert` for what was never accepted."""
    return parse(integration, decode(body))
