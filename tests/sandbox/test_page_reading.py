"""The page for somebody who comes back: what is new, what speaks to them, long channels, files and canvases."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.sandbox.posting import Content, post
from tests.real_time import at_most
from tests.sandbox import browsing
from tests.sandbox.browsing import Desk, messages
from tests.sandbox.test_later import PIXEL

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with browsing.browser() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def desk(browser: Browser) -> AsyncIterator[Desk]:
    async with browsing.desk(browser) as made:
        yield made


async def hand(desk: Desk, name: str, /, **body: Any) -> Any:
    """Do something as a program; `who` is the person, `at` the place."""
    body = {{"who": "as", "at": "in"}.get(key, key): value for key, value in body.items()}
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{desk.sandbox.url}sandbox/{name}", json=body) as answer,
    ):
        assert answer.status == 200, await answer.text()
        return await answer.json()


def link(page: Page, name: str) -> Any:
    return page.locator("#sidebar").get_by_role("link", name=re.compile(name))


async def test_what_was_read_stays_read_after_a_reload_and_in_another_window(desk: Desk) -> None:
    await hand(desk, "post", who="bob", at="#incidents", text="one")
    page = await desk.window("ana", "#general")
    await expect(link(page, "incidents")).to_contain_text("unread")
    await page.reload()
    await expect(link(page, "incidents")).to_contain_text("unread")
    await link(page, "incidents").click()
    await expect(messages(page)).to_contain_text("one")
    await expect(link(page, "incidents")).not_to_contain_text("unread")
    other = await desk.window("ana", "#general")
    await expect(link(other, "alerts")).to_be_visible()
    await expect(link(other, "incidents")).not_to_contain_text("unread")


async def test_mentions_are_counted_and_those_of_ones_group_too(desk: Desk) -> None:
    await hand(desk, "usergroups", name="On call", handle="oncall", members=["ana"])
    page = await desk.window("ana", "#general")
    await hand(desk, "post", who="bob", at="#incidents", text="hello @ana")
    await hand(desk, "post", who="bob", at="#incidents", text="and @oncall")
    await hand(desk, "post", who="bob", at="#incidents", text="and nobody")
    await expect(link(page, "incidents").locator(".count")).to_contain_text("2")
    carol = await desk.window("carol", "#general")
    await expect(link(carol, "incidents")).to_contain_text("unread")
    await expect(link(carol, "incidents").locator(".count")).to_have_count(0)


async def test_a_line_stands_above_what_is_new_and_a_button_leads_to_it(desk: Desk) -> None:
    await hand(desk, "post", who="ana", at="#incidents", text="what I said last")
    for n in range(40):
        await hand(desk, "post", who="bob", at="#incidents", text=f"news {n}")
    page = await desk.window("ana", "#incidents")
    await expect(messages(page).last).to_contain_text("news 39")
    await expect(messages(page).last).to_be_in_viewport()
    await page.get_by_role("button", name="40 new messages").click()
    await expect(page.get_by_role("separator", name="New messages")).to_be_in_viewport()
    await expect(messages(page).filter(has_text=re.compile("news 0$"))).to_be_in_viewport()
    await expect(page.get_by_role("button", name="40 new messages")).to_be_hidden()


async def test_what_arrives_while_one_looks_is_not_called_new(desk: Desk) -> None:
    page = await desk.window("ana", "#incidents")
    await page.get_by_label("Message #incidents").wait_for()
    await hand(desk, "post", who="bob", at="#incidents", text="just now")
    await expect(messages(page)).to_contain_text("just now")
    await expect(link(page, "incidents")).not_to_contain_text("unread")
    await expect(page.get_by_role("separator", name="New messages")).to_have_count(0)


@pytest.mark.timing
async def test_a_channel_of_two_thousand_messages_opens_within_a_second(desk: Desk) -> None:
    sandbox = desk.sandbox.sandbox
    channel = sandbox.workspace.channel_named("incidents")
    ana = sandbox.workspace.person("ana")
    assert channel is not None and ana is not None
    for n in range(2000):
        post(sandbox, channel, Content(f"message {n}"), user=ana.id)
    page = await desk.window("bob", "#general")
    await page.get_by_label("Message #general").wait_for()
    took = await page.evaluate(
        """async () => {
            const begun = performance.now();
            document.querySelector('#sidebar [data-place="#incidents"]').click();
            while (!document.querySelector("#messages").innerText.includes("message 1999")) {
                await new Promise(requestAnimationFrame);
            }
            return performance.now() - begun;
        }"""
    )
    at_most(1.0, took / 1000, "a channel of two thousand messages opens")
    assert await messages(page).count() == 100
    await page.get_by_role("button", name="Show earlier messages").click()
    await expect(messages(page)).to_have_count(300)


async def test_files_and_canvases_are_read_in_the_page(desk: Desk) -> None:
    channel = await desk.channel_id("incidents")
    page = await desk.window("ana", "#incidents")
    await desk.bot.files_upload_v2(channel=channel, filename="timeline.md", content="# INC-1\n\n- declared")
    await page.get_by_role("button", name="Preview").click()
    dialog = page.get_by_role("dialog", name="timeline.md")
    await expect(dialog.get_by_role("heading", name="INC-1")).to_be_visible()
    await page.keyboard.press("Escape")
    picture = (await desk.bot.files_upload_v2(filename="graph.png", content=PIXEL))["files"][0]
    image = {"type": "image", "alt_text": "Errors", "slack_file": {"id": picture["id"]}}
    await desk.bot.chat_postMessage(channel=channel, text="graph", blocks=[image])
    await expect(page.get_by_role("img", name="Errors")).to_be_visible()
    await page.wait_for_function("document.querySelector('img[alt=Errors]').naturalWidth === 1")
    sandbox = desk.sandbox.sandbox
    place = sandbox.workspace.conversations[channel]
    async with aiohttp.ClientSession() as http:
        headers = {"Authorization": "Bearer xoxp-ana"}
        body = {"channel_id": channel, "document_content": {"type": "markdown", "markdown": "## Impact\nEU"}}
        address = f"{desk.sandbox.api_url}conversations.canvases.create"
        async with http.post(address, json=body, headers=headers) as answer:
            assert (await answer.json())["canvas_id"] == place.canvas
    await page.get_by_role("tab", name="Canvas").click()
    await expect(page.get_by_role("tabpanel").get_by_role("heading", name="Impact")).to_be_visible()
    await expect(page.get_by_label("Message #incidents")).to_have_count(0)


async def test_silence_and_absence_stand_beside_names_and_a_card_says_more(desk: Desk) -> None:
    await hand(desk, "dnd", who="bob", snooze_minutes=30)
    await hand(desk, "people", name="carol", away=True)
    group = await hand(desk, "usergroups", name="Payments", handle="payments", members=["bob", "carol"])
    await hand(desk, "post", who="bob", at="#incidents", text="ask @payments")
    page = await desk.window("ana", "#incidents")
    await expect(link(page, "Bob")).to_contain_text("notifications paused")
    await expect(link(page, "Carol")).to_contain_text("away")
    await messages(page).get_by_role("button", name="Bob Lindqvist").click()
    card = page.get_by_role("dialog", name="Bob Lindqvist")
    await expect(card).to_contain_text("in Stockholm · notifications paused")
    await expect(card).to_contain_text("In @payments")
    await page.keyboard.press("Escape")
    await messages(page).locator(".mention").click()
    await expect(page.get_by_role("dialog", name=f"@{group['handle']}")).to_contain_text("Carol Osei")
    await page.keyboard.press("Escape")
    await messages(page).get_by_role("button", name="Bob Lindqvist").click()
    await card.get_by_role("button", name="Message").click()
    await expect(page.get_by_label("Message Bob Lindqvist")).to_be_visible()
