"""What each source's payload means. To add a source:

1. Put a body that it really sent into `tests/captures/`.
2. Write `sources/<name>.py`, pure: `recognises(payload)` tells the shape, `parse(payload, title_if_unknown)` reads it.
3. Give it a type in `core.catalogue.IntegrationType`, name it in `BY_TYPE` here, and in `BY_SHAPE` if the generic
   integration should tell it apart.
4. Add its row to `tests/ingest/test_sources.py` and its paragraph to `docs/alert-sources.md`.
"""

from __future__ import annotations

from typing import Protocol

from bot.core.alert import IncomingAlert
from bot.core.catalogue import Integration, IntegrationType
from bot.ingest.sources import alertmanager, generic, slack_message
from bot.ingest.sources.reading import BadAlert, raw_text, read

__all__ = ["BadAlert", "parse", "parse_body", "read"]


class Source(Protocol):
    """A leaf of this folder."""

    def recognises(self, payload: object) -> bool:
        """Whether the payload has this source's shape; `parse` relies on it."""
        ...

    def parse(self, payload: object, title_if_unknown: str) -> tuple[IncomingAlert, ...]:
        """What it says, never empty. Raises `BadAlert` for what the sender must mend."""
        ...


BY_TYPE: dict[IntegrationType, Source] = {
    IntegrationType.GENERIC: generic,
    IntegrationType.ALERTMANAGER: alertmanager,
    IntegrationType.SLACK: slack_message,
}
BY_SHAPE: tuple[Source, ...] = (alertmanager,)
"""Whose payloads are known at sight, for an integration of any type."""


def parse(integration: Integration, payload: object) -> tuple[IncomingAlert, ...]:
    """What a payload says: read by the integration's type, else by its shape, else as generic JSON or raw.

    Never empty. Raises `BadAlert` for what the sender must mend.
    """
    for source in (BY_TYPE[integration.type], *BY_SHAPE):
        if source.recognises(payload):
            return source.parse(payload, integration.name)
    return generic.parse(payload, integration.name)


def parse_body(integration: Integration, body: bytes) -> tuple[IncomingAlert, ...]:
    """What an accepted body says; one that can no longer be read is shown raw. Never empty, never raises."""
    try:
        return parse(integration, read(body))
    except BadAlert:
        return (generic.raw(raw_text(body), integration.name),)
