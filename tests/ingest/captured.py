"""The bodies in `tests/captures`, and the integrations that they are for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bot.core.catalogue import Integration
from bot.core.ids import IntegrationId
from tests.company import company

FOLDER = Path(__file__).parents[1] / "captures"

_INTEGRATIONS = company().integrations
GENERIC: Integration = _INTEGRATIONS[IntegrationId("demo-generic")]
ALERTMANAGER: Integration = _INTEGRATIONS[IntegrationId("demo-alertmanager")]
SLACK: Integration = _INTEGRATIONS[IntegrationId("demo-slack")]


def body(name: str) -> bytes:
    """The exact bytes that were sent."""
    raw: str = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))["body_raw"]
    return raw.encode()


def slack_event(name: str) -> dict[str, Any]:
    """What was sent to an incoming webhook, as the event in which Slack tells of it."""
    return message(**{key: value for key, value in json.loads(body(name)).items() if key != "channel"})


def message(**fields: Any) -> dict[str, Any]:
    """A message of a bot in the watched channel."""
    plain = {"type": "message", "subtype": "bot_message", "channel": "C0ALERTS", "bot_id": "B1", "text": ""}
    return plain | {"ts": "1795250027.000100"} | fields
