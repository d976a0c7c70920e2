"""The sandbox's page as people use it: reading, writing, threads, reactions, pins, unread marks, two at a time."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.server import start
from tests.sandbox import browsing
from tests.sandbox.browsing import PHONE, Desk, Json, Told, button, messages, mrkdwn, plain

pytestmark = pytest.mark.asyncio(loop_scope="module")

NASTY = "<!channel> <@U123> *x* </script><img src=x onerror=window.ran=1>"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with browsing.browser() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def desk(browser: Browser) -> AsyncIterator[Desk]:
    async with browsing.desk(browser) as made:
        yield made


async def test_a_newcomer_reads_who_they_are_and_what_to_try(desk: Desk) -> None:
    page = await desk.window("ana", "#general", greeted=False)
    note = page.get_by_role("note")
    await expect(note).to_contain_text("You are Ana")
    await expect(note).to_contain_text("/incident declare Checkout is down")
    await note.get_by_role("button", name="Close the greeting").click()
    await expect(note).to_have_count(0)
    await page.reload()
    await page.get_by_label("Message #general").wait_for()
    await expect(note).to_have_count(0)


async def test_an_empty_channel_says_what_to_do(desk: Desk) -> None:
    page = await desk.window("ana", "#general")
    await expect(page.locator("#messages")).to_contain_text("This is the very beginning of #general")
    await expect(page.locator("#messages")).to_contain_text("Type /incident declare")


async def test_a_person_becomes_another_and_the_address_remembers_it(desk: Desk) -> None:
    page = await desk.window("ana", "#general")
    await page.get_by_role("button", name=re.compile("You are")).click()
    await page.get_by_role("menuitemradio", name=re.compile("Bob")).click()
    await expect(page.locator("#sidebar .me")).to_contain_text("Bob")
    await expect(page).to_have_url(re.compile(r"as=bob&in=%23general"))
    await page.go_back()
    await expect(page.locator("#sidebar .me")).to_contain_text("Ana")


async def test_what_one_person_sends_another_sees_without_reloading(desk: Desk) -> None:
    ana = await desk.window("ana", "#general")
    bob = await desk.window("bob", "#general")
    await ana.get_by_label("Message #general").fill("checkout is *slow* <b>now</b> & then")
    await ana.get_by_label("Message #general").press("Enter")
    for page in (ana, bob):
        message = messages(page).filter(has_text="checkout is")
        await expect(message).to_contain_text("checkout is slow <b>now</b> & then")
        await expect(message.locator("b")).to_have_text("slow")
        await expect(message).to_contain_text("Ana")
    await expect(ana.get_by_label("Message #general")).to_have_value("")


async def test_shift_enter_starts_a_line_instead_of_sending(desk: Desk) -> None:
    page = await desk.window("ana", "#general")
    composer = page.get_by_label("Message #general")
    await composer.fill("one")
    await composer.press("Shift+Enter")
    await composer.press_sequentially("two")
    await expect(composer).to_have_value("one\ntwo")
    await expect(messages(page)).to_have_count(0)


async def test_a_typed_name_is_offered_and_becomes_a_mention(desk: Desk) -> None:
    ana = await desk.window("ana", "#general")
    bob = await desk.window("bob", "#general")
    composer = ana.get_by_label("Message #general")
    await composer.press_sequentially("over to @bo")
    await expect(ana.get_by_role("option", name="Bob")).to_be_visible()
    await composer.press("Tab")
    await composer.press("Enter")
    await expect(bob.locator(".mention.self")).to_have_text("@bob")
    told = await desk.as_person("bob").conversations_history(channel=await desk.channel_id("general"))
    assert told["messages"][0]["text"] == f"over to <@{await desk.person_id('bob')}>"


async def test_a_name_typed_whole_needs_no_choosing_before_it_is_sent(desk: Desk) -> None:
    ana = await desk.window("ana", "#general")
    await ana.get_by_label("Message #general").press_sequentially("over to @bob")
    await expect(ana.get_by_role("option", name="Bob")).to_be_visible()
    await ana.get_by_label("Message #general").press("Enter")
    await expect(messages(ana).locator(".mention")).to_have_text("@bob")


async def test_text_from_outside_runs_nothing_and_pings_nobody(desk: Desk) -> None:
    escaped = NASTY.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    await desk.bot.chat_postMessage(
        channel=await desk.channel_id("alerts"),
        text=escaped,
        blocks=[
            {"type": "header", "text": plain(NASTY)},
            {"type": "section", "text": mrkdwn(f"Alert: {escaped}")},
            {"type": "markdown", "text": f"# {NASTY} [x](javascript:window.ran=1)"},
        ],
        attachments=[
            {"title": escaped, "title_link": "javascript:window.ran=1", "text": escaped, "color": "red;"}
        ],
    )
    page = await desk.window("ana", "#alerts")
    message = messages(page)
    await expect(message.get_by_role("heading").first).to_have_text(NASTY)
    assert (await message.inner_text()).count("onerror=window.ran=1") == 5
    await expect(message.locator("script, img[src=x], .mention, a[href^=javascript]")).to_have_count(0)
    assert await page.evaluate("window.ran") is None


async def test_a_button_says_that_it_was_pressed_and_the_message_changes_in_place(desk: Desk) -> None:
    channel = await desk.channel_id("incidents")

    @desk.app.action("acknowledge")
    async def acknowledged(ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.chat_update(
            channel=channel,
            ts=body["message"]["ts"],
            text="taken",
            blocks=[{"type": "section", "text": mrkdwn(f"<@{body['user']['id']}> has it")}],
        )

    await desk.connect()
    await desk.bot.chat_postMessage(
        channel=channel,
        text="Checkout is down",
        blocks=[{"type": "actions", "elements": [button("Acknowledge", "acknowledge", style="primary")]}],
    )
    page = await desk.window("bob", "#incidents")
    await page.get_by_role("button", name="Acknowledge").click()
    await expect(messages(page)).to_contain_text("@bob has it")
    await expect(messages(page)).to_contain_text("(edited)")
    await expect(page.get_by_role("button", name="Acknowledge")).to_have_count(0)


async def test_a_dangerous_button_asks_first(desk: Desk) -> None:
    told = Told()

    @desk.app.action("resolve")
    async def resolved(ack: AsyncAck) -> None:
        await ack()
        told.hear("resolved")

    await desk.connect()
    confirm = {
        "title": plain("Resolve it?"),
        "text": plain("Everybody is told."),
        "confirm": plain("Yes"),
        "deny": plain("No"),
    }
    await desk.bot.chat_postMessage(
        channel=await desk.channel_id("incidents"),
        text="Checkout is down",
        blocks=[
            {"type": "actions", "elements": [button("Resolve", "resolve", style="danger", confirm=confirm)]}
        ],
    )
    page = await desk.window("bob", "#incidents")
    await page.get_by_role("button", name="Resolve").click()
    await page.get_by_role("dialog", name="Resolve it?").get_by_role("button", name="No").click()
    await page.get_by_role("button", name="Resolve").click()
    await page.get_by_role("dialog", name="Resolve it?").get_by_role("button", name="Yes").click()
    assert await told.next() == "resolved"


async def test_a_click_that_no_app_hears_is_told(desk: Desk) -> None:
    await desk.bot.chat_postMessage(
        channel=await desk.channel_id("incidents"),
        text="Checkout is down",
        blocks=[{"type": "actions", "elements": [button("Acknowledge", "acknowledge")]}],
    )
    page = await desk.window("bob", "#incidents")
    await page.get_by_role("button", name="Acknowledge").click()
    await expect(page.locator("#toast")).to_contain_text("did not answer")


async def test_a_command_is_completed_and_its_answer_is_seen_by_one_person(desk: Desk) -> None:
    @desk.app.command("/incident")
    async def incident(ack: AsyncAck, command: Json) -> None:
        await ack(f'I don\'t know "{command["text"]}".')

    await desk.connect()
    ana = await desk.window("ana", "#general")
    bob = await desk.window("bob", "#general")
    composer = ana.get_by_label("Message #general")
    await composer.press_sequentially("/inc")
    await expect(ana.get_by_role("option", name="/incident")).to_be_visible()
    await composer.press("Enter")
    await expect(composer).to_have_value("/incident ")
    await composer.press_sequentially("decalre")
    await composer.press("Enter")
    message = messages(ana)
    await expect(message).to_contain_text('I don\'t know "decalre".')
    await expect(message).to_contain_text("Only visible to you")
    await expect(messages(bob)).to_have_count(0)
    await message.get_by_role("button", name="Dismiss message").click()
    await expect(messages(ana)).to_have_count(0)


async def test_a_command_while_the_bot_is_down_says_so(desk: Desk) -> None:
    page = await desk.window("ana", "#general")
    await expect(page.locator("#sidebar")).to_contain_text("is not connected")
    await page.get_by_label("Message #general").fill("/incident declare x")
    await page.get_by_label("Message #general").press("Enter")
    await expect(messages(page)).to_contain_text("/incident failed")


async def test_an_unknown_command_is_kept_and_explained(desk: Desk) -> None:
    page = await desk.window("ana", "#general")
    await page.get_by_label("Message #general").fill("/nothing here")
    await page.get_by_label("Message #general").press("Enter")
    await expect(messages(page)).to_contain_text("/nothing")
    await expect(page.get_by_label("Message #general")).to_have_value("/nothing here")


async def test_reactions_are_added_counted_and_taken_back(desk: Desk) -> None:
    posted = await desk.bot.chat_postMessage(channel=await desk.channel_id("incidents"), text="rolling back")
    await desk.as_person("ana").reactions_add(channel=posted["channel"], timestamp=posted["ts"], name="eyes")
    ana = await desk.window("ana", "#incidents")
    bob = await desk.window("bob", "#incidents")
    await messages(ana).hover()
    await messages(ana).get_by_role("button", name="Add reaction").first.click()
    await ana.get_by_role("button", name="pushpin", exact=True).click()
    await expect(bob.get_by_role("button", name=re.compile("^pushpin, 1 by ana"))).to_be_visible()
    await bob.get_by_role("button", name=re.compile("^eyes, 1")).click()
    await expect(ana.get_by_role("button", name=re.compile("^eyes, 2"))).to_be_visible()
    await bob.get_by_role("button", name=re.compile("^eyes, 2")).click()
    await expect(ana.get_by_role("button", name=re.compile("^eyes, 1"))).to_be_visible()


async def test_a_message_is_pinned_listed_and_unpinned(desk: Desk) -> None:
    await desk.bot.chat_postMessage(channel=await desk.channel_id("incidents"), text="the card")
    page = await desk.window("ana", "#incidents")
    message = messages(page)
    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Pin to this conversation").click()
    await page.get_by_role("button", name="1 pinned").click()
    pins = page.get_by_role("dialog", name="Pinned in #incidents")
    await expect(pins).to_contain_text("the card")
    await page.keyboard.press("Escape")
    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Unpin from this conversation").click()
    await expect(page.get_by_role("button", name="1 pinned")).to_have_count(0)


async def test_a_thread_opens_beside_the_channel(desk: Desk) -> None:
    posted = await desk.bot.chat_postMessage(channel=await desk.channel_id("incidents"), text="INC-1 updates")
    await desk.bot.chat_postMessage(channel=posted["channel"], thread_ts=posted["ts"], text="rolling back")
    page = await desk.window("ana", "#incidents")
    await page.get_by_role("button", name="1 reply").click()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread).to_contain_text("rolling back")
    await thread.get_by_label("Reply in thread").fill("thanks")
    await thread.get_by_label("Reply in thread").press("Enter")
    await expect(thread).to_contain_text("thanks")
    await expect(page.get_by_role("button", name="2 replies")).to_be_visible()
    await expect(page.locator("#messages")).not_to_contain_text("thanks")
    await page.keyboard.press("Escape")
    await expect(thread).to_be_hidden()


async def test_the_sidebar_marks_what_was_not_read(desk: Desk) -> None:
    page = await desk.window("ana", "#general")
    incidents = page.locator("#sidebar").get_by_role("link", name=re.compile("incidents"))
    await expect(incidents).not_to_contain_text("unread")
    await desk.bot.chat_postMessage(channel=await desk.channel_id("incidents"), text="INC-1")
    await expect(incidents).to_contain_text("unread")
    await expect(page).to_have_title(re.compile(r"^\(1\)"))
    await incidents.click()
    await expect(page.locator("#messages")).to_contain_text("INC-1")
    await expect(incidents).not_to_contain_text("unread")


async def test_the_head_shows_topic_members_and_bookmarks(desk: Desk) -> None:
    channel = await desk.channel_id("incidents")
    await desk.bot.conversations_setTopic(channel=channel, topic="SEV1 Checkout is down")
    await desk.bot.bookmarks_add(
        channel_id=channel, title="Runbook", type="link", link="https://runbooks.example/x"
    )
    page = await desk.window("ana", "#incidents")
    await expect(page.locator("#head")).to_contain_text("SEV1 Checkout is down")
    await expect(page.get_by_role("link", name="Runbook")).to_have_attribute(
        "href", "https://runbooks.example/x"
    )
    await page.get_by_role("button", name=re.compile(r"\d+ members")).click()
    await expect(page.get_by_role("dialog", name="People in #incidents")).to_contain_text("Tocsin")


async def test_a_person_makes_a_channel_and_another_joins_it(desk: Desk) -> None:
    ana = await desk.window("ana", "#general")
    await ana.get_by_role("button", name="Add channels").click()
    await ana.get_by_label("New channel's name").fill("checkout-team")
    await ana.get_by_role("dialog").get_by_role("button", name="Create").click()
    await expect(ana.get_by_label("Message #checkout-team")).to_be_visible()
    bob = await desk.window("bob", "#checkout-team")
    await bob.get_by_role("button", name="Join channel").click()
    await expect(bob.get_by_label("Message #checkout-team")).to_be_visible()


async def test_times_are_those_of_the_reader(desk: Desk) -> None:
    moment = "<!date^1795250820^{date_num} {time}|then>"  # 2026-11-21 08:47 UTC
    await desk.bot.chat_postMessage(channel=await desk.channel_id("incidents"), text=f"Since {moment}")
    page = await desk.window("bob", "#incidents")  # Stockholm
    await expect(messages(page)).to_contain_text("Since 2026-11-21 09:47")
    await page.get_by_role("button", name=re.compile("You are")).click()
    await page.get_by_role("menuitemradio", name=re.compile("Frank")).click()  # Tokyo
    await expect(messages(page)).to_contain_text("Since 2026-11-21 17:47")


async def test_home_shows_what_the_app_published_and_its_buttons_work(desk: Desk) -> None:
    def view(words: str) -> dict[str, object]:
        return {
            "type": "home",
            "blocks": [
                {"type": "header", "text": plain(words)},
                {"type": "actions", "elements": [button("I'm away", "away")]},
            ],
        }

    @desk.app.event("app_home_opened")
    async def opened(event: Json, client: AsyncWebClient) -> None:
        await client.views_publish(user_id=event["user"], view=view("You are on call"))

    @desk.app.action("away")
    async def away(ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.views_publish(user_id=body["user"]["id"], view=view("You are away"))

    await desk.connect()
    page = await desk.window("ana", "#general")
    await page.locator("#sidebar").get_by_role("link", name="Tocsin").click()
    await page.get_by_role("tab", name="Home").click()
    await expect(page.get_by_role("heading", name="You are on call")).to_be_visible()
    await page.get_by_role("button", name="I'm away").click()
    await expect(page.get_by_role("heading", name="You are away")).to_be_visible()
    await page.get_by_role("tab", name="Messages").click()
    await expect(page.get_by_label("Message Tocsin")).to_be_visible()


async def test_shortcuts_start_from_the_composer_and_from_a_message(desk: Desk) -> None:
    told = Told()

    @desk.app.shortcut(re.compile(".*"))
    async def started(ack: AsyncAck, shortcut: Json) -> None:
        await ack()
        told.hear((shortcut["type"], shortcut.get("message", {}).get("text")))

    await desk.connect()
    await desk.bot.chat_postMessage(channel=await desk.channel_id("incidents"), text="is this one?")
    page = await desk.window("ana", "#incidents")
    await page.get_by_role("button", name="Shortcuts").click()
    await page.get_by_role("menuitem", name="Declare an incident").click()
    assert await told.next() == ("shortcut", None)
    message = messages(page)
    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Declare from message").click()
    assert await told.next() == ("message_action", "is this one?")


async def test_the_end_stays_in_sight_while_messages_arrive(desk: Desk) -> None:
    channel = await desk.channel_id("incidents")
    long = "\n".join(f"line {n}" for n in range(60))
    await desk.bot.chat_postMessage(channel=channel, text=long)
    page = await desk.window("ana", "#incidents")
    await expect(page.get_by_text("line 59")).to_be_in_viewport()
    await desk.bot.chat_postMessage(channel=channel, text="the newest")
    await expect(page.get_by_text("the newest")).to_be_in_viewport()
    await page.locator("#messages").evaluate("(list) => { list.scrollTop = 0; }")
    await expect(page.get_by_text("line 0")).to_be_in_viewport()
    await desk.bot.chat_postMessage(channel=channel, text="newer still")
    await expect(page.get_by_text("newer still")).to_have_count(1)
    await expect(page.get_by_text("line 0")).to_be_in_viewport()


async def test_a_monitoring_tools_post_reads_as_it_was_meant(desk: Desk) -> None:
    webhook = desk.sandbox.webhook_url
    attachment = {
        "color": "danger",
        "title": "[FIRING:1] HighLatency &amp; errors",
        "title_link": "https://alertmanager.example/#/alerts",
        "text": "*Alert:* p95 over 2 s",
        "fields": [{"title": "Severity", "value": "critical", "short": True}],
        "footer": "Alertmanager",
    }
    async with aiohttp.ClientSession() as session:
        sent = await session.post(webhook, json={"username": "Alertmanager", "attachments": [attachment]})
        assert sent.status == 200
    page = await desk.window("ana", "#alerts")
    message = messages(page)
    link = message.get_by_role("link", name="[FIRING:1] HighLatency & errors")
    await expect(link).to_have_attribute("href", "https://alertmanager.example/#/alerts")
    for words in ("Alertmanager", "APP", "Alert: p95 over 2 s", "Severity", "critical"):
        await expect(message).to_contain_text(words)


async def test_the_app_writes_to_one_person_alone(desk: Desk) -> None:
    opened = await desk.bot.conversations_open(users=await desk.person_id("bob"))
    await desk.bot.chat_postMessage(channel=opened["channel"]["id"], text="You are on call")
    bob = await desk.window("bob", "#general")
    app = bob.locator("#sidebar").get_by_role("link", name="Tocsin")
    await expect(app).to_contain_text("unread")
    await app.click()
    await bob.get_by_role("tab", name="Messages").click()
    await expect(messages(bob)).to_contain_text("You are on call")
    ana = await desk.window("ana", "@Tocsin")
    await expect(ana.locator("#messages")).to_contain_text("This is where Tocsin writes to you alone")
    await expect(messages(ana)).to_have_count(0)


async def test_the_page_comes_back_when_the_sandbox_does(desk: Desk) -> None:
    page = await desk.window("ana", "#incidents")
    status = page.locator("#sidebar").get_by_role("status")
    await expect(status).to_contain_text("Tocsin is not connected")
    await desk.sandbox.stop()
    await expect(status).to_contain_text("The sandbox does not answer")
    again = await start(port=desk.sandbox.port)
    try:
        await desk.bot.chat_postMessage(channel=await desk.channel_id("incidents"), text="a new beginning")
        await expect(messages(page)).to_contain_text("a new beginning")
        await expect(status).to_contain_text("Tocsin is not connected")
    finally:
        await again.stop()


async def test_at_phone_width_the_sidebar_is_a_drawer_and_nothing_scrolls_sideways(desk: Desk) -> None:
    await desk.bot.chat_postMessage(
        channel=await desk.channel_id("incidents"),
        text="x",
        blocks=[
            {
                "type": "section",
                "text": mrkdwn("https://example.com/" + "long" * 60),
                "accessory": button("Open it", "o"),
            },
            {"type": "actions", "elements": [button(f"A rather long button {n}", f"a{n}") for n in range(5)]},
        ],
    )
    page = await desk.window("ana", "#incidents", size=PHONE, has_touch=True)
    await page.get_by_role("button", name="A rather long button 4").wait_for()
    assert await page.evaluate(
        "[...document.querySelectorAll('body, #messages')].every(e => e.scrollWidth <= innerWidth)"
    )
    await page.get_by_role("button", name="Open the sidebar").click()
    await page.locator("#sidebar").get_by_role("link", name=re.compile("general")).click()
    await expect(page.get_by_label("Message #general")).to_be_visible()
    await expect(page.locator("#sidebar")).to_be_hidden()
