"""Modals on the sandbox's page: fields, errors, stacks, updates that keep what was typed, every kind of input."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from tests.sandbox import browsing
from tests.sandbox.browsing import (
    PHONE,
    Desk,
    Json,
    Told,
    button,
    field,
    messages,
    modal,
    mrkdwn,
    options,
    plain,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

TITLE = field("title", "Title", {"type": "plain_text_input", "initial_value": "Checkout is down"})
SEVERITY = field("severity", "Severity", {"type": "static_select", "options": options("SEV1", "SEV2")})
DETAIL = field("detail", "What is happening?", {"type": "plain_text_input", "multiline": True}, optional=True)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with browsing.browser() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def desk(browser: Browser) -> AsyncIterator[Desk]:
    async with browsing.desk(browser) as made:
        yield made


async def opened(desk: Desk, view: Json, **window: Any) -> Page:
    """A window of Ana's in which /incident has opened this modal."""

    @desk.app.command("/incident")
    async def incident(ack: AsyncAck, command: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=command["trigger_id"], view=view)

    await desk.connect()
    page = await desk.window("ana", "#general", **window)
    await page.get_by_label("Message #general").fill("/incident declare")
    await page.get_by_label("Message #general").press("Enter")
    await page.get_by_role("dialog", name=view["title"]["text"]).wait_for()
    return page


async def test_a_modal_is_filled_and_submitted_by_the_words_on_it(desk: Desk) -> None:
    told = Told()

    @desk.app.view("declare")
    async def declared(ack: AsyncAck, view: Json) -> None:
        await ack()
        told.hear({block: each["v"] for block, each in view["state"]["values"].items()})

    page = await opened(desk, modal("Declare an incident", TITLE, SEVERITY, DETAIL, callback_id="declare"))
    dialog = page.get_by_role("dialog", name="Declare an incident")
    await expect(dialog.get_by_label("Title")).to_be_focused()
    await expect(dialog.get_by_label("Title")).to_have_value("Checkout is down")
    await dialog.get_by_label("Title").fill("Checkout is slow")
    await dialog.get_by_label("Severity").click()
    await dialog.get_by_role("option", name="SEV2").click()
    await dialog.get_by_label("What is happening?").fill("5xx\nsince nine")
    await dialog.get_by_role("button", name="Declare").click()
    heard = await told.next()
    assert heard["title"]["value"] == "Checkout is slow"
    assert heard["severity"]["selected_option"]["value"] == "sev2"
    assert heard["detail"]["value"] == "5xx\nsince nine"
    await expect(dialog).to_be_hidden()


