"""User groups: made, filled and mentioned, by the app and by people; never empty."""

from __future__ import annotations

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.manifest import Manifest
from bot.sandbox.server import serve
from tests.sandbox.acting import Bot, Hands, refusal, until, user


async def test_a_group_is_made_filled_renamed_and_disabled(bot: Bot, hands: Hands) -> None:
    client = bot.client
    made = (await client.usergroups_create(name="Payments on call", handle="payments-oncall"))["usergroup"]
    assert (made["handle"], made["date_delete"]) == ("payments-oncall", 0) and "users" not in made
    ana, bob = await user(client, "ana"), await user(client, "bob")
    filled = await client.usergroups_users_update(usergroup=made["id"], users=[ana, bob], include_count=True)
    assert (filled["usergroup"]["users"], filled["usergroup"]["user_count"]) == ([ana, bob], 2)
    await client.usergroups_users_update(usergroup=made["id"], users=bob)
    assert (await client.usergroups_users_list(usergroup=made["id"]))["users"] == [bob]
    await client.usergroups_update(usergroup=made["id"], name="Payments", description="Paged first")
    (seen,) = await hands.get("usergroups")
    assert (seen["name"], seen["description"], seen["members"]) == ("Payments", "Paged first", ["bob"])
    await client.usergroups_disable(usergroup=made["id"])
    assert (await client.usergroups_list())["usergroups"] == []
    (listed,) = (await client.usergroups_list(include_disabled=True, include_users=True))["usergroups"]
    assert listed["users"] == [bob] and listed["date_delete"] > 0
    await client.usergroups_enable(usergroup=made["id"])
    assert [each["id"] for each in (await client.usergroups_list())["usergroups"]] == [made["id"]]


async def test_the_app_hears_who_came_into_a_group_and_who_went(bot: Bot, hands: Hands) -> None:
    client = bot.client
    ana, bob = await user(client, "ana"), await user(client, "bob")
    group = await hands.do("usergroups", name="On call", handle="oncall", members=["ana"])
    await client.usergroups_users_update(usergroup=group["id"], users=[bob])
    changes = await until(lambda: len(c := bot.heard("subteam_members_changed")) == 2 and c)
    told = {(*each["added_users"], "-", *each["removed_users"]) for each in changes}
    assert told == {(ana, "-"), (bob, "-", ana)}
    assert {each["subteam"]["handle"] for each in bot.heard("subteam_updated")} == {"oncall"}


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"name": "Payments"}, "name_already_exists"),
        ({"name": "Other", "handle": "payments"}, "handle_already_exists"),
        ({"name": "Other", "handle": "ana"}, "handle_already_exists"),
        ({"name": "Other", "handle": "general"}, "handle_already_exists"),
        ({"name": "Other", "handle": "here"}, "forbidden_handle"),
        ({"name": "Other", "handle": "Bad Handle"}, "bad_handle"),
        ({"name": "Other", "channels": "C404"}, "invalid_channel_provided"),
        ({"name": "x" * 300}, "name_too_long"),
        ({"name": "Other"}, ""),
    ],
)
async def test_names_and_handles_are_checked(
    client: AsyncWebClient, fields: dict[str, str], error: str
) -> None:
    await client.usergroups_create(name="Payments", handle="payments")
    assert await refusal(client.usergroups_create(**fields)) == error  # type: ignore[arg-type]


async def test_a_group_is_never_empty_and_holds_active_people_only(
    client: AsyncWebClient, hands: Hands
) -> None:
    group = await hands.do("usergroups", name="On call", handle="oncall", members=["ana", "bob"])
    gone = (await hands.do("people", name="carol", deactivated=True))["id"]
    bot = (await client.auth_test())["user_id"]
    for users, error in (("", "no_users_provided"), (gone, "invalid_users"), (bot, "invalid_users")):
        update = client.usergroups_users_update(usergroup=group["id"], users=users)
        assert await refusal(update) == error
    assert await refusal(client.usergroups_users_update(usergroup="S404", users="U1")) == "no_such_subteam"
    (kept,) = await hands.get("usergroups")
    assert kept["members"] == ["ana", "bob"]


async def test_a_plan_without_groups_and_a_forbidden_change_are_faults(
    client: AsyncWebClient, hands: Hands
) -> None:
    group = await hands.do("usergroups", name="On call", handle="oncall", members=["ana"])
    for error in ("paid_teams_only", "permission_denied"):
        await hands.fault(method="usergroups.users.update", error=error, times=1)
        assert (
            await refusal(client.usergroups_users_update(usergroup=group["id"], users=group["id"])) == error
        )


async def test_a_mention_of_a_group_reads_as_its_handle(bot: Bot, hands: Hands) -> None:
    group = await hands.do("usergroups", name="On call", handle="oncall", members=["ana"])
    await hands.do("post", "bob", at="#alerts", text="@oncall please look")
    event = (await until(lambda: bot.heard("message")))[0]
    assert event["text"] == f"<!subteam^{group['id']}> please look"
    (element, _) = event["blocks"][0]["elements"][0]["elements"]
    assert element == {"type": "usergroup", "usergroup_id": group["id"]}
    assert (await hands.messages("ana", "#alerts"))[-1]["plain"] == "@oncall please look"


async def test_groups_need_their_scope() -> None:
    async with serve(manifest=Manifest(scopes=frozenset({"usergroups:read"}))) as running:
        client = AsyncWebClient(token="xoxb-sandbox", base_url=running.api_url)
        await client.usergroups_list()
        assert await refusal(client.usergroups_create(name="x")) == "missing_scope"
