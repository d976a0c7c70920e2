"""The page without a mouse: going places, editing what one wrote, closing things; and in light or dark."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.sandbox import browsing
from tests.sandbox.browsing import PHONE, Desk, messages

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with browsing.browser() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def desk(browser: Browser) -> AsyncIterator[Desk]:
    async with browsing.desk(browser) as made:
        yield made


async def test_ctrl_k_leads_to_a_place_by_a_part_of_its_name(desk: Desk) -> None:
    page = await desk.window("ana", "#general")
    await page.get_by_label("Message #general").wait_for()
    await page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Go to a channel or person")
    await expect(field).to_be_focused()
    await page.keyboard.type("inc")
    await expect(page.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Message #incidents")).to_be_focused()
    await page.keyboard.press("Control+k")
    await page.keyboard.type("lind")  # Bob's family name
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Message Bob Lindqvist")).to_be_visible()
    await page.keyboard.press("Control+k")
    await page.keyboard.type("nothing like it")
    await expect(page.get_by_role("listbox", name="Places")).to_contain_text("Nothing has this in its name.")
    await page.keyboard.press("Enter")
    await expect(field).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_arrows_walk_through_the_sidebar_and_from_place_to_place(desk: Desk) -> None:
    page = await desk.window("ana", "#general")
    alerts = page.locator("#sidebar").get_by_role("link", name=re.compile("alerts"))
    await alerts.focus()
    await page.keyboard.press("ArrowDown")
    await expect(page.locator("#sidebar").get_by_role("link", name=re.compile("general"))).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Message #alerts")).to_be_visible()
    await page.keyboard.press("Alt+ArrowDown")
    await expect(page.get_by_label("Message #general")).to_be_visible()
    await desk.bot.chat_postMessage(channel=await desk.person_id("ana"), text="You are paged")
    await expect(page.locator("#sidebar .count")).to_be_visible()
    await page.keyboard.press("Alt+Shift+ArrowDown")
    await expect(messages(page)).to_contain_text("You are paged")


async def test_up_edits_ones_last_message_and_enter_saves_it(desk: Desk) -> None:
    ana = await desk.window("ana", "#general")
    bob = await desk.window("bob", "#general")
    composer = ana.get_by_label("Message #general")
    await composer.fill("checkout is slwo, @bob & <all>")
    await composer.press("Enter")
    await expect(messages(ana)).to_contain_text("slwo")
    await composer.press("ArrowUp")
    field = ana.get_by_label("Edit the message")
    await expect(field).to_be_focused()
    await expect(field).to_have_value("checkout is slwo, @bob & <all>")
    await field.fill("checkout is slow, @bob & <all>")
    await field.press("Enter")
    await expect(messages(bob)).to_contain_text("checkout is slow, @bob & <all>")
    await expect(messages(bob)).to_contain_text("(edited)")
    await composer.press("ArrowUp")
    await ana.get_by_label("Edit the message").fill("never mind")
    await ana.get_by_label("Edit the message").press("Escape")
    await expect(messages(ana)).to_contain_text("checkout is slow")
    await expect(composer).to_be_focused()


async def test_a_message_is_deleted_after_asking_by_its_author_alone(desk: Desk) -> None:
    ana = await desk.window("ana", "#general")
    bob = await desk.window("bob", "#general")
    await ana.get_by_label("Message #general").fill("a mistake")
    await ana.get_by_label("Message #general").press("Enter")
    await messages(bob).hover()
    await messages(bob).get_by_role("button", name="More actions").click()
    await expect(bob.get_by_role("menuitem", name="Reply in thread")).to_be_visible()
    await expect(bob.get_by_role("menuitem", name="Delete message…")).to_have_count(0)
    await messages(ana).hover()
    await messages(ana).get_by_role("button", name="More actions").click()
    await ana.get_by_role("menuitem", name="Delete message…").click()
    await ana.get_by_role("dialog", name="Delete message").get_by_role("button", name="Delete").click()
    await expect(messages(bob)).to_have_count(0)


async def test_a_menu_is_walked_through_by_arrows_and_letters(desk: Desk) -> None:
    page = await desk.window("ana", "#general")
    await page.get_by_role("button", name=re.compile("You are")).focus()
    await page.keyboard.press("Enter")
    items = page.get_by_role("menuitemradio")
    await expect(items.first).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await expect(items.last).to_be_focused()
    await page.keyboard.press("Home")
    await page.keyboard.press("f")
    await expect(items.filter(has_text="Frank")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#sidebar .me")).to_contain_text("Frank")


async def test_the_keyboard_stays_in_a_dialog_and_returns_to_where_it_was(desk: Desk) -> None:
    page = await desk.window("ana", "#general")
    button = page.get_by_role("button", name="Add channels")
    await button.focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("dialog", name="Add channels").wait_for()
    behind = "!document.activeElement.closest('dialog') && document.activeElement !== document.body"
    for _ in range(12):
        await page.keyboard.press("Tab")
        assert not await page.evaluate(behind)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(button).to_be_focused()


async def test_the_colours_follow_the_system_until_one_chooses(desk: Desk) -> None:
    page = await desk.window("ana", "#general", color_scheme="dark")
    background = "getComputedStyle(document.body).backgroundColor"
    assert await page.evaluate(background) == "rgb(26, 29, 33)"
    await page.get_by_role("button", name=re.compile("You are")).click()
    await page.get_by_role("menuitemradio", name="Light").click()
    assert await page.evaluate(background) == "rgb(255, 255, 255)"
    await page.reload()
    await page.get_by_label("Message #general").wait_for()
    assert await page.evaluate(background) == "rgb(255, 255, 255)"


async def test_on_a_phone_what_one_touches_is_large_enough(desk: Desk) -> None:
    channel = await desk.channel_id("incidents")
    posted = await desk.bot.chat_postMessage(channel=channel, text="Checkout is down")
    await desk.bot.chat_postMessage(channel=channel, text="a reply", thread_ts=posted["ts"])
    await desk.as_person("bob").reactions_add(channel=channel, timestamp=posted["ts"], name="eyes")
    page = await desk.window("ana", "#incidents", size=PHONE, has_touch=True)
    await page.get_by_role("button", name="1 reply").wait_for()
    small = """[...document.querySelectorAll("#main button, #main a.side-item")]
        .filter(each => !each.matches(".name")) // words in a line, with room to touch around them
        .filter(each => each.checkVisibility({opacityProperty: true, visibilityProperty: true}))
        .map(each => [each.getAttribute("aria-label") ?? each.innerText, each.getBoundingClientRect()])
        .filter(([, box]) => box.width > 0 && (box.height < 44 || box.width < 44))
        .map(([name, box]) => `${name}: ${box.width} by ${box.height}`)"""
    assert await page.evaluate(small) == []


async def test_on_a_phone_held_sideways_most_of_the_height_is_the_conversations(desk: Desk) -> None:
    width, height = PHONE
    page = await desk.window("ana", "#general", size=(height, width), has_touch=True)
    composer = page.get_by_label("Message #general")
    await composer.wait_for()
    room = """document.querySelector("#messages").clientHeight / innerHeight"""
    assert await page.evaluate(room) > 0.7
    await composer.fill("Checkout is down")
    await page.get_by_role("button", name="Send").click()
    await expect(messages(page).last).to_contain_text("Checkout is down")
