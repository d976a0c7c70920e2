"""What is an address of the web, and what becomes of an incident's links."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.core import linking
from bot.core.ids import IncidentId, SeverityId, UserId
from bot.core.incident import Incident, IncidentStatus, Outcome

NOW = datetime(2026, 11, 21, 2, 47, tzinfo=UTC)
ANA = UserId("UANA")
INCIDENT = Incident(IncidentId(12), "x", SeverityId("SEV2"), IncidentStatus.INVESTIGATING, ANA, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "https://grafana.example.com/d/1?from=now-1h&to=now#panel",
        "http://localhost:3000",
        "https://10.0.0.7/x",
        "https://[2001:db8::1]:8443/",
        "https://user@example.com/a",
        "HTTPS://EXAMPLE.COM",
        "https://bücher.example/straße",
    ],
)
def test_an_address_of_the_web_is_taken(text: str) -> None:
    assert linking.is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "foo",
        "grafana.example.com",
        "ftp://example.com",
        "javascript:alert(1)",
        "https://",
        "https:///path",
        "https://exa mple.com",
        "https://example..com",
        "https://example.com:port/",
        "https://example.com/<!channel>",
        "https://example.com/\nx",
        "https://example.com/" + "x" * 1800,
    ],
)
def test_anything_else_is_not(text: str) -> None:
    assert not linking.is_address(text)


def test_the_same_address_is_one_link_and_may_be_renamed_removed_and_added_again() -> None:
    url = "https://x.example/a"
    one = linking.add_link(INCIDENT, url, "", ANA, NOW).incident
    assert [link.text for link in linking.standing(one)] == ["x.example"]
    assert linking.add_link(one, url, "x.example", ANA, NOW).outcome is Outcome.UNCHANGED
    renamed = linking.add_link(one, url, "Graph", ANA, NOW).incident
    assert [(link.text, link.removed) for link in renamed.links] == [("x.example", True), ("Graph", False)]
    removed = linking.remove_link(renamed, url, ANA, NOW).incident
    assert linking.standing(removed) == ()
    assert linking.remove_link(removed, url, ANA, NOW).outcome is Outcome.UNCHANGED
    again = linking.add_link(removed, url, "Graph", ANA, NOW).incident
    assert [(link.text, link.removed) for link in again.links] == [("x.example", True), ("Graph", False)]


def test_a_public_incident_does_not_tell_of_a_private_one() -> None:
    private = replace(INCIDENT, id=IncidentId(9), private=True)
    assert linking.relate(INCIDENT, private, ANA, NOW).outcome is Outcome.UNCHANGED
    assert linking.relate(private, INCIDENT, ANA, NOW).incident.related == (INCIDENT.id,)
