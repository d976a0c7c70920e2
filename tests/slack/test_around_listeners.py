"""What happens around every listener: patience, kind words, once, and by whom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.core.page import PageState
from bot.slack import ids
from bot.slack.render.message import Message, actions, button, section
from bot.store.database import Database
from tests.slack.office import Hands, Office, eventually
from tests.slack.test_incident_story import declare


@asynccontextmanager
async def locked(office: Office) -> AsyncIterator[None]:
    """Another process holds the database's write lock."""
    other = Database(office.db.url.render_as_string(hide_password=False), office.clock)
    async with other.write():
        yield
    await other.close()


async def post(office: Office, message: Message) -> None:
    user = office.catalogue().people["ana"].user_id  # type: ignore[index]
    assert user is not None
    channel = await office.gateway.direct(user)
    await office.gateway.call(
        "chat.postMessage", channel=channel, text=message.text, blocks=list(message.blocks)
    )


async def test_a_click_while_the_database_is_locked_is_acked_and_the_truth_follows(
    office: Office, people: Hands
) -> None:
    page = await office.page()
    await people.sees("ana", "Error rate")
    await office.quiet()
    async with locked(office):
        done = await people.click("ana", "Acknowledge", "@Tocsin")
        assert done["acked"]
        assert 1900 < done["ack_ms"] < 3000
        await people.sees("ana", "Not saved yet")
        assert (await office.page_now(page.id)).state is PageState.TRIGGERED
    await people.sees("ana", "has it: acknowledged")
    assert (await office.page_now(page.id)).state is PageState.ACKNOWLEDGED


async def test_a_form_sent_while_the_database_is_locked_waits_in_sight(office: Office, people: Hands) -> None:
    await people.command("dave", "/incident declare Checkout is down")
    await office.quiet()
    async with locked(office):
        sent = await people.submit("dave", Severity="SEV1", Service="checkout")
        assert sent["acked"]
        assert sent["response_action"] == "update"
        assert "Not saved yet" in str(await people.look("views", **{"as": "dave"}))
    await people.sees("dave", "INC-1 is recorded", "#general")

    async def told() -> bool:
        return "INC-1 is recorded" in str(await people.look("views", **{"as": "dave"}))

    await eventually(told, "the modal says that it is recorded")


async def test_a_click_in_a_modal_while_the_database_is_locked_is_told_in_its_place(
    office: Office, people: Hands
) -> None:
    await declare(people)
    channel = f"#{(await people.channel('dave', 'inc-1-'))['name']}"
    await people.sees("dave", "🚨 INC-1", channel)
    await people.click("dave", "incident_more", channel, option="More…")
    await office.quiet()
    async with locked(office):
        await people.click("dave", "incident_do:ack")
        assert "Not saved yet" in str(await people.look("views", **{"as": "dave"}))

    async def told() -> bool:
        return "You have P-1" in str(await people.look("views", **{"as": "dave"}))

    await eventually(told, "the modal says who has it")


async def test_a_form_whose_answer_is_silence_says_that_it_is_saved(office: Office, people: Hands) -> None:
    await declare(people)
    channel = f"#{(await people.channel('dave', 'inc-1-'))['name']}"
    await people.sees("dave", "🚨 INC-1", channel)
    await people.command("dave", "/incident severity", channel)
    await office.quiet()
    async with locked(office):
        await people.submit("dave", Severity="SEV2")

    async def told() -> bool:
        return "It is saved now" in str(await people.look("views", **{"as": "dave"}))

    await eventually(told, "the modal says that it is saved")
    assert (await office.incident()).severity == "SEV2"


async def test_a_form_that_slack_opens_too_late_is_said_kindly(office: Office, people: Hands) -> None:
    await people.fault(method="views.open", error="expired_trigger_id", times=1)
    answer = await people.command("dave", "/incident declare Checkout is down")
    assert answer["acked"]
    told = await people.sees("dave", "Nothing was lost; please try again", "#general")
    assert told["ephemeral"]


async def test_a_form_opens_while_the_database_is_locked(office: Office, people: Hands) -> None:
    await office.quiet()
    async with locked(office):
        opened = await people.command("dave", "/incident declare Checkout is down")
    assert opened["view"]["callback_id"] == "declare"


async def test_our_mistake_becomes_an_id_and_a_kind_word(office: Office, people: Hands) -> None:
    broken = button("Break", ids.PAGE_ACKNOWLEDGE, "no number")
    await post(office, Message("Try", (section("Try"), actions([broken]))))
    done = await people.click("ana", "Break", "@Tocsin")
    assert done["acked"]
    told = await people.sees("ana", "Something went wrong on our side (id ")
    assert "Nothing was lost" in told["plain"]


async def test_a_button_that_nothing_listens_for_is_acked(office: Office, people: Hands) -> None:
    strange = button("Strange", "of_an_older_version", "1")
    await post(office, Message("Try", (section("Try"), actions([strange]))))
    done = await people.click("ana", "Strange", "@Tocsin")
    assert done["acked"]


async def test_a_link_button_needs_no_answer(office: Office, people: Hands) -> None:
    link = button("Runbook", f"{ids.LINK}_runbook", "1")
    await post(office, Message("Try", (section("Try"), actions([link]))))
    done = await people.click("ana", "Runbook", "@Tocsin")
    assert done["acked"]


async def test_a_guest_gets_one_kind_sentence(office: Office, people: Hands) -> None:
    await office.page()
    await people.sees("ana", "Error rate")
    await people.do("people", name="ana", restricted=True)

    async def refused() -> bool:
        answer = await people.command("ana", "/incident declare Checkout is down")
        return "Only full members" in str(answer.get("reply"))

    await eventually(refused, "Slack told that ana is a guest now")
    await people.click("ana", "Acknowledge", "@Tocsin")
    told = await people.sees("ana", "Only full members of this workspace may answer pages")
    assert told["ephemeral"]
    assert (await office.page_now(1)).state is PageState.TRIGGERED  # type: ignore[arg-type]


async def test_a_refusal_of_a_form_is_said_at_its_first_field(office: Office, people: Hands) -> None:
    await declare(people)
    channel = f"#{(await people.channel('dave', 'inc-1-'))['name']}"
    await people.sees("dave", "🚨 INC-1", channel)
    await people.command("dave", "/incident update", channel)
    await people.command("ana", "/incident resolve INC-1")
    await people.submit("ana", **{"What happened?": "A bad release"})
    refused = await people.submit("dave", Update="still looking")
    assert "is resolved" in refused["errors"]["text"]


@pytest.mark.parametrize("kind", ["command", "form"])
async def test_an_envelope_that_comes_twice_is_acted_on_once(
    office: Office, people: Hands, kind: str
) -> None:
    await people.fault(socket="duplicate")
    await declare(people)
    await people.sees("dave", "INC-1 is recorded", "#general")
    channel = f"#{(await people.channel('dave', 'inc-1-'))['name']}"
    await people.sees("dave", "🚨 INC-1", channel)
    if kind == "command":
        await people.command("dave", "/incident update rolling back", channel)
    else:
        await people.command("dave", "/incident update", channel)
        await people.submit("dave", Update="rolling back")
    await people.mend()
    await people.sees("dave", "rolling back", channel)
    await office.quiet()
    assert (await office.facts()).count("update_posted") == 1
    assert len(await incidents(people)) == 1


async def incidents(people: Hands) -> list[Any]:
    found = await people.look("channels", **{"as": "dave"})
    return [channel for channel in found if channel["name"].startswith("inc-")]
