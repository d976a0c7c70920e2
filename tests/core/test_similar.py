"""What is taken for the same incident before another one is declared."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.core import similar
from bot.core.ids import IncidentId, ServiceId, SeverityId, UserId
from bot.core.incident import Incident, IncidentStatus

CHECKOUT, SEARCH = ServiceId("checkout"), ServiceId("search")
KNOWN = Incident(
    IncidentId(9),
    "Checkout errors after the release",
    SeverityId("SEV2"),
    IncidentStatus.INVESTIGATING,
    UserId("UCAROL"),
    datetime(2026, 11, 21, 2, 47, tzinfo=UTC),
    service=CHECKOUT,
)


@pytest.mark.parametrize(
    ("title", "service", "expected"),
    [
        ("Something else entirely", CHECKOUT, True),
        ("Something else entirely", SEARCH, False),
        ("Something else entirely", None, False),
        ("checkout ERRORS", None, True),
        ("Errors, checkout!", SEARCH, True),
        ("Errors on search", None, False),  # one of two words
        ("Errors", None, True),
        ("It is the release", None, True),  # small words do not count
        ("It is on the", None, False),
        ("", None, False),
        ("", CHECKOUT, True),
    ],
)
def test_the_same_service_or_a_title_that_says_the_same(
    title: str, service: ServiceId | None, expected: bool
) -> None:
    assert bool(similar.similar(title, service, [KNOWN])) is expected


def test_at_most_three_are_shown_in_their_order() -> None:
    many = [replace(KNOWN, id=IncidentId(number)) for number in range(5)]
    assert [found.id for found in similar.similar("", CHECKOUT, many)] == [0, 1, 2]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Checkout is down", CHECKOUT),
        ("The shop's cart is down", CHECKOUT),
        ("checkout and search are down", None),
        ("Prechecked", None),
        ("", None),
    ],
)
def test_a_title_that_names_one_service_means_it(title: str, expected: ServiceId | None) -> None:
    services = ((CHECKOUT, "cart"), (SEARCH, "search"))
    assert similar.likely_service(title, services) == expected
