"""Channels and DMs: names, members, archives, topics, bookmarks; tokens, scopes and tiers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.manifest import Manifest
from bot.sandbox.server import Running, serve
from tests.sandbox.acting import Bot, Hands, refusal, until, user


async def test_an_incident_channel_lives_and_is_archived(bot: Bot, hands: Hands) -> None:
    client = bot.client
    made = (await client.conversations_create(name="inc-1-checkout"))["channel"]
    me = await client.auth_test()
    assert (made["name"], made["creator"], made["is_member"]) == ("inc-1-checkout", me["user_id"], True)
    people = [await user(client, name) for name in ("ana", "bob")]
    await client.conversations_invite(channel=made["id"], users=people)
    await client.conversations_setTopic(channel=made["id"], topic="SEV1")
    await client.bookmarks_add(
        channel_id=made["id"], title="Runbook", type="link", link="https://example.com/r"
    )
    (seen,) = [c for c in await hands.get("channels", **{"as": "carol"}) if c["name"] == "inc-1-checkout"]
    assert (seen["topic"], seen["members"]) == ("SEV1", ["Tocsin", "ana", "bob"])
    assert [bookmark["title"] for bookmark in seen["bookmarks"]] == ["Runbook"]
    await until(lambda: len(bot.heard("member_joined_channel")) == 2)
    await client.conversations_archive(channel=made["id"])
    assert await refusal(client.chat_postMessage(channel=made["id"], text="late")) == "is_archived"
    # Archiving takes the bot out, so that it cannot bring the channel back.
    assert await refusal(client.conversations_unarchive(channel=made["id"])) == "not_in_channel"
    assert await refusal(client.conversations_join(channel=made["id"])) == "is_archived"
    assert await refusal(client.conversations_create(name="inc-1-checkout")) == "name_taken"


async def test_a_person_archives_and_unarchives(
    client: AsyncWebClient, as_person: Callable[[str], AsyncWebClient]
) -> None:
    ana = as_person("ana")
    alerts = (await ana.conversations_create(name="old-alerts"))["channel"]["id"]
    await ana.conversations_archive(channel=alerts)
    assert await refusal(ana.conversations_archive(channel=alerts)) == "already_archived"
    assert "old-alerts" not in [
        c["name"] for c in (await client.conversations_list(exclude_archived=True))["channels"]
    ]
    await ana.conversations_unarchive(channel=alerts)
    assert await refusal(ana.conversations_unarchive(channel=alerts)) == "not_archived"


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("general", "name_taken"),
        ("Checkout", "invalid_name_specials"),
        ("inc 1", "invalid_name_specials"),
        ("--", "invalid_name_punctuation"),
        ("x" * 81, "invalid_name_maxlength"),
        ("x" * 80, ""),
        ("störung-1", ""),
    ],
)
async def test_channel_names_follow_slacks_rules(client: AsyncWebClient, name: str, error: str) -> None:
    assert await refusal(client.conversations_create(name=name)) == error


async def test_one_wrong_person_stops_an_invitation_unless_it_is_forced(client: AsyncWebClient) -> None:
    channel = (await client.conversations_create(name="inc-2"))["channel"]["id"]
    ana = await user(client, "ana")
    with pytest.raises(SlackApiError) as refused:
        await client.conversations_invite(channel=channel, users=[ana, "U404"])
    assert refused.value.response["error"] == "user_not_found"
    assert refused.value.response["errors"] == [{"user": "U404", "ok": False, "error": "user_not_found"}]
    await client.conversations_invite(channel=channel, users=[ana, "U404"], force=True)
    assert await refusal(client.conversations_invite(channel=channel, users=ana)) == "already_in_channel"
    assert ana in (await client.conversations_members(channel=channel))["members"]


async def test_a_dm_is_opened_once(client: AsyncWebClient) -> None:
    ana = await user(client, "ana")
    first = await client.conversations_open(users=ana)
    again = await client.conversations_open(users=[ana])
    assert first["channel"]["id"] == again["channel"]["id"] and again["already_open"]
    assert await refusal(client.conversations_open(users="U404")) == "user_not_found"
    assert await refusal(client.api_call("conversations.open")) == "users_list_not_supplied"


async def test_private_channels_are_hidden_from_those_outside(
    client: AsyncWebClient, as_person: Callable[[str], AsyncWebClient]
) -> None:
    private = (await client.conversations_create(name="secret", is_private=True))["channel"]
    assert await refusal(as_person("ana").conversations_info(channel=private["id"])) == "channel_not_found"
    mine = await client.conversations_list(types="private_channel")
    assert [each["name"] for each in mine["channels"]] == ["secret"]
    theirs = await as_person("ana").conversations_list(types="public_channel,private_channel", limit=2)
    names = [each["name"] async for page in theirs for each in page["channels"]]
    assert names == ["general", "incidents", "alerts"]


async def test_people_come_change_and_go(bot: Bot, hands: Hands) -> None:
    hired = await hands.do("people", name="grace", tz="Europe/Paris")
    assert hired == {
        "id": hired["id"],
        "name": "grace",
        "real_name": "Grace",
        "tz": "Europe/Paris",
        "email": "grace@example.com",
        "deactivated": False,
        "is_bot": False,
        "guest": False,
        "organization": None,
        "away": False,
        "dnd": False,
    }
    await hands.do("people", name="grace", deactivated=True)
    await until(lambda: bot.heard("team_join") and bot.heard("user_change"))
    assert bot.heard("user_change")[0]["user"]["deleted"] is True
    assert await refusal(bot.client.users_lookupByEmail(email="grace@example.com")) == "users_not_found"
    members = {member["name"]: member for member in (await bot.client.users_list())["members"]}
    assert (
        members["grace"]["deleted"]
        and members["tocsin"]["is_bot"]
        and members["ana"]["tz"] == "Europe/Madrid"
    )
    assert members["ana"]["profile"]["email"] == "ana@example.com"


async def test_people_of_other_companies_are_strangers_until_a_channel_is_shared(
    client: AsyncWebClient, hands: Hands
) -> None:
    zoe = await hands.do("people", name="zoe", organization="Globex")
    assert (await client.users_info(user=zoe["id"]))["user"]["is_stranger"] is True
    assert "zoe" not in [each["name"] for each in (await client.users_list())["members"]]
    await hands.do("join", "ana", at="#alerts", who="zoe")
    user = (await client.users_info(user=zoe["id"]))["user"]
    team = (await client.auth_test())["team_id"]
    assert user["is_stranger"] is False and user["team_id"] != team and "email" not in user["profile"]
    (alerts,) = [c for c in (await client.conversations_list())["channels"] if c["name"] == "alerts"]
    assert alerts["is_ext_shared"] is True
    assert await refusal(client.users_lookupByEmail(email="zoe@example.com")) == "users_not_found"
    refused = await hands.do("command", "zoe", at="#alerts", text="/incident")
    assert (hands.status, "Globex" in refused["error"]) == (403, True)


async def test_guests_are_marked_and_cannot_be_invited(client: AsyncWebClient, hands: Hands) -> None:
    gus = await hands.do("people", name="gus", guest="single")
    user = (await client.users_info(user=gus["id"]))["user"]
    assert user["is_restricted"] and user["is_ultra_restricted"]
    channel = (await client.conversations_create(name="inc-9"))["channel"]["id"]
    invited = client.conversations_invite(channel=channel, users=gus["id"])
    assert await refusal(invited) == "user_is_restricted"


async def test_tokens_are_told_apart(sandbox: Running) -> None:
    def client(token: str | None) -> AsyncWebClient:
        return AsyncWebClient(token=token, base_url=sandbox.api_url)

    me = await client("xoxb-sandbox").auth_test()
    assert me["user"] == "tocsin" and me["bot_id"].startswith("B") and me["user_id"].startswith("U")
    assert await refusal(client("xoxb-wrong").auth_test()) == "invalid_auth"
    assert await refusal(client(None).auth_test()) == "not_authed"
    assert await refusal(client("xapp-sandbox").users_list()) == "not_allowed_token_type"
    assert (
        await refusal(client("xoxb-sandbox").apps_connections_open(app_token="xoxb-sandbox"))
        == "not_allowed_token_type"
    )
    assert await refusal(client("xoxb-sandbox").api_call("chat.sing")) == "unknown_method"
    assert (await client("xoxp-ana").auth_test())["user"] == "ana"


async def test_a_missing_scope_is_named() -> None:
    async with serve(manifest=Manifest(scopes=frozenset({"chat:write", "channels:read"}))) as running:
        client = AsyncWebClient(token="xoxb-sandbox", base_url=running.api_url)
        channels = (await client.conversations_list())["channels"]
        ids = {channel["name"]: channel["id"] for channel in channels}
        with pytest.raises(SlackApiError) as refused:
            await client.conversations_history(channel=ids["incidents"])
        assert refused.value.response["needed"] == "channels:history"
        assert refused.value.response["provided"] == "channels:read,chat:write"
        assert await refusal(client.chat_postMessage(channel="C404", text="x")) == "channel_not_found"
        assert await refusal(client.chat_postMessage(channel=ids["general"], text="x")) == "not_in_channel"


async def test_wrong_arguments_are_pointed_at(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as refused:
        await client.api_call("pins.add", params={"channel": "C1"})
    assert refused.value.response["error"] == "invalid_arguments"
    assert refused.value.response["response_metadata"]["messages"] == [
        "[ERROR] missing required field: timestamp"
    ]
    assert (
        await refusal(client.api_call("conversations.list", params={"limit": "many"})) == "invalid_arguments"
    )
    broken = client.api_call("chat.postMessage", json={"channel": "C1", "blocks": "{"})
    assert await refusal(broken) == "invalid_blocks_format"


async def test_a_method_of_tier_two_is_limited_with_a_time_to_wait(client: AsyncWebClient) -> None:
    for _ in range(20):
        await client.conversations_list()
    with pytest.raises(SlackApiError) as refused:
        await client.conversations_list()
    assert (refused.value.response.status_code, refused.value.response["error"]) == (429, "ratelimited")
    assert int(refused.value.response.headers["Retry-After"]) >= 1
