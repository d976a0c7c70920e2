"""What Slack refuses in blocks and views, with its error names and pointers."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.blockkit import check_blocks, check_view
from tests.sandbox.acting import Bot, Hands, Json, button, conversation, field_block, modal, refusal, section

PLAIN = {"type": "plain_text", "text": "x"}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def option(text: str, value: str | None = None) -> Json:
    return {"text": {"type": "plain_text", "text": text}, "value": value or text}


def select(**more: Any) -> Json:
    return {"type": "static_select", "action_id": "s", "options": [option("a"), option("b")], **more}


ACCEPTED: list[Json] = [
    section("hi", accessory=button("Go", "go", style="danger", url="https://example.com")),
    {"type": "section", "fields": [{"type": "mrkdwn", "text": "*a*"}, PLAIN]},
    {"type": "divider"},
    {"type": "header", "text": {"type": "plain_text", "text": "x" * 150, "emoji": True}},
    {
        "type": "context",
        "elements": [{"type": "mrkdwn", "text": "x"}, {"type": "image", "image_url": "u", "alt_text": "a"}],
    },
    {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "chart", "title": PLAIN},
    actions(select(initial_option=option("b")), button("A", "a"), button("B", "b")),
    actions({"type": "overflow", "action_id": "more", "options": [option("a"), option("b")]}),
    actions({"type": "users_select", "action_id": "u", "initial_user": "U1", "placeholder": PLAIN}),
    actions({"type": "datetimepicker", "action_id": "d", "initial_date_time": 1795250027}),
    {"type": "markdown", "text": "# Title"},
    {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}, {"type": "raw_text", "text": "b"}]]},
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [{"type": "text", "text": "a", "style": {"bold": True}}],
            },
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U1"}]}],
            },
        ],
    },
    field_block("Title", "title", multiline=True, max_length=100),
]
REFUSED: list[tuple[Json, str, str]] = [
    ({"type": "sectoin"}, "/0/type", "unsupported type"),
    ({"text": PLAIN}, "/0", "missing required field: type"),
    ({"type": "section"}, "/0", "at least one of: text, fields"),
    (section(""), "/0/text/text", "must be more than 0 characters"),
    (section("x" * 3001), "/0/text/text", "must be less than 3001 characters"),
    ({"type": "section", "fields": [PLAIN] * 11}, "/0/fields", "no more than 10 items"),
    ({"type": "section", "fields": [{**PLAIN, "text": "x" * 2001}]}, "/0/fields/0/text", "less than 2001"),
    ({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, "/0/text/type", "unsupported type"),
    ({"type": "header", "text": {**PLAIN, "text": "x" * 151}}, "/0/text/text", "less than 151"),
    (section("x", colour="red"), "/0", "invalid additional property: colour"),
    (section("x", accessory=field_block("a", "b")["element"]), "/0/accessory/type", "unsupported type"),
    (actions(button("x" * 76, "a")), "/0/elements/0/text/text", "less than 76"),
    (actions(button("x", "a", value="x" * 2001)), "/0/elements/0/value", "less than 2001"),
    (actions(button("x", "a", style="default")), "/0/elements/0/style", "must be one of"),
    (actions(button("x", "a"), button("y", "a")), "/0/elements/1/action_id", "already exists"),
    (actions(*[button("x", str(n)) for n in range(26)]), "/0/elements", "no more than 25"),
    (actions(), "/0/elements", "no fewer than 1"),
    (actions(select(options=[option("a")] * 101)), "/0/elements/0/options", "no more than 100"),
    (actions(select(initial_option=option("z"))), "/0/elements/0/initial_option", "among the options"),
    (actions(select(option_groups=[])), "/0/elements/0/option_groups", "no fewer than 1"),
    (actions(select(options=[option("x" * 76)])), "/0/elements/0/options/0/text/text", "less than 76"),
    (
        actions({"type": "overflow", "options": [option(c) for c in "abcdef"]}),
        "/0/elements/0/options",
        "no more than 5",
    ),
    (
        actions({"type": "datepicker", "initial_date": "21.11.2026"}),
        "/0/elements/0/initial_date",
        "YYYY-MM-DD",
    ),
    ({"type": "context", "elements": [PLAIN] * 11}, "/0/elements", "no more than 10"),
    ({"type": "image", "alt_text": "x"}, "/0", "exactly one of: image_url, slack_file"),
    ({"type": "divider", "block_id": "x" * 256}, "/0/block_id", "less than 256"),
    ({"type": "alert", "text": PLAIN}, "/0/type", "unsupported type: alert for a message"),
    (field_block("x" * 2001, "b"), "/0/label/text", "less than 2001"),
]


@pytest.mark.parametrize("block", ACCEPTED, ids=lambda block: block["type"])
def test_right_blocks_pass(block: Json) -> None:
    assert check_blocks([block]) == []


@pytest.mark.parametrize(("block", "pointer", "message"), REFUSED)
def test_wrong_blocks_are_pointed_at(block: Json, pointer: str, message: str) -> None:
    problems = check_blocks([block])
    assert [problem.pointer for problem in problems] == [pointer]
    assert message in problems[0].message


def test_a_surface_has_its_own_limits() -> None:
    divider = {"type": "divider"}
    assert check_blocks([divider] * 51)[0].message == "no more than 50 items allowed"
    assert check_blocks([divider] * 100, "modal") == []
    twice = [{"type": "divider", "block_id": "a"}] * 2
    assert check_blocks(twice)[0].pointer == "/1/block_id"


@pytest.mark.parametrize(
    ("view", "pointer"),
    [
        (modal(section("x")), None),
        (modal(), None),
        ({**modal(section("x")), "title": {**PLAIN, "text": "x" * 25}}, "/view/title/text"),
        ({k: v for k, v in modal(field_block("a", "b")).items() if k != "submit"}, "/view"),
        ({**modal(section("x")), "private_metadata": "x" * 3001}, "/view/private_metadata"),
        ({"type": "home", "blocks": [section("x")], "submit": PLAIN}, "/view"),
        ({"type": "home", "blocks": [section("x")]}, None),
        ({"type": "page", "blocks": []}, "/view/type"),
        ({**modal(section("x")), "blocks": None}, "/view/blocks"),
    ],
)
def test_views_have_rules_of_their_own(view: Json, pointer: str | None) -> None:
    assert [problem.pointer for problem in check_view(view)] == ([pointer] if pointer else [])


async def test_the_web_api_refuses_with_slacks_words(client: AsyncWebClient) -> None:
    channel = await conversation(client, "incidents")
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=channel, text="x", blocks=[section("")])
    assert refused.value.response["error"] == "invalid_blocks"
    (line,) = refused.value.response["response_metadata"]["messages"]
    assert line == "[ERROR] must be more than 0 characters [json-pointer:/blocks/0/text/text]"
    long = [section("x" * 2900) for _ in range(5)]
    too_long = client.chat_postMessage(channel=channel, text="x", blocks=long)
    assert await refusal(too_long) == "msg_blocks_too_long"
    no_list = client.api_call("chat.postMessage", json={"channel": channel, "blocks": {"a": 1}})
    assert await refusal(no_list) == "invalid_blocks_format"


async def test_blocks_validate_names_the_constraint(client: AsyncWebClient) -> None:
    header = {"type": "header", "text": {"type": "mrkdwn", "text": "x"}}
    with pytest.raises(SlackApiError) as refused:
        await client.api_call("blocks.validate", json={"blocks": [header]})
    assert refused.value.response["error"] == "invalid_blocks"
    (problem,) = refused.value.response["errors"]
    assert (problem["pointer"], problem["code"]) == ("/0/text/type", "failed_constraint")
    assert (await client.api_call("blocks.validate", json={"view": modal(section("x"))}))["ok"]


async def test_a_bad_modal_is_refused_and_leaves_the_trigger_usable(bot: Bot, hands: Hands) -> None:
    errors: list[str] = []

    @bot.app.command("/incident")
    async def declare(ack: Any, body: Json, client: Any) -> None:
        await ack()
        bad = {**modal(field_block("Title", "title")), "title": {"type": "plain_text", "text": "x" * 25}}
        errors.append(await refusal(client.views_open(trigger_id=body["trigger_id"], view=bad)))
        await client.views_open(trigger_id=body["trigger_id"], view=modal(field_block("Title", "title")))

    assert (await hands.do("command", "ana", at="#general", text="/incident"))["view"]
    assert errors == ["invalid_arguments"]
