"""Escalation policies made and changed in Slack by an admin, with every step over the wire."""

from __future__ import annotations

from typing import Any

from bot.core.configuration import Owner
from bot.core.ids import PolicyId
from bot.usecases import configuration
from tests.slack.office import Hands, Office, eventually
from tests.slack.test_schedules_story import configured, fields, texts

__all__ = ["configured"]


async def kept(office: Office, policy: str = "nights") -> Any:
    found = {one.key: one for one in await configuration.objects(office.db)}
    return found.get(policy)


async def add_level(hands: Hands, at: int, /, **values: Any) -> dict[str, Any]:
    await hands.click("frank", "Add a level")
    return await fields(hands, "frank", **{f"{name}__{at}": value for name, value in values.items()})


async def known(office: Office, policy: str = "nights") -> None:
    async def taken_up() -> bool:
        return PolicyId(policy) in office.catalogue().policies

    await eventually(taken_up, f"the running copy knows {policy}")


async def test_a_policy_is_made_level_by_level_with_a_preview_before_anything_is_saved(
    configured: Office, people: Hands
) -> None:
    opened = await people.command("frank", "/oncall policies")
    assert "checkout-critical" in texts(opened["view"])
    assert "on_call.yml, line" in texts(opened["view"])
    assert "Used by service checkout" in texts(opened["view"])
    await people.click("frank", "New policy")
    empty = await fields(people, "frank", name="Nights")
    assert empty["errors"] == {"name": "Add a level first: nobody would be paged."}
    await people.click("frank", "Add a level")
    nobody = await fields(people, "frank", ack_timeout__0="soon")
    assert set(nobody["errors"]) == {"people:0", "ack_timeout:0"}
    first = {"schedule__0": ["payments-primary"], "ack_timeout__0": "5", "when__0": ""}
    form = await fields(people, "frank", **first)
    assert form["response_action"] == "update"
    assert "1. payments-primary · 5 min" in texts(form["view"])
    await add_level(people, 1, people=["carol"], manager=["manager"], assign="round_robin")
    await people.click("frank", "Add a level")
    left = await people.click("frank", "Back to the policy")
    assert "2. one of " in texts(left["view"]) and "3. " not in texts(left["view"])
    wrong = await fields(people, "frank", name="Nights", ack_timeout="2 days", repeat="1")
    assert set(wrong["errors"]) == {"ack_timeout"}
    previewed = await fields(people, "frank", name="Nights", ack_timeout="10 min", repeat="1")
    assert previewed["response_action"] == "push"
    said = texts(previewed["view"])
    assert "Nothing is saved yet" in said
    assert "The levels run twice; then level 2 every 10 min" in said
    assert "SEV1 3 min, SEV2 5 min, others 15 min" in said
    assert "(payments-primary)" in said
    assert await kept(configured) is None
    saved = await people.submit("frank")
    assert saved["response_action"] == "clear"
    assert (await kept(configured)).owner is Owner.SLACK
    assert "Nights is made" in str(await people.messages("frank", "#general"))


async def test_only_admins_change_policies_and_files_keep_theirs(configured: Office, people: Hands) -> None:
    opened = await people.command("ana", "/oncall policies checkout")
    assert "New policy" not in str(opened["view"]["blocks"])
    shown = await people.click("ana", "Open")
    assert "Change it there" in str(shown["view"]["blocks"])
    assert "If nobody answers" in texts(shown["view"])


async def test_a_level_moves_and_goes_and_the_policy_is_deleted(configured: Office, people: Hands) -> None:
    await people.command("frank", "/oncall policies")
    await people.click("frank", "New policy")
    for at, team in enumerate(("payments", "platform")):
        await add_level(people, at, team=[team])
    moved = await people.click("frank", "Earlier")
    assert texts(moved["view"]).index("team platform") < texts(moved["view"]).index("team payments")
    await people.click("frank", "Remove")
    await fields(people, "frank", name="Nights")
    await people.submit("frank")
    assert (await kept(configured)).body["levels"] == [{"targets": [{"kind": "team", "id": "payments"}]}]
    await known(configured)
    await people.command("frank", "/oncall policies nights")
    await people.click("frank", "Open")
    await people.click("frank", "Delete")
    assert await kept(configured) is None
