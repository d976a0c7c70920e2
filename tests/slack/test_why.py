"""`/oncall why`."""

from __future__ import annotations

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
