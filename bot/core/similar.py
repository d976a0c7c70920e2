"""Whether something new may be an open incident already: the same service, or titles that say the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.core.ids import ServiceId
from bot.core.incident import Incident

MOST_SHOWN = 3
_SMALL_WORDS = frozenset(
    ("a", "an", "and", "are", "at", "for", "from", "has", "in", "is", "it", "not", "of", "on", "the")
)


def similar(title: str, service: ServiceId | None, known: Iterable[Incident]) -> tuple[Incident, ...]:
    """Those of `known` that may be the same thing, in their order; at most three."""
    words = _words(title)
    found = [
        incident
        for incident in known
        if (service is not None and incident.service == service) or _alike(words, _words(incident.title))
    ]
    return tuple(found[:MOST_SHOWN])


def likely_service(title: str, services: Sequence[tuple[ServiceId, str]]) -> ServiceId | None:
    """The only service that the title names, by its id or shown name; None for none or several."""
    plain = title.casefold()
    named = [
        service
        for service, name in services
        if any(re.search(rf"\b{re.escape(word.casefold())}\b", plain) for word in (service, name))
    ]
    return named[0] if len(named) == 1 else None


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """More than half of the shorter one's words."""
    return bool(one and other) and 2 * len(one & other) > min(len(one), len(other))


def _words(title: str) -> frozenset[str]:
    plain = "".join(letter if letter.isalnum() else " " for letter in title.lower())
    return frozenset(plain.split()) - _SMALL_WORDS