async def test_an_error_stands_under_its_field_and_nothing_typed_is_lost(desk: Desk) -> None:
    @desk.app.view("declare")
    async def refused(ack: AsyncAck) -> None:
        await ack(response_action="errors", errors={"title": "Say what is broken."})

    page = await opened(desk, modal("Declare an incident", TITLE, DETAIL, callback_id="declare"))
    await page.get_by_label("Title").fill("?")
    await page.get_by_label("What is happening?").fill("still here")
    await page.get_by_role("button", name="Declare").click()
    await expect(page.locator("[data-block-id=title] [role=alert]")).to_have_text("Say what is broken.")
    await expect(page.get_by_label("Title")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Title")).to_have_value("?")
    await expect(page.get_by_label("What is happening?")).to_have_value("still here")
    await page.get_by_label("What is happening?").fill("and here")
    await expect(page.locator("[data-block-id=title] [role=alert]")).to_have_text("Say what is broken.")
    await page.get_by_label("Title").fill("Checkout")
    await expect(page.locator("[data-block-id=title] [role=alert]")).to_be_empty()
    await expect(page.get_by_label("Title")).not_to_have_attribute("aria-invalid", "true")


async def test_a_required_field_left_empty_is_told_at_the_field(desk: Desk) -> None:
    page = await opened(desk, modal("Declare an incident", TITLE, SEVERITY, callback_id="declare"))
    await page.get_by_role("button", name="Declare").click()
    await expect(page.locator("[data-block-id=severity] [role=alert]")).not_to_be_empty()
    await expect(page.locator("[data-block-id=title] [role=alert]")).to_be_empty()


async def test_a_modal_that_nobody_answers_says_so_and_stays_open(desk: Desk) -> None:
    page = await opened(desk, modal("Declare an incident", TITLE, callback_id="declare"))
    await desk.disconnect()
    await page.get_by_label("Title").fill("kept")
    await page.get_by_role("button", name="Declare").click()
    await expect(page.get_by_text("We had some trouble connecting. Try again?")).to_be_visible()
    await expect(page.get_by_label("Title")).to_have_value("kept")


async def test_an_update_keeps_what_was_typed_where_ids_stay(desk: Desk) -> None:
    more = field("service", "Service", {"type": "plain_text_input"}, optional=True)
    switch = {"type": "actions", "block_id": "switch", "elements": [button("More", "more")]}

    @desk.app.action("more")
    async def widened(ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
        await ack()
        fresh = field("title2", "Title again", {"type": "plain_text_input", "initial_value": "fresh"})
        view = modal("Declare an incident", more, TITLE, fresh, switch, callback_id="declare")
        await client.views_update(view_id=body["view"]["id"], view=view)

    page = await opened(desk, modal("Declare an incident", TITLE, switch, callback_id="declare"))
    await page.get_by_label("Title").fill("typed by hand")
    await page.get_by_role("button", name="More").click()
    await expect(page.get_by_label("Service")).to_be_visible()
    await expect(page.get_by_label("Title", exact=True)).to_have_value("typed by hand")
    await expect(page.get_by_label("Title again")).to_have_value("fresh")


async def test_a_pushed_modal_goes_back_to_the_one_below(desk: Desk) -> None:
    told = Told()
    step = {"type": "actions", "block_id": "step", "elements": [button("Page someone", "page")]}

    @desk.app.action("page")
    async def pushed(ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.views_push(
            trigger_id=body["trigger_id"], view=modal("Page someone", DETAIL, notify_on_close=True)
        )

    @desk.app.view_closed(re.compile(".*"))
    async def closed(ack: AsyncAck, view: Json) -> None:
        await ack()
        told.hear(view["title"]["text"])

    page = await opened(desk, modal("Declare an incident", TITLE, step, callback_id="declare"))
    await page.get_by_role("button", name="Page someone").click()
    await expect(page.get_by_role("dialog", name="Page someone")).to_be_visible()
    await page.keyboard.press("Escape")
    assert await told.next() == "Page someone"
    await expect(page.get_by_role("dialog", name="Declare an incident")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_choice_in_a_modal_is_sent_to_the_app_at_once(desk: Desk) -> None:
    told = Told()
    service = field(
        "service",
        "Service",
        {"type": "static_select", "options": options("checkout", "search")},
        dispatch_action=True,
    )

    @desk.app.action("v")
    async def chosen(ack: AsyncAck, action: Json, body: Json) -> None:
        await ack()
        told.hear(
            (action["selected_option"]["value"], body["view"]["state"]["values"]["title"]["v"]["value"])
        )

    page = await opened(desk, modal("Declare an incident", TITLE, service, callback_id="declare"))
    await page.get_by_label("Title").fill("typed")
    await page.get_by_label("Service").select_option(label="search")
    assert await told.next() == ("search", "typed")


async def test_every_kind_of_input_arrives_as_slack_sends_it(desk: Desk) -> None:
    told = Told()

    @desk.app.view("all")
    async def submitted(ack: AsyncAck, view: Json) -> None:
        await ack()
        told.hear({block: each["v"] for block, each in view["state"]["values"].items()})

    @desk.app.options("v")
    async def services(ack: AsyncAck, payload: Json) -> None:
        known = ("checkout", "search")
        await ack(options=options(*(each for each in known if payload["value"] in each)))

    kinds: dict[str, Json] = {
        "email": {"type": "email_text_input"},
        "url": {"type": "url_text_input"},
        "number": {"type": "number_input", "is_decimal_allowed": False},
        "radio": {"type": "radio_buttons", "options": options("one", "two")},
        "ticks": {"type": "checkboxes", "options": options("red", "green", "blue")},
        "many": {"type": "multi_static_select", "options": options("a1", "b2", "c3")},
        "user": {"type": "users_select"},
        "users": {"type": "multi_users_select"},
        "outside": {"type": "external_select"},
        "rich": {"type": "rich_text_input"},
        "channel": {"type": "channels_select"},
        "place": {"type": "conversations_select"},
        "date": {"type": "datepicker"},
        "time": {"type": "timepicker"},
        "moment": {"type": "datetimepicker"},
    }
    blocks = [field(name, f"The {name}", element) for name, element in kinds.items()]
    page = await opened(desk, modal("Everything", *blocks, callback_id="all"))
    dialog = page.get_by_role("dialog", name="Everything")

    def at(name: str) -> Locator:
        return dialog.get_by_label(f"The {name}", exact=True)

    await at("email").fill("ana@acme.example")
    await at("url").fill("https://acme.example")
    await at("number").fill("12")
    await dialog.get_by_label("two").check()
    await dialog.get_by_label("red").check()
    await dialog.get_by_label("blue").check()

    async def find(name: str, typed: str) -> None:
        await at(name).press_sequentially(typed)
        choices = dialog.get_by_role("listbox", name=f"Choices for The {name}")
        await expect(choices.get_by_role("option")).to_have_count(1)
        await at(name).press("Enter")

    await find("many", "a1")
    await find("many", "c3")
    await dialog.get_by_role("button", name="Remove a1").click()
    bob = await desk.person_id("bob")
    await at("user").select_option(bob)
    await find("users", "lindq")
    await find("outside", "check")
    await at("rich").fill("two\nlines")
    incidents = await desk.channel_id("incidents")
    await at("channel").select_option(label="#incidents")
    await at("place").select_option(label="#incidents")
    await at("date").fill("2026-11-23")
    await at("time").fill("09:30")
    await at("moment").fill("2026-11-23T09:30")
    await dialog.get_by_role("button", name="Declare").click()
    heard = await told.next()
    assert [heard[name]["value"] for name in ("email", "url", "number")] == [
        "ana@acme.example",
        "https://acme.example",
        "12",
    ]
    assert heard["radio"]["selected_option"]["value"] == "two"
    assert [each["value"] for each in heard["ticks"]["selected_options"]] == ["red", "blue"]
    assert [each["value"] for each in heard["many"]["selected_options"]] == ["c3"]
    assert (heard["user"]["selected_user"], heard["users"]["selected_users"]) == (bob, [bob])
    assert heard["outside"]["selected_option"]["value"] == "checkout"
    (told_rich,) = heard["rich"]["rich_text_value"]["elements"][0]["elements"]
    assert told_rich["text"] == "two\nlines"
    assert (heard["channel"]["selected_channel"], heard["place"]["selected_conversation"]) == (
        incidents,
        incidents,
    )
    assert (heard["date"]["selected_date"], heard["time"]["selected_time"]) == ("2026-11-23", "09:30")
    clock = """async (at) => {
        const [time, store] = await Promise.all([import("/page/time.js"), import("/page/store.js")]);
        return time.localField(at, store.state.me.tz);
    }"""
    assert await page.evaluate(clock, heard["moment"]["selected_date_time"]) == "2026-11-23T09:30"


async def test_on_a_phone_a_modal_fills_the_screen(desk: Desk) -> None:
    page = await opened(desk, modal("Declare an incident", TITLE, DETAIL, callback_id="declare"), size=PHONE)
    box = await page.get_by_role("dialog", name="Declare an incident").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == PHONE


async def test_menus_and_selects_in_a_message_send_their_choice(desk: Desk) -> None:
    told = Told()

    @desk.app.action(re.compile("menu|select"))
    async def chosen(ack: AsyncAck, action: Json) -> None:
        await ack()
        told.hear((action["type"], action["selected_option"]["value"]))

    await desk.connect()
    await desk.bot.chat_postMessage(
        channel=await desk.channel_id("incidents"),
        text="x",
        blocks=[
            {
                "type": "section",
                "text": mrkdwn("*SEV2* checkout"),
                "accessory": {
                    "type": "overflow",
                    "action_id": "menu",
                    "options": options("Snooze 15 min", "Resolve"),
                },
            },
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "static_select",
                        "action_id": "select",
                        "placeholder": plain("Severity"),
                        "options": options("SEV1", "SEV2"),
                    }
                ],
            },
        ],
    )
    page = await desk.window("ana", "#incidents")
    message = messages(page)
    await message.locator(".accessory").get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Resolve").click()
    assert await told.next() == ("overflow", "resolve")
    await message.get_by_label("Severity").select_option(label="SEV2")
    assert await told.next() == ("static_select", "sev2")
