"""Which incidents may be merged, what becomes of both, and where each fact came from."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core import linking, merging
from bot.core.facts import Fact, IncidentAbsorbed, NoteAdded, PageAcknowledged
from bot.core.ids import IncidentId, PageId, SeverityId, UserId, by_user
from bot.core.incident import Incident, IncidentStatus
from bot.core.merging import Refusal

NOW = datetime(2026, 11, 21, 2, 47, tzinfo=UTC)
ANA, BOB, CAROL = UserId("UANA"), UserId("UBOB"), UserId("UCAROL")
NINE = Incident(IncidentId(9), "Search", SeverityId("SEV2"), IncidentStatus.INVESTIGATING, ANA, NOW)
TWELVE = replace(NINE, id=IncidentId(12), title="Search is slow", declared_by=BOB, joined=(BOB, CAROL))


@pytest.mark.parametrize(
    ("merged", "survivor", "expected"),
    [
        (TWELVE, NINE, None),
        (TWELVE, replace(NINE, private=True), None),
        (replace(TWELVE, private=True), replace(NINE, private=True), None),
        (replace(TWELVE, private=True), NINE, Refusal.PRIVATE),
        (NINE, NINE, Refusal.ITSELF),
        (replace(TWELVE, status=IncidentStatus.MERGED, merged_into=NINE.id), NINE, Refusal.ALREADY),
        (replace(TWELVE, status=IncidentStatus.MERGED, merged_into=IncidentId(3)), NINE, Refusal.MERGED),
        (TWELVE, replace(NINE, status=IncidentStatus.MERGED, merged_into=TWELVE.id), Refusal.SURVIVOR_MERGED),
        (replace(TWELVE, status=IncidentStatus.RESOLVED), NINE, Refusal.OVER),
        (replace(TWELVE, status=IncidentStatus.CANCELED), NINE, Refusal.OVER),
        (TWELVE, replace(NINE, status=IncidentStatus.CLOSED), Refusal.SURVIVOR_OVER),
    ],
)
def test_what_may_be_merged(merged: Incident, survivor: Incident, expected: Refusal | None) -> None:
    assert merging.refusal(merged, survivor) is expected
    if expected is not None:
        assert merging.why_not(expected, merged, survivor).endswith((".", "INC-9."))


def test_links_relations_and_people_go_to_the_survivor_without_doubles() -> None:
    one = linking.add_link(TWELVE, "https://x.example/a", "A", BOB, NOW).incident
    one = linking.add_link(one, "https://x.example/b", "B", BOB, NOW).incident
    one = replace(one, related=(NINE.id, IncidentId(4)))
    two = linking.add_link(NINE, "https://x.example/a", "Graph", ANA, NOW).incident
    decision = merging.merge(one, two, (PageId(3),), CAROL, NOW)
    survivor = decision.survivor.incident
    assert [(link.text, link.url) for link in survivor.links] == [
        ("Graph", "https://x.example/a"),
        ("B", "https://x.example/b"),
    ]
    assert survivor.related == (IncidentId(4),)
    assert survivor.invited == (BOB, CAROL)
    over = decision.merged.incident
    assert (over.status, over.merged_into, over.resolved_by) == (IncidentStatus.MERGED, NINE.id, CAROL)


def test_nobody_of_a_public_incident_is_let_into_a_private_one() -> None:
    private = replace(NINE, private=True)
    assert merging.merge(TWELVE, private, (), ANA, NOW).survivor.incident.invited == ()


def test_facts_of_a_merged_incident_and_of_its_pages_until_they_moved_tell_their_origin() -> None:
    def note(incident: int, text: str) -> Fact:
        return NoteAdded(at=NOW, by=by_user(ANA), incident=IncidentId(incident), text=text)

    def acknowledged(page: int) -> Fact:
        return PageAcknowledged(at=NOW, by=by_user(ANA), page=PageId(page))

    absorbed = IncidentAbsorbed(
        at=NOW, by=by_user(ANA), incident=NINE.id, merged=TWELVE.id, title="x", pages=(PageId(3),)
    )
    facts = (
        note(9, "a"),
        note(12, "b"),
        acknowledged(3),
        acknowledged(1),
        absorbed,
        acknowledged(3),
        note(12, "c"),
    )
    assert merging.origins(facts, NINE.id) == (None, 12, 12, None, None, None, 12)


def test_a_page_that_moved_twice_comes_from_where_it_was_first() -> None:
    first = IncidentAbsorbed(
        at=NOW, by=by_user(ANA), incident=TWELVE.id, merged=IncidentId(13), title="x", pages=(PageId(3),)
    )
    second = replace(first, incident=NINE.id, merged=TWELVE.id, at=NOW + timedelta(minutes=1))
    page = PageAcknowledged(at=NOW, by=by_user(ANA), page=PageId(3))
    assert merging.origins((page, first, page, second, page), NINE.id) == (13, 12, 12, None, None)
