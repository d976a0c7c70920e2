"""Messages: posting, editing, threads, history, metadata, reactions, pins, and what the app hears of it."""

from __future__ import annotations

from collections.abc import Callable

from slack_sdk.web.async_client import AsyncWebClient

from tests.sandbox.acting import Bot, Hands, button, conversation, refusal, section, until, user


async def test_a_message_is_there_for_its_channel_and_comes_back_with_ids_filled_in(
    client: AsyncWebClient, hands: Hands
) -> None:
    channel = await conversation(client, "incidents")
    posted = await client.chat_postMessage(
        channel=channel,
        text="R&D <@U1>",
        blocks=[section("*Down* since <!date^1^{time}|02:47>, see <#C1|ops> &amp; run")],
    )
    assert posted["channel"] == channel and posted["message"]["text"] == "R&amp;D <@U1>"
    assert posted["message"]["blocks"][0]["block_id"]
    (seen,) = await hands.messages("ana", "#incidents")
    assert (seen["user"], seen["plain"]) == ("Tocsin", "Down since 02:47, see #ops & run")


async def test_who_may_post_where(client: AsyncWebClient, hands: Hands) -> None:
    general = await conversation(client, "general")
    assert (await client.chat_postMessage(channel=general, text="hello"))["ok"]  # chat:write.public
    assert await refusal(client.chat_postMessage(channel="C404", text="hello")) == "channel_not_found"
    assert await refusal(client.api_call("chat.postMessage", json={"channel": general})) == "no_text"
    assert (
        await refusal(client.chat_postMessage(channel=general, text="x", thread_ts="1.2"))
        == "thread_not_found"
    )
    private = await hands.do("channels", "ana", name="secret", private=True)
    assert await refusal(client.chat_postMessage(channel=private["id"], text="x")) == "channel_not_found"
    direct = await client.chat_postMessage(channel=await user(client, "bob"), text="psst")
    assert direct["channel"].startswith("D")
    assert [m["plain"] for m in await hands.messages("bob", "@Tocsin")] == ["psst"]
    assert await hands.messages("ana", "@Tocsin") == []


async def test_an_edit_keeps_what_it_does_not_name(client: AsyncWebClient) -> None:
    channel = await conversation(client, "incidents")
    metadata = {"event_type": "page", "event_payload": {"page": 7}}
    posted = await client.chat_postMessage(
        channel=channel, text="one", blocks=[section("one")], metadata=metadata
    )
    edited = await client.chat_update(channel=channel, ts=posted["ts"], text="two")
    assert edited["message"]["blocks"][0]["text"]["text"] == "one"
    assert edited["message"]["metadata"] == metadata
    assert edited["message"]["edited"]["user"] == posted["message"]["user"]
    emptied = await client.chat_update(channel=channel, ts=posted["ts"], text="three", blocks=[])
    assert "blocks" not in emptied["message"]
    assert (
        await refusal(client.chat_update(channel=channel, ts=posted["ts"], text="x" * 4001)) == "msg_too_long"
    )
    assert await refusal(client.chat_update(channel=channel, ts="1.000001", text="x")) == "message_not_found"


async def test_only_the_author_edits_and_deletes(client: AsyncWebClient, hands: Hands) -> None:
    channel = await conversation(client, "incidents")
    ts = (await hands.do("post", "ana", at="#incidents", text="mine"))["ts"]
    assert await refusal(client.chat_update(channel=channel, ts=ts, text="x")) == "cant_update_message"
    assert await refusal(client.chat_delete(channel=channel, ts=ts)) == "cant_delete_message"


async def test_history_has_pages_metadata_on_request_and_no_replies(
    client: AsyncWebClient, as_person: Callable[[str], AsyncWebClient]
) -> None:
    channel = await conversation(client, "incidents")
    ana = as_person("ana")
    metadata = {"event_type": "page", "event_payload": {"page": 1}}
    first = await client.chat_postMessage(channel=channel, text="0", metadata=metadata)
    await client.chat_postMessage(channel=channel, text="reply", thread_ts=first["ts"])
    for n in (1, 2):
        await client.chat_postMessage(channel=channel, text=str(n))
    pages = [
        [m["text"] for m in page["messages"]]
        async for page in await ana.conversations_history(channel=channel, limit=2)
    ]
    assert pages == [["2", "1"], ["0"]]
    plain = await client.conversations_history(channel=channel, oldest=first["ts"], inclusive=True)
    assert [m["text"] for m in plain["messages"]] == ["2", "1", "0"] and "metadata" not in plain["messages"][
        2
    ]
    full = await client.conversations_history(channel=channel, include_all_metadata=True)
    assert full["messages"][2]["metadata"] == metadata and full["messages"][2]["reply_count"] == 1
    thread = await client.conversations_replies(channel=channel, ts=first["ts"])
    assert [m["text"] for m in thread["messages"]] == ["0", "reply"]
    assert await refusal(client.conversations_history(channel=channel, cursor="bm8=")) == "invalid_cursor"
    assert (
        await refusal(client.conversations_history(channel=await conversation(client, "general")))
        == "not_in_channel"
    )


