"""What is configured, as it is shown; a name that configuration no longer knows is shown as it is."""

from __future__ import annotations

from bot.core.catalogue import Catalogue, Severity
from bot.core.ids import IntegrationId, ServiceId, SeverityId
from bot.core.views import ServiceView

TERMINAL = "the terminal"
TOCSIN_NAME = "Tocsin"


def service_view(catalogue: Catalogue, service: ServiceId | None) -> ServiceView | None:
    if not service:
        return None
    known = catalogue.services.get(service)
    if known is None:
        return ServiceView(service)
    team = catalogue.teams.get(known.team) if known.team else None
    return ServiceView(
        known.name,
        team.name if team else "",
        known.tier,
        known.runbook,
        known.dashboard,
        team.texts if team else {},
    )


def service_name(catalogue: Catalogue, service: ServiceId | None) -> str:
    view = service_view(catalogue, service)
    return view.name if view else ""


def severity(catalogue: Catalogue, wanted: SeverityId) -> Severity:
    return catalogue.severities.get(wanted) or Severity(wanted, wanted, "", catalogue.rank(wanted))


def machine_name(catalogue: Catalogue, actor: str) -> str | None:
    """The shown name of an actor that is no person; None for a person."""
    kind, _, name = actor.partition(":")
    if kind == "user":
        return None
    if kind == "integration":
        integration = catalogue.integrations.get(IntegrationId(name))
        return integration.name if integration else name
    return TERMINAL if kind == "terminal" else TOCSIN_NAME
