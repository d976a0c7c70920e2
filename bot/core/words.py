"""A sender's words become ours: which service it means, how bad it is."""

from __future__ import annotations

from bot.core.catalogue import Catalogue, Integration
from bot.core.ids import ServiceId, SeverityId


def service_of(catalogue: Catalogue, integration: Integration, said: str | None) -> ServiceId | None:
    """The service that the sender named, by id or shown name; else the integration's default.

    A name that is not configured is kept, so that people see it; its page goes to the default policy.
    """
    word = said.strip().casefold() if said else ""
    if not said or not word:
        return integration.service
    return catalogue.service_by_word.get(word) or ServiceId(said.strip()[:200])


def severity_of(catalogue: Catalogue, integration: Integration, said: str | None) -> SeverityId | None:
    """The sender's word by the integration's table, or one of our own severities' names."""
    if not said:
        return None
    word = said.strip().casefold()
    mapped = integration.severities.get(word)
    if mapped:
        return mapped
    ours = catalogue.severities.values()
    return next((s.id for s in ours if word in (s.id.casefold(), s.name.casefold())), None)
