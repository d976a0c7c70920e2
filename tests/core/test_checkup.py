"""`tocsin doctor` finds what would leave somebody asleep, and what is merely odd."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.core.catalogue import Catalogue, Person, Provider, ProviderType, Service
from bot.core.checkup import Company, Finding, RunningPage, Topic, look
from bot.core.contact import ContactMethod, MethodKind
from bot.core.ids import ContactId, PageId, PersonId, PolicyId, ProviderId, ServiceId, UserId
from bot.core.policy import LastResort, Level, Policy, Target, TargetKind
from bot.core.provider_health import HealthKey, Trouble
from bot.core.schedule import all_changes
from bot.templates import mrkdwn, say
from tests.company import ANA, CHECKOUT, CHECKOUT_CRITICAL, FRANK, SEV1, SEV2
from tests.company import company as demo

NOW = datetime(2026, 11, 21, 2, 47, tzinfo=UTC)
CARRIER = Provider(ProviderId("carrier"), ProviderType.TWILIO, (MethodKind.SMS,))


def phone(user: UserId, number: int, **more: Any) -> ContactMethod:
    known = ContactMethod(
        ContactId(number), user, MethodKind.SMS, "+15005550006", verified_at=NOW, tested_at=NOW
    )
    return replace(known, **more)


def well(**changes: Any) -> Catalogue:
    """The demo company without anything to find: everybody has a tested phone, teams have owners."""
    known = demo()
    teams = {key: replace(team, owner=PersonId("frank")) for key, team in known.teams.items()}
    return replace(known, teams=teams, providers={CARRIER.id: CARRIER}, **changes)


def company(catalogue: Catalogue | None = None, **more: Any) -> Company:
    catalogue = catalogue or well()
    people = [person.user_id for person in catalogue.people.values() if person.user_id]
    methods = {user: (phone(user, number),) for number, user in enumerate(people, 1)}
    return replace(Company(catalogue, all_changes(), NOW, methods), **more)


def found(of: Company) -> list[tuple[Topic, str]]:
    return [(finding.topic, finding.subject) for finding in look(of)]


def changed(kind: str, key: str, **values: Any) -> Catalogue:
    """With one object of the company changed."""
    catalogue = well()
    objects = dict(getattr(catalogue, kind))
    objects[key] = replace(objects[key], **values)
    changes: dict[str, Any] = {kind: objects}
    return replace(catalogue, **changes)


def test_a_company_that_is_well_has_nothing_to_find() -> None:
    assert found(company()) == []


def test_whoever_has_no_account_is_serious_and_comes_first() -> None:
    catalogue = changed("people", "frank", reachable=False)
    catalogue = replace(
        catalogue, services={**catalogue.services, ServiceId("x"): Service(ServiceId("x"), "X")}
    )
    findings = look(company(catalogue))
    assert (Topic.NO_ACCOUNT, "Frank") in [(f.topic, f.subject) for f in findings]
    assert [finding.is_serious for finding in findings] == sorted(
        (finding.is_serious for finding in findings), reverse=True
    )
    assert (Topic.NO_OWNER, "X") in [(f.topic, f.subject) for f in findings]


def test_before_slack_has_told_only_that_is_said() -> None:
    catalogue = well()
    nobody = {key: replace(person, user_id=None) for key, person in catalogue.people.items()}
    assert found(company(replace(catalogue, people=nobody))) == [(Topic.NOBODY_KNOWN, "")]


def test_a_level_that_leads_to_nobody_now() -> None:
    gone = Level((Target(TargetKind.SCHEDULE, "nowhere"),))
    policy = replace(CHECKOUT_CRITICAL, levels=(*CHECKOUT_CRITICAL.levels, gone))
    catalogue = well(policies={**demo().policies, policy.id: policy})
    assert (Topic.EMPTY_LEVEL, "checkout-critical") in found(company(catalogue))


def test_slack_alone_wakes_nobody_and_a_phone_that_was_not_proved_does_not_count() -> None:
    unproved = {FRANK: (phone(FRANK, 1, verified_at=None),)}
    who = [subject for topic, subject in found(company(methods=unproved)) if topic is Topic.NOTHING_RINGS]
    assert "Frank" in who and "Ana" in who


@pytest.mark.parametrize(
    ("more", "topic"),
    [
        ({"tested_at": None}, Topic.UNTESTED),
        ({"tested_at": NOW - timedelta(days=91)}, Topic.UNTESTED),
        ({"problem": "the number is not in service"}, Topic.METHOD_FAILED),
        ({"kind": MethodKind.VOICE}, Topic.NO_CARRIER),
    ],
)
def test_a_method_that_may_not_work(more: dict[str, Any], topic: Topic) -> None:
    whole = company()
    assert found(replace(whole, methods={**whole.methods, ANA: (phone(ANA, 1, **more),)})) == [(topic, "Ana")]


def test_a_chain_that_jumps_from_the_first_responder_to_an_executive() -> None:
    catalogue = well()
    people = dict(catalogue.people)
    chief = Person(PersonId("gina"), "Gina", "gina", UserId("UGINA"))
    people[PersonId("gina")] = chief
    people[PersonId("frank")] = replace(people[PersonId("frank")], manager=chief.id)
    people[PersonId("erin")] = replace(people[PersonId("erin")], manager=PersonId("frank"))
    steep = Policy(
        PolicyId("platform-default"),
        "platform-default",
        (Level((Target(TargetKind.USER, "erin"),)), Level((Target(TargetKind.USER, "gina"),))),
        LastResort(2),
    )
    catalogue = replace(catalogue, people=people, policies={**catalogue.policies, steep.id: steep})
    whole = company(catalogue)
    assert (Topic.JUMP, "platform-default") in found(whole)
    gentle = replace(
        steep, levels=(steep.levels[0], Level((Target(TargetKind.USER, "frank"),)), steep.levels[1])
    )
    catalogue = replace(catalogue, policies={**catalogue.policies, steep.id: gentle})
    assert (Topic.JUMP, "platform-default") not in found(company(catalogue))


def test_where_everything_is_the_worst() -> None:
    assert (Topic.ALL_WORST, "checkout") in found(company(alerts={CHECKOUT: {SEV1: 12}}))
    assert found(company(alerts={CHECKOUT: {SEV1: 12, SEV2: 1}})) == []
    assert found(company(alerts={CHECKOUT: {SEV1: 3}})) == []


def test_a_policy_that_nothing_leads_to() -> None:
    other = replace(CHECKOUT_CRITICAL, id=PolicyId("other"), name="other")
    unused = well(policies={**demo().policies, other.id: other})
    assert found(company(unused)) == [(Topic.UNUSED_POLICY, "other")]
    main = replace(CHECKOUT_CRITICAL, last_resort=LastResort(policy=other.id))
    used = well(policies={**demo().policies, other.id: other, main.id: main})
    assert found(company(used)) == []


def test_a_page_that_runs_a_policy_as_it_was_and_people_who_are_gone() -> None:
    catalogue = well()
    as_it_is = catalogue.running_policies[CHECKOUT_CRITICAL.id]
    edited = replace(as_it_is, repeat=5)
    pages = (
        RunningPage(PageId(1), as_it_is, (ANA,)),
        RunningPage(PageId(2), edited, (ANA,)),
        RunningPage(PageId(3), replace(as_it_is, id=PolicyId("gone")), (UserId("UGONE"),)),
    )
    assert found(company(catalogue, open_pages=pages)) == [
        (Topic.OLD_POLICY, "P-2"),
        (Topic.OLD_POLICY, "P-3"),
        (Topic.PAGES_GONE, "P-3"),
    ]


def test_a_provider_that_does_not_answer_and_no_way_back_from_outside() -> None:
    trouble = Trouble(HealthKey("provider:carrier"), 3, NOW, "it answered 503")
    assert found(company(troubles=(trouble,), public_url=False)) == [
        (Topic.PROVIDER_DOWN, "carrier"),
        (Topic.NO_PUBLIC_URL, ""),
    ]


DETAIL = {
    "way": "payments-primary",
    "level": 2,
    "reasons": ("Nobody is on call",),
    "count": 2,
    "at": NOW,
    "method": "SMS",
    "ending": "…0006",
    "problem": "not in service",
    "kind": "provider",
    "reason": "it answered 503",
    "disabled": False,
    "to": "Gina",
    "severity": "SEV1",
    "policy": "checkout-critical",
    "deleted": True,
    "people": [ANA],
}


@pytest.mark.parametrize("topic", Topic)
def test_every_finding_is_a_sentence(topic: Topic) -> None:
    said = mrkdwn.plain(say("checkup", topic, Finding(topic, "checkout", DETAIL)), {})
    assert said.endswith(".") and len(said.split()) > 4
