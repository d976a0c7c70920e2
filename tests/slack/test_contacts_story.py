"""Ana sets up how she is reached, over the wire, and a page follows her rules."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.core.catalogue import Catalogue, Provider, ProviderType
from bot.core.contact import MethodKind
from bot.core.debts import Failed
from bot.core.ids import TOCSIN, PageId, PersonId, ProviderId
from bot.core.storm import BY_ONE_METHOD
from bot.store import contacts, pages
from bot.usecases import paging
from tests.company import CHECKOUT, SEV3
from tests.slack.office import Hands, Office

SMS = MethodKind.SMS
CARRIER = Provider(ProviderId("carrier"), ProviderType.TWILIO, (SMS, MethodKind.VOICE))


def with_carrier(company: Catalogue) -> Catalogue:
    return replace(company, providers={CARRIER.id: CARRIER})


def texts(view: dict[str, Any]) -> str:
    """Everything that a modal says."""
    return re.sub(r"\s+", " ", str([block.get("text") or block.get("elements") for block in view["blocks"]]))


async def add_number(office: Office, people: Hands) -> dict[str, Any]:
    """Ana's phone, with its code entered; answers the list as it is then."""
    await people.command("ana", "/oncall me")
    await people.click("ana", "How you are reached…", "#general")
    await people.click("ana", "Add a method")
    asks = await people.submit("ana", Kind="SMS", Address="0049 151 2345678", Name="private")
    assert "A code of six digits is on its way to *SMS +491512345678 (private)*" in texts(asks["view"])
    code = re.findall(r"\d{6}", (await office.carriers.sees(SMS, "Your Tocsin code")).text)[0]
    await office.quiet()
    wrong = await people.submit("ana", Code="1")
    assert "not the code" in wrong["errors"]["code"]
    answer: dict[str, Any] = await people.submit("ana", Code=code)
    return dict(answer["view"])


async def test_a_number_is_added_proved_tested_and_used_by_a_page(office: Office, people: Hands) -> None:
    await office.configure(with_carrier)
    listed = await add_number(office, people)
    assert "verified, never tested" in texts(listed)
    assert "SMS +491512345678 (private) after 3 min (the usual)" in texts(listed)

    tested = await people.click("ana", "contact_do", option="Test it")
    assert "did your phone ring" in texts(tested["view"])
    await office.carriers.sees(SMS, "This is a test")
    heard = await people.click("ana", "I heard it")
    assert "you heard a test" in texts(heard["view"])

    await people.click("ana", "Change…")  # of high urgency, the first
    saved = await people.submit("ana", **{"SMS +491512345678 (private)": "After 1 min"})
    assert "SMS +491512345678 (private) after 1 min" in texts(saved["view"])

    page = await office.page("Error rate above 5 %")
    await people.sees("ana", "Error rate")
    office.clock.forward(timedelta(minutes=1))
    office.engine.wake("reach")

    message = await office.carriers.sees(SMS, "Error rate above 5 %")
    assert message.to == "+491512345678"
    assert "you are on call for payments-primary" in message.text
    assert f"page:{page.id}" == message.thread
    assert message.link.startswith("https://tocsin.example.com/v1/p/")
    assert message.text.endswith(f"\n{message.link}"), "on a line of its own, for e-mail"


async def test_an_address_that_is_none_is_said_at_its_field(office: Office, people: Hands) -> None:
    await office.configure(with_carrier)
    await people.command("ana", "/oncall me")
    await people.click("ana", "How you are reached…", "#general")
    asked = await people.click("ana", "Add a method")
    assert "Not possible here yet: e-mail and push" in texts(asked["view"])
    refused = await people.submit("ana", Kind="SMS", Address="0151 2345678")
    assert "country code" in refused["errors"]["address"]


async def test_a_code_that_cannot_be_sent_is_told_with_the_reason(office: Office, people: Hands) -> None:
    await office.configure(with_carrier)
    office.carriers.answers[SMS] = Failed("this number takes no messages")
    await people.command("ana", "/oncall me")
    await people.click("ana", "How you are reached…", "#general")
    await people.click("ana", "Add a method")
    await people.submit("ana", Kind="SMS", Address="+49 151 2345678")
    told = await people.sees("ana", "did not go out")
    assert "this number takes no messages" in told["plain"]


async def test_in_a_storm_the_phone_rings_five_times_for_a_service(office: Office, people: Hands) -> None:
    ana = office.catalogue().people[PersonId("ana")].user_id
    assert ana is not None
    async with office.db.write() as tx:
        phone = await contacts.add(tx.conn, ana, SMS, "+491512345678", "", tx.now)
        await contacts.change(tx.conn, phone, verified_at=tx.now)
    begun = [await page_alone(office, f"Disk {number} is full") for number in range(8)]
    await office.quiet()
    office.clock.forward(timedelta(minutes=3))
    office.engine.wake("reach")
    await office.engine.idle()
    await office.quiet()
    assert len([message for kind, message in office.carriers.messages if kind is SMS]) == BY_ONE_METHOD
    told = [fact for fact in await office.facts_of(begun[-1]) if fact == "person_notified"]
    assert len(told) == 2, "Slack's message, and the SMS that was skipped"
    async with office.db.read() as conn:
        notes = [note for note in await pages.notifications(conn, begun[-1]) if note.method == SMS]
    assert [(note.state, "Slack tells the rest" in note.reason) for note in notes] == [("skipped", True)]


async def page_alone(office: Office, title: str) -> PageId:
    async with office.db.write() as tx:
        page = await paging.begin(
            tx, office.catalogue(), service=CHECKOUT, title=title, severity=SEV3, by=TOCSIN, group=False
        )
    return page.id
