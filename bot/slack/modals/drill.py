"""Which chain to look at: of which service, how bad, when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.core.catalogue import Severity
from bot.core.frozen import dataclass
from bot.core.ids import ServiceId, SeverityId
from bot.slack import ids
from bot.slack.modals import form


@dataclass(frozen=True)
class Chain:
    """None: the default policy, no severity, now."""

    service: ServiceId | None = None
    severity: SeverityId | None = None
    at: datetime | None = None


def view(services: Sequence[tuple[ServiceId, str]], severities: Sequence[Severity]) -> dict[str, Any]:
    """`services` by id and shown name."""
    blocks = []
    if services:
        element = form.choice(form.named(services), placeholder="The default policy")
        blocks.append(form.field("Service", "service", element, optional=True))
    element = form.choice(form.named([(one.id, one.name) for one in severities]), placeholder="None")
    blocks.append(form.field("Severity", "severity", element, optional=True))
    hint = "Left empty: now. Who is on call then is taken from the schedules."
    blocks.append(form.field("When it begins", "at", form.moment(), optional=True, hint=hint))
    return form.modal(ids.MODAL_DRILL, "Who would be paged?", blocks, "Show")


def read(submitted: Mapping[str, Any]) -> Chain:
    service, severity = form.chosen(submitted, "service"), form.chosen(submitted, "severity")
    at = form.moment_chosen(submitted, "at")
    return Chain(
        ServiceId(service) if service else None,
        SeverityId(severity) if severity else None,
        at.astimezone(UTC) if at else None,
    )
