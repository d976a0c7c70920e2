"""Messages for later, reading marks, presence, files that go again, and pictures of one's own."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.sandbox.acting import Bot, Hands, conversation, refusal, section, until, user

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf"
    "c00000030001012fb5b2c20000000049454e44ae426082"
)


async def test_a_scheduled_message_comes_at_its_time(client: AsyncWebClient, hands: Hands) -> None:
    alerts = await conversation(client, "alerts")
    soon = await client.chat_scheduleMessage(channel=alerts, post_at=int(time.time()) + 1, text="on call now")
    assert soon["scheduled_message_id"].startswith("Q")
    assert [m["text"] for m in (await client.chat_scheduledMessages_list())["scheduled_messages"]] == [
        "on call now"
    ]
    assert await hands.messages("ana", "#alerts") == []
    seen = await hands.sees("ana", "#alerts", "on call now")
    assert seen["user"] == "Tocsin"
    assert (await client.chat_scheduledMessages_list(channel=alerts))["scheduled_messages"] == []


async def test_a_scheduled_message_is_taken_back(client: AsyncWebClient) -> None:
    alerts = await conversation(client, "alerts")
    later = await client.chat_scheduleMessage(channel=alerts, post_at=int(time.time()) + 3600, text="later")
    wanted = {"channel": alerts, "scheduled_message_id": later["scheduled_message_id"]}
    await client.chat_deleteScheduledMessage(**wanted)
    assert await refusal(client.chat_deleteScheduledMessage(**wanted)) == "invalid_scheduled_message_id"
    near = await client.chat_scheduleMessage(channel=alerts, post_at=int(time.time()) + 30, text="near")
    wanted["scheduled_message_id"] = near["scheduled_message_id"]
    assert await refusal(client.chat_deleteScheduledMessage(**wanted)) == "invalid_scheduled_message_id"


@pytest.mark.parametrize(("ahead", "error"), [(-10, "time_in_past"), (121 * 86400, "time_too_far")])
async def test_a_time_out_of_reach_is_refused(client: AsyncWebClient, ahead: int, error: str) -> None:
    alerts = await conversation(client, "alerts")
    at = int(time.time()) + ahead
    assert await refusal(client.chat_scheduleMessage(channel=alerts, post_at=at, text="x")) == error


async def test_thirty_messages_in_five_minutes_are_enough(client: AsyncWebClient) -> None:
    alerts = await conversation(client, "alerts")
    at = int(time.time()) + 3600
    for n in range(30):
        await client.chat_scheduleMessage(channel=alerts, post_at=at + n, text=str(n))
    more = client.chat_scheduleMessage(channel=alerts, post_at=at, text="one more")
    assert await refusal(more) == "restricted_too_many"
    await client.chat_scheduleMessage(channel=alerts, post_at=at + 900, text="another time")


async def test_somebody_is_taken_out_of_a_channel(bot: Bot, hands: Hands) -> None:
    client = bot.client
    alerts, general = await conversation(client, "alerts"), await conversation(client, "general")
    ana, me = await user(client, "ana"), (await client.auth_test())["user_id"]
    await client.conversations_kick(channel=alerts, user=ana)
    assert (await until(lambda: bot.heard("member_left_channel")))[0]["user"] == ana
    assert await refusal(client.conversations_kick(channel=alerts, user=ana)) == "not_in_channel"
    assert await refusal(client.conversations_kick(channel=alerts, user=me)) == "cant_kick_self"
    await client.conversations_join(channel=general)
    assert await refusal(client.conversations_kick(channel=general, user=ana)) == "cant_kick_from_general"


async def test_a_reading_mark_is_kept_for_each_person(
    client: AsyncWebClient, hands: Hands, as_person: Callable[[str], AsyncWebClient]
) -> None:
    alerts = await conversation(client, "alerts")
    first = (await client.chat_postMessage(channel=alerts, text="one"))["ts"]
    await as_person("ana").conversations_mark(channel=alerts, ts=first)
    await client.chat_postMessage(channel=alerts, text="two <!here>")
    marks = {}
    for name in ("ana", "bob"):
        listed = await hands.get("channels", **{"as": name})
        (marks[name],) = [c for c in listed if c["name"] == "alerts"]
    assert (marks["ana"]["read_ts"], marks["ana"]["unread"], marks["ana"]["mentions"]) == (first, 1, 1)
    assert (marks["bob"]["read_ts"], marks["bob"]["unread"]) == (None, 2)
    assert await refusal(client.conversations_mark(channel=alerts, ts="soon")) == "invalid_timestamp"


async def test_presence_is_asked_and_set(client: AsyncWebClient, hands: Hands) -> None:
    ana = await user(client, "ana")
    assert (await client.users_getPresence(user=ana)).data == {"ok": True, "presence": "active"}
    await hands.do("people", name="ana", away=True)
    assert (await client.users_getPresence(user=ana))["presence"] == "away"
    await client.users_setPresence(presence="away")
    assert await refusal(client.users_setPresence(presence="asleep")) == "invalid_presence"


async def test_a_file_is_listed_told_of_and_deleted(bot: Bot, hands: Hands) -> None:
    client = bot.client
    alerts = await conversation(client, "alerts")
    shared = await client.files_upload_v2(channel=alerts, filename="timeline.md", content="# INC-1")
    file = shared["files"][0]["id"]
    told = (await client.files_info(file=file))["file"]
    assert (told["name"], told["mimetype"], told["channels"]) == ("timeline.md", "text/markdown", [alerts])
    assert [each["id"] for each in (await client.files_list(channel=alerts))["files"]] == [file]
    await client.files_delete(file=file)
    assert await refusal(client.files_info(file=file)) == "file_not_found"
    assert (await hands.messages("ana", "#alerts"))[-1]["plain"] == "[This file was deleted.]"
    assert (await until(lambda: bot.heard("file_deleted")))[0]["file_id"] == file


async def test_an_image_block_shows_an_uploaded_picture_and_nothing_else(
    client: AsyncWebClient, hands: Hands
) -> None:
    alerts = await conversation(client, "alerts")
    shared = await client.files_upload_v2(filename="graph.png", content=PIXEL)
    picture = shared["files"][0]
    image = {"type": "image", "alt_text": "errors", "slack_file": {"id": picture["id"]}}
    await client.chat_postMessage(channel=alerts, text="graph", blocks=[section("Errors"), image])
    async with hands.http.get(picture["url_private"]) as answer:
        assert (answer.content_type, await answer.read()) == ("image/png", PIXEL)
    image["slack_file"] = {"id": "F404"}
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=alerts, text="graph", blocks=[section("Errors"), image])
    assert refused.value.response["response_metadata"]["messages"] == [
        "[ERROR] invalid slack file [json-pointer:/blocks/1/slack_file]"
    ]
