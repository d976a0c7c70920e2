"""The hands: forms of every kind, Home, refusals that say what was seen, faults, ledger, reset."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

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
    user,
)


def option(text: str, value: str) -> Json:
    return {"text": {"type": "plain_text", "text": text}, "value": value}


FORM = [
    field_block(
        "Severity", "severity", type="static_select", options=[option("SEV1", "1"), option("SEV2", "2")]
    ),
    field_block("Page", "page", type="multi_users_select"),
    field_block(
        "Private", "private", type="checkboxes", options=[option("Only members", "yes")], optional=True
    ),
    field_block("From", "from", type="datepicker", initial_date="2026-11-21"),
    field_block("At", "at", type="timepicker"),
    field_block("Until", "until", type="datetimepicker"),
    field_block("How", "how", type="radio_buttons", options=[option("Fast", "f"), option("Slow", "s")]),
    field_block("Where", "where", type="conversations_select"),
    field_block("Service", "service", type="external_select"),
]


async def test_every_kind_of_field_is_filled_by_what_a_person_sees(bot: Bot, hands: Hands) -> None:
    submitted: list[Json] = []

    @bot.app.command("/incident")
    async def declare(ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(*FORM))

    @bot.app.options("value")
    async def services(ack: Any, payload: Json) -> None:
        await ack(options=[option(payload["value"].upper(), "svc-1")])

    @bot.app.view("declare")
    async def save(ack: Any, view: Json) -> None:
        await ack()
        submitted.append({block: entry["value"] for block, entry in view["state"]["values"].items()})

    await hands.do("command", "ana", at="#general", text="/incident")
    fields = {
        "Severity": "SEV2",
        "Page": ["bob", "Carol Osei"],
        "Private": True,
        "At": "09:30",
        "Until": 1795250027,
        "how": "Slow",
        "Where": "#alerts",
        "Service": "checkout",
    }
    wrong = await hands.do("submit", "ana", fields={**fields, "Severity": "SEV9"})
    assert wrong == {"error": "no option 'SEV9'", "seen": ["SEV1", "SEV2"]} and hands.status == 404
    sent = await hands.do("submit", "ana", fields={**fields, "Service": "CHECKOUT"})
    assert sent["acked"], sent
    (values,) = submitted
    assert values["severity"]["selected_option"]["value"] == "2"
    assert values["page"]["selected_users"] == [await user(bot.client, name) for name in ("bob", "carol")]
    assert values["private"]["selected_options"][0]["value"] == "yes"
    assert values["from"]["selected_date"] == "2026-11-21"
    assert (values["at"]["selected_time"], values["until"]["selected_date_time"]) == ("09:30", 1795250027)
    assert values["how"]["selected_option"]["text"]["text"] == "Slow"
    assert values["where"]["selected_conversation"] == await conversation(bot.client, "alerts")
    assert values["service"]["selected_option"]["value"] == "svc-1"


async def test_home_is_published_when_opened_and_its_menu_is_clicked(bot: Bot, hands: Hands) -> None:
    chosen: list[str] = []

    @bot.app.event("app_home_opened")
    async def show(event: Json, client: Any) -> None:
        menu = {
            "type": "overflow",
            "action_id": "more",
            "options": [option("Resolve", "r:1"), option("Why", "w:1")],
        }
        blocks = [section("P-1", accessory=menu)]
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    @bot.app.action("more")
    async def more(ack: Any, body: Json, action: Json, client: Any) -> None:
        await ack()
        chosen.append(action["selected_option"]["value"])
        assert body["container"] == {"type": "view", "view_id": body["view"]["id"]} and "channel" not in body
        await client.views_publish(
            user_id=body["user"]["id"],
            hash=body["view"]["hash"],
            view={"type": "home", "blocks": [section("done")]},
        )

    opened = await hands.do("home", "ana")
    assert opened["view"]["type"] == "home"
    clicked = await hands.do("click", "ana", home=True, button="more", option="Resolve")
    assert clicked["acked"] and chosen == ["r:1"]
    assert clicked["view"]["blocks"][0]["text"]["text"] == "done"
    assert [view["type"] for view in await hands.views("ana")] == ["home"]
    assert (
        await refusal(
            bot.client.views_publish(
                user_id=await user(bot.client, "ana"),
                hash="1.old",
                view={"type": "home", "blocks": [section("x")]},
            )
        )
        == "hash_conflict"
    )


async def test_a_click_in_a_modal_takes_the_present_fields_along(bot: Bot, hands: Hands) -> None:
    @bot.app.command("/incident")
    async def declare(ack: Any, body: Json, client: Any) -> None:
        await ack()
        page = {"type": "actions", "elements": [button("Preview", "preview")]}
        await client.views_open(
            trigger_id=body["trigger_id"], view=modal(field_block("Title", "title"), page)
        )

    @bot.app.action("preview")
    async def preview(ack: Any, body: Json, client: Any) -> None:
        await ack()
        typed = body["view"]["state"]["values"]["title"]["value"]["value"]
        view = modal(field_block("Title", "title"), section(f"preview of {typed}"))
        await client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view)

    await hands.do("command", "ana", at="#general", text="/incident")
    clicked = await hands.do("click", "ana", button="Preview", fields={"title": "Checkout"})
    assert clicked["view"]["blocks"][1]["text"]["text"] == "preview of Checkout"
    assert clicked["view"]["state"]["values"]["title"]["value"]["value"] == "Checkout"


async def test_closing_is_told_to_the_app_that_asked_for_it(bot: Bot, hands: Hands) -> None:
    closed: list[Json] = []

    @bot.app.command("/incident")
    async def declare(ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(section("x"), notify_on_close=True))

    @bot.app.view_closed("declare")
    async def gone(ack: Any, body: Json) -> None:
        await ack()
        closed.append(body)

    await hands.do("command", "ana", at="#general", text="/incident")
    assert await hands.do("close", "ana") == {"closed": True}
    await until(lambda: closed)
    assert closed[0]["is_cleared"] is False and "trigger_id" not in closed[0]


async def test_a_message_shortcut_carries_its_message(bot: Bot, hands: Hands) -> None:
    taken: list[Json] = []

    @bot.app.shortcut("add_to_timeline")
    async def add(ack: Any, body: Json, respond: Any) -> None:
        await ack()
        taken.append(body)
        await respond("added")

    ts = (await hands.do("post", "ana", at="#incidents", text="we rolled back"))["ts"]
    answer = await hands.do("shortcut", "bob", name="Add to timeline", at="#incidents", ts=ts)
    assert taken[0]["message"]["text"] == "we rolled back" and taken[0]["type"] == "message_action"
    assert answer["reply"]["plain"] == "added"
    unknown = await hands.do("shortcut", "bob", name="Sing")
    assert unknown == {"error": "no global shortcut 'Sing'", "seen": ["Declare an incident"]}


async def test_a_command_brings_mentions_as_slack_escapes_them(bot: Bot, hands: Hands) -> None:
    texts: list[str] = []

    @bot.app.command("/incident")
    async def hear(ack: Any, body: Json) -> None:
        texts.append(body["text"])
        await ack("ok")

    await hands.do("command", "ana", at="@Tocsin", text="/incident page @bob in #alerts & <now>")
    bob, alerts = await user(bot.client, "bob"), await conversation(bot.client, "alerts")
    assert texts == [f"page <@{bob}|bob> in <#{alerts}|alerts> &amp; &lt;now&gt;"]


async def test_what_cannot_be_done_says_why(hands: Hands) -> None:
    people = ["ana", "bob", "carol", "dave", "erin", "frank"]
    assert await hands.do("post", "zoe", at="#general", text="x") == {
        "error": "no person 'zoe'",
        "seen": people,
    }
    places = ["#general", "#incidents", "#alerts"]
    nowhere = await hands.do("post", "ana", at="#nowhere", text="x")
    assert nowhere == {"error": "no place '#nowhere' for ana", "seen": places}
    unknown = await hands.do("command", "ana", at="#general", text="/sing")
    assert unknown == {"error": "/sing is not a valid command", "seen": ["/incident", "/oncall"]}
    assert (await hands.do("post", "ana", at="#general"))["error"] == "missing 'text'" and hands.status == 400
    private = await hands.do("channels", "ana", name="secret", private=True, members=["bob", "Tocsin"])
    assert private["members"] == ["ana", "bob", "Tocsin"]
    assert "no place" in (await hands.do("post", "carol", at="#secret", text="x"))["error"]
    await hands.do("leave", "bob", at="#secret")
    assert "no place" in (await hands.do("join", "bob", at="#secret"))["error"]


async def test_people_edit_and_delete_what_they_wrote_and_nothing_else(bot: Bot, hands: Hands) -> None:
    mine = await hands.do("post", "ana", at="#alerts", text="checkout is slwo")
    edited = await hands.do("edit", "ana", at="#alerts", ts=mine["ts"], text="checkout is slow for @bob")
    assert edited["ts"] == mine["ts"]
    (seen,) = await hands.messages("bob", "#alerts")
    assert (seen["plain"], seen["edited"]) == ("checkout is slow for @bob", True)
    (changed,) = await until(lambda: bot.heard("message", subtype="message_changed"))
    assert changed["previous_message"]["text"] == "checkout is slwo"
    assert changed["message"]["text"].startswith("checkout is slow for <@U")
    refused = await hands.do("delete", "bob", at="#alerts", ts=mine["ts"])
    assert (hands.status, refused["error"]) == (403, f"bob did not write message {mine['ts']}")
    await hands.do("delete", "ana", at="#alerts", ts=mine["ts"])
    assert await hands.messages("bob", "#alerts") == []
    (deleted,) = await until(lambda: bot.heard("message", subtype="message_deleted"))
    assert deleted["deleted_ts"] == mine["ts"]


async def test_people_run_a_channel(bot: Bot, hands: Hands) -> None:
    await hands.do("channels", "ana", name="ops", members=["bob", "Tocsin"])
    changed = await hands.do("channels", "ana", at="#ops", name="operations", topic="Lights on", remove="bob")
    assert (changed["name"], changed["topic"], changed["members"]) == (
        "operations",
        "Lights on",
        ["ana", "Tocsin"],
    )
    await until(lambda: bot.heard("channel_rename") and bot.heard("member_left_channel"))
    assert (await hands.do("channels", "ana", at="#operations", archived=True))["archived"] is True
    await until(lambda: bot.heard("channel_archive"))
    assert (await hands.do("channels", "ana", at="#operations", archived=False))["archived"] is False
    assert "stays" in (await hands.do("channels", "ana", at="#general", archived=True))["error"]


async def test_a_revoked_token_is_refused_by_every_method(client: AsyncWebClient, hands: Hands) -> None:
    await hands.fault(method="*", error="token_revoked")
    calls = (client.auth_test(), client.users_list(), client.apps_connections_open(app_token="xapp-sandbox"))
    assert [await refusal(call) for call in calls] == ["token_revoked"] * 3
    async with hands.http.delete(f"{hands.url}sandbox/faults") as cleared:
        assert await cleared.json() == {"faults": []}
    await client.auth_test()


async def test_the_ledger_shows_calls_answers_and_faults(client: AsyncWebClient, hands: Hands) -> None:
    channel = await conversation(client, "incidents")
    before = (await hands.get("calls"))[-1]["n"]
    order = {
        "method": "chat.postMessage",
        "error": "ratelimited",
        "retry_after": 2,
        "times": 1,
        "channel": "#incidents",
    }
    await hands.fault(**order)
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=channel, text="x")
    assert refused.value.response.headers["Retry-After"] == "2"
    posted = await client.chat_postMessage(channel=channel, text="y")
    failed, done = await hands.get("calls", since=before)
    assert failed.keys() == {"n", "at", "method", "args", "answer", "status", "fault"}
    assert (failed["n"], failed["status"], failed["fault"]) == (before + 1, 429, order)
    assert failed["answer"] == {"ok": False, "error": "ratelimited"}
    assert done["args"] == {"channel": channel, "text": "y"} and done["fault"] is None
    assert done["answer"]["ts"] == posted["ts"] and abs(done["at"] - time.time()) < 60
    assert [message["text"] for message in await hands.messages("ana", "#incidents")] == ["y"]


async def test_a_lost_answer_was_done_and_an_http_error_was_not(client: AsyncWebClient, hands: Hands) -> None:
    channel = await conversation(client, "incidents")
    client.retry_handlers.clear()
    await hands.fault(method="chat.postMessage", drop="after", times=1)
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=channel, text="done")
    await hands.fault(http=500, times=1)
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel=channel, text="not done")
    assert [message["text"] for message in await hands.messages("ana", "#incidents")] == ["done"]
    lost, failed = (await hands.get("calls"))[-2:]
    assert lost["answer"]["ok"] and lost["fault"]["drop"] == "after" and failed["status"] == 500


async def test_latency_comes_before_the_effect(client: AsyncWebClient, hands: Hands) -> None:
    channel = await conversation(client, "incidents")
    await hands.fault(method="chat.postMessage", latency_ms=300)
    posting = asyncio.create_task(client.chat_postMessage(channel=channel, text="slow"))
    await hands.get("people")
    assert await hands.messages("ana", "#incidents") == []
    await posting
    (entry,) = [call for call in await hands.get("calls") if call["method"] == "chat.postMessage"]
    assert float((await posting)["ts"]) - entry["at"] >= 0.3
    assert (await hands.do("faults", latency="x"))["error"].startswith(
        "unknown fields"
    ) and hands.status == 400


async def test_a_reset_is_a_new_workspace_for_a_bot_that_stays_connected(bot: Bot, hands: Hands) -> None:
    me = await bot.client.auth_test()
    made = (await bot.client.conversations_create(name="inc-1"))["channel"]["id"]
    await hands.do("post", "ana", at="#alerts", text="before")
    await until(lambda: bot.heard("message", text="before"))
    await hands.do("reset")
    assert await hands.messages("ana", "#alerts") == [] and await hands.get("calls") == []
    assert (await bot.client.auth_test()).data == me.data
    again = (await bot.client.conversations_create(name="inc-1"))["channel"]["id"]
    assert again != made
    await hands.do("post", "ana", at="#alerts", text="after")
    await until(lambda: bot.heard("message", text="after"))


async def test_open_pages_are_told_what_changed(
    sandbox: Running, client: AsyncWebClient, hands: Hands
) -> None:
    channel = await conversation(client, "incidents")
    async with hands.http.ws_connect(f"{sandbox.url}sandbox/live?as=ana") as live:
        await client.chat_postMessage(channel=channel, text="x")
        assert await live.receive_json() == {"type": "messages", "channel": channel}
        await hands.do("command", "ana", at="#general", text="/oncall")
        notice = await live.receive_json()
        assert notice["text"] == '/oncall failed with the error "dispatch_failed"'
    async with hands.http.get(f"{sandbox.url}sandbox/live?as=zoe") as refused:
        assert refused.status == 404
