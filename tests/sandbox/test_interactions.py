"""Commands, modals, clicks and shortcuts between people and a bolt app on the real wire."""

from __future__ import annotations

import time
from typing import Any

from bot.sandbox.server import Running
from tests.sandbox.acting import (
    Bot,
    Hands,
    Json,
    button,
    conversation,
    field_block,
    modal,
    refusal,
    section,
    until,
)


async def test_a_command_opens_a_modal_whose_submission_posts_a_message(bot: Bot, hands: Hands) -> None:
    submitted: list[Json] = []

    @bot.app.command("/incident")
    async def declare(ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.views_open(
            trigger_id=body["trigger_id"],
            view=modal(field_block("Title", "title", initial_value=body["text"])),
        )

    @bot.app.view("declare")
    async def save(ack: Any, view: Json, client: Any) -> None:
        await ack()
        submitted.append(view["state"]["values"])
        await client.chat_postMessage(channel=await conversation(client, "incidents"), text="declared")

    opened = await hands.do("command", "ana", at="#general", text="/incident Checkout is down")
    assert opened["acked"] and opened["ack_ms"] < 3000
    assert opened["view"]["title"]["text"] == "Declare"
    sent = await hands.do("submit", "ana", view=opened["view"]["id"], fields={})
    assert sent["acked"]
    await until(lambda: submitted)
    assert submitted[0] == {"title": {"value": {"type": "plain_text_input", "value": "Checkout is down"}}}
    assert await hands.views("ana") == []
    await hands.sees("bob", "#incidents", "declared")


async def test_a_click_edits_the_message_and_the_old_button_is_gone_unless_the_screen_is_stale(
    bot: Bot, hands: Hands
) -> None:
    clicks: list[Json] = []

    @bot.app.action("take")
    async def take(ack: Any, body: Json, client: Any) -> None:
        await ack()
        clicks.append(body)
        await client.chat_update(
            channel=body["channel"]["id"], ts=body["message"]["ts"], text="taken", blocks=[section("*taken*")]
        )

    channel = await conversation(bot.client, "incidents")
    blocks = [section("page"), {"type": "actions", "elements": [button("Acknowledge", "take", value="7")]}]
    await bot.client.chat_postMessage(channel=channel, text="page", blocks=blocks)
    clicked = await hands.do("click", "bob", at="#incidents", button="Acknowledge")
    assert clicked["acked"]
    await until(lambda: clicks)
    assert clicks[0]["actions"][0]["value"] == "7"
    assert clicks[0]["user"]["name"] == "bob"
    message = await hands.sees("bob", "#incidents", "taken")
    assert message["edited"] and message["buttons"] == []
    refused = await hands.do("click", "bob", at="#incidents", button="Acknowledge")
    assert hands.status == 404
    assert refused == {
        "error": "no button 'Acknowledge' in the latest message of #incidents for bob",
        "seen": [],
    }
    assert (await hands.do("click", "bob", at="#incidents", button="Acknowledge", stale=True))["acked"]


async def test_errors_keep_the_modal_open_and_updates_keep_what_was_typed(bot: Bot, hands: Hands) -> None:
    answers: list[Json] = [
        {"response_action": "errors", "errors": {"title": "too short"}},
        {
            "response_action": "update",
            "view": modal(
                field_block("Title", "title"), field_block("More", "more", optional=True), title="Second"
            ),
        },
        {"response_action": "push", "view": modal(section("sure?"), title="Third")},
        {"response_action": "clear"},
    ]

    @bot.app.shortcut("declare_incident")
    async def start(ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(field_block("Title", "title")))

    @bot.app.view("declare")
    async def submit(ack: Any) -> None:
        await ack(**answers.pop(0))

    assert (await hands.do("shortcut", "ana", name="Declare an incident"))["view"]["title"][
        "text"
    ] == "Declare"
    first = await hands.do("submit", "ana", fields={"Title": "abc"})
    assert first["errors"] == {"title": "too short"}
    second = await hands.do("submit", "ana", fields={})
    assert second["view"]["title"]["text"] == "Second"
    assert second["view"]["state"]["values"]["title"]["value"]["value"] == "abc"
    third = await hands.do("submit", "ana")
    assert third["view"]["previous_view_id"] == second["view"]["id"]
    assert [view["title"]["text"] for view in await hands.views("ana")] == ["Third", "Second"]
    assert (await hands.do("submit", "ana"))["response_action"] == "clear"
    assert await hands.views("ana") == []


async def test_required_fields_are_refused_before_the_app_hears_of_them(bot: Bot, hands: Hands) -> None:
    @bot.app.command("/incident")
    async def declare(ack: Any, body: Json, client: Any) -> None:
        await ack()
        view = modal(field_block("Title", "title", min_length=5), field_block("Why", "why", optional=True))
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    await hands.do("command", "ana", at="#general", text="/incident")
    missing = await hands.do("submit", "ana", fields={"Why": "because"})
    assert missing == {
        "acked": False,
        "errors": {"Title": "Please complete this required field."},
        "client": True,
    }
    short = await hands.do("submit", "ana", fields={"Title": "abc"})
    assert short["errors"] == {"Title": "Please enter at least 5 characters."}
    unknown = await hands.do("submit", "ana", fields={"Titel": "abc"})
    assert unknown["seen"] == ["Title", "Why"]


async def test_a_command_that_nobody_acknowledges_fails_as_in_slack(bot: Bot, hands: Hands) -> None:
    failed = await hands.do("command", "ana", at="#general", text="/oncall")
    assert (failed["acked"], failed["error"]) == (False, "operation_timeout")
    await bot.handler.disconnect_async()  # type: ignore[no-untyped-call]  # bolt leaves it untyped
    failed = await hands.do("command", "ana", at="#general", text="/oncall")
    assert (failed["acked"], failed["error"]) == (False, "dispatch_failed")


async def test_replies_come_by_ack_and_by_response_url(bot: Bot, hands: Hands) -> None:
    @bot.app.command("/oncall")
    async def on_call(ack: Any, respond: Any, body: Json) -> None:
        if body["text"] == "ack":
            await ack("from the ack")
        else:
            await ack()
            await respond(text="from the url", response_type="in_channel")

    by_ack = await hands.do("command", "ana", at="#general", text="/oncall ack")
    assert (by_ack["reply"]["plain"], by_ack["reply"]["ephemeral"]) == ("from the ack", True)
    by_url = await hands.do("command", "ana", at="#general", text="/oncall")
    assert (by_url["reply"]["plain"], by_url["reply"]["ephemeral"]) == ("from the url", False)
    assert [m["plain"] for m in await hands.messages("bob", "#general")] == ["from the url"]


async def test_a_response_url_is_used_up_after_five_posts(bot: Bot, hands: Hands) -> None:
    urls: list[str] = []

    @bot.app.command("/oncall")
    async def on_call(ack: Any, body: Json) -> None:
        await ack("hello")
        urls.append(body["response_url"])

    await hands.do("command", "ana", at="#general", text="/oncall")
    answers = [await hands.post_to(urls[0], {"text": f"number {n}"}) for n in range(6)]
    assert [status for status, _ in answers] == [200] * 5 + [404]
    assert "used_url" in answers[-1][1]


async def test_a_trigger_opens_one_modal_and_expires_after_three_seconds(
    bot: Bot, hands: Hands, sandbox: Running
) -> None:
    triggers: list[str] = []

    @bot.app.command("/incident")
    async def declare(ack: Any, body: Json) -> None:
        await ack("ok")
        triggers.append(body["trigger_id"])

    async def opened(trigger: str) -> str:
        return await refusal(bot.client.views_open(trigger_id=trigger, view=modal(section("hi"))))

    await hands.do("command", "ana", at="#general", text="/incident")
    assert [await opened(triggers[0]), await opened(triggers[0])] == ["", "exchanged_trigger_id"]
    await hands.do("command", "ana", at="#general", text="/incident")
    sandbox.sandbox.triggers.clock = lambda: time.monotonic() + 3
    assert [await opened(triggers[1]), await opened("nonsense")] == [
        "expired_trigger_id",
        "invalid_trigger_id",
    ]
