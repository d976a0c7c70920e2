"""`/oncall why`."""

from __future__ import annotations

from bot.core.contact import MethodKind
from bot.core.ids import PersonId
from bot.store import contacts
from tests.slack.office import Hands, Office


async def test_whoever_is_paged_is_told_why_and_what_comes_next(office: Office, people: Hands) -> None:
    await office.page("Error rate above 5 %")
    await people.sees("ana", "Error rate")
    told = (await people.command("ana", "/oncall why"))["reply"]["plain"]
    assert "P-1 Error rate above 5 %" in told
    assert "nobody has acknowledged it" in told
    assert "you are on call for payments-primary" in told
    assert "(payments-secondary) is paged at 02:50" in told
    await people.click("ana", "Acknowledge", "@Tocsin")
    taken = (await people.command("ana", "/oncall why"))["reply"]["plain"]
    assert "you have it, so it pages nobody" in taken


async def test_whoever_is_not_paged_is_told_so_with_their_shift(office: Office, people: Hands) -> None:
    await office.page("Error rate above 5 %")
    await people.sees("ana", "Error rate")
    told = (await people.command("frank", "/oncall why"))["reply"]["plain"]
    assert "No open page is on you" in told
    assert "on call" in told
    assert "P-1" not in told


async def test_why_tells_each_attempt_and_each_skip_with_its_reason(office: Office, people: Hands) -> None:
    ana = office.catalogue().people[PersonId("ana")].user_id
    assert ana is not None
    async with office.db.write() as tx:
        phone = await contacts.add(tx.conn, ana, MethodKind.SMS, "+491512345678", "", tx.now)
        await contacts.change(tx.conn, phone, verified_at=tx.now)
        await contacts.add(tx.conn, ana, MethodKind.VOICE, "+491512345678", "", tx.now)
    await office.page("Error rate above 5 %")
    await people.sees("ana", "Error rate")
    await office.quiet()
    told = (await people.command("ana", "/oncall why"))["reply"]["plain"]
    assert "Slack direct message: delivered at 02:47" in told
    assert "SMS …5678: comes at 02:50 UTC unless somebody acknowledges" in told
    assert "Call …5678: skipped (it is not verified yet)" in told
    modal = await people.click("ana", "Why was I paged?", "@Tocsin")
    assert "SMS …5678: comes at" in str(modal["view"]["blocks"])
    assert "+49151" not in str(modal["view"]["blocks"])
