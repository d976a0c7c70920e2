"""A sender's words for services and severities become ours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.ids import ServiceId, SeverityId
from bot.core.words import service_of, severity_of
from tests.company import CHECKOUT, SEV1, SEV3, company
from tests.ingest.captured import GENERIC

NAMED = replace(
    company(),
    services={**company().services, CHECKOUT: replace(company().services[CHECKOUT], name="Check out")},
    severities={
        **company().severities,
        SEV3: replace(company().severities[SEV3], name="Minor"),
    },
)


@pytest.mark.parametrize(
    ("said", "service"),
    [
        ("search", "search"),
        (" SEARCH ", "search"),
        ("check OUT", "checkout"),
        ("billing", "billing"),  # not configured: shown, and paged by the default policy
        ("x" * 300, "x" * 200),
        (None, "checkout"),
        ("", "checkout"),
        ("  ", "checkout"),
    ],
)
def test_a_service_is_known_by_id_or_name_else_the_integrations(said: str | None, service: str) -> None:
    assert service_of(NAMED, GENERIC, said) == ServiceId(service)


@pytest.mark.parametrize(
    ("said", "severity"),
    [
        ("critical", SEV1),
        ("Warning ", SEV3),
        ("sev2", "SEV2"),
        ("minor", SEV3),
        ("blocker", None),
        (None, None),
    ],
)
def test_a_severity_is_mapped_or_known_by_id_or_name(said: str | None, severity: str | None) -> None:
    assert severity_of(NAMED, GENERIC, said) == (SeverityId(severity) if severity else None)