async def test_the_app_hears_people_write_edit_react_and_pin(bot: Bot, hands: Hands) -> None:
    ts = (await hands.do("post", "ana", at="#incidents", text="@Tocsin who is on call? <b>"))["ts"]
    await until(lambda: bot.heard("message", ts=ts) and bot.heard("app_mention", ts=ts))
    (message,) = bot.heard("message", ts=ts)
    assert message["channel_type"] == "channel" and message["text"].endswith("who is on call? &lt;b&gt;")
    assert message["text"].startswith("<@U")
    await hands.do("react", "bob", at="#incidents", ts=ts, name="eyes")
    await hands.do("react", "bob", at="#incidents", ts=ts, name="eyes", remove=True)
    await hands.do("pin", "bob", at="#incidents", ts=ts)
    await until(
        lambda: bot.heard("reaction_added") and bot.heard("reaction_removed") and bot.heard("pin_added")
    )
    assert bot.heard("reaction_added")[0]["item"]["ts"] == ts
    assert bot.heard("pin_added")[0]["item"]["message"]["permalink"]
    (incidents,) = [c for c in await hands.get("channels", **{"as": "ana"}) if c["name"] == "incidents"]
    assert incidents["pins"] == [ts]


async def test_the_app_hears_nothing_of_places_it_is_not_in(bot: Bot, hands: Hands) -> None:
    await hands.do("post", "ana", at="#general", text="unheard")
    await hands.do("post", "ana", at="@bob", text="unheard too")
    await hands.do("post", "ana", at="@Tocsin", text="heard")
    await until(lambda: bot.heard("message", text="heard"))
    assert [event["text"] for event in bot.heard("message")] == ["heard"]
    assert bot.heard("message")[0]["channel_type"] == "im"


async def test_an_ephemeral_message_is_seen_by_one_person_and_not_in_history(
    client: AsyncWebClient, hands: Hands
) -> None:
    channel = await conversation(client, "incidents")
    blocks = [section("only you", accessory=button("Open", "open"))]
    await client.chat_postEphemeral(channel=channel, user=await user(client, "ana"), text="x", blocks=blocks)
    (seen,) = await hands.messages("ana", "#incidents")
    assert seen["ephemeral"] and seen["plain"] == "only you"
    assert seen["buttons"] == [{"text": "Open", "action_id": "open"}]
    assert await hands.messages("bob", "#incidents") == []
    assert (await client.conversations_history(channel=channel))["messages"] == []
    stranger = client.chat_postEphemeral(channel=channel, user="U404", text="x")
    assert await refusal(stranger) == "user_not_in_channel"


async def test_pins_and_reactions_refuse_doubles(client: AsyncWebClient) -> None:
    channel = await conversation(client, "incidents")
    ts = (await client.chat_postMessage(channel=channel, text="card"))["ts"]
    await client.pins_add(channel=channel, timestamp=ts)
    assert await refusal(client.pins_add(channel=channel, timestamp=ts)) == "already_pinned"
    assert (await client.pins_list(channel=channel))["items"][0]["message"]["ts"] == ts
    await client.pins_remove(channel=channel, timestamp=ts)
    assert await refusal(client.pins_remove(channel=channel, timestamp=ts)) == "no_pin"
    await client.reactions_add(channel=channel, timestamp=ts, name="eyes")
    assert (
        await refusal(client.reactions_add(channel=channel, timestamp=ts, name="eyes")) == "already_reacted"
    )


async def test_a_webhook_posts_under_a_bot_id_of_its_own(
    bot: Bot, hands: Hands, client: AsyncWebClient
) -> None:
    (webhook,) = (await hands.get("app"))["webhooks"]
    assert webhook["channel"] == "#alerts"
    firing = {"attachments": [{"title": "[FIRING:1] HighLatency", "text": "p99 *2 s*", "color": "danger"}]}
    assert await hands.post_to(webhook["url"], firing) == (200, "ok")
    await until(lambda: bot.heard("message", subtype="bot_message"))
    (event,) = bot.heard("message", subtype="bot_message")
    assert "user" not in event and event["bot_id"] != (await client.auth_test())["bot_id"]
    assert (await hands.messages("ana", "#alerts"))[0]["plain"] == "[FIRING:1] HighLatency\np99 2 s"
    assert await hands.post_to(webhook["url"], {}) == (400, "no_text")
    assert await hands.post_to(webhook["url"][:-3], {"text": "x"}) == (403, "invalid_token")


async def test_a_file_is_uploaded_and_shared(client: AsyncWebClient, hands: Hands) -> None:
    channel = await conversation(client, "incidents")
    await client.files_upload_v2(
        channel=channel, filename="timeline.md", content="# INC-1", title="Timeline", initial_comment="here"
    )
    (seen,) = await hands.messages("ana", "#incidents")
    assert seen["plain"] == "here\n[Timeline]"
    async with hands.http.get(seen["files"][0]["url_private"]) as answer:
        assert await answer.text() == "# INC-1"


async def test_messages_are_limited_to_one_a_second_with_a_burst_of_five(client: AsyncWebClient) -> None:
    channel = await conversation(client, "incidents")
    errors = [await refusal(client.chat_postMessage(channel=channel, text=str(n))) for n in range(7)]
    assert errors[:5] == [""] * 5
    assert "ratelimited" in errors[5:]
    assert (
        await refusal(client.chat_postMessage(channel=await conversation(client, "alerts"), text="x")) == ""
    )
