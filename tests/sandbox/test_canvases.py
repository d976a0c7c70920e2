"""Canvases: a document of a channel, edited by its sections."""

from __future__ import annotations

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.sandbox.acting import Hands, conversation, refusal

Json = dict[str, object]

REPORT = "# Checkout is down\nDeclared by ana\n\n## Impact\n\nOne in three payments fails.\n\n- EU\n- US"


def markdown(text: str) -> dict[str, str]:
    return {"type": "markdown", "markdown": text}


async def test_a_channel_has_one_canvas_that_its_members_read(client: AsyncWebClient, hands: Hands) -> None:
    alerts = await conversation(client, "alerts")
    made = await client.conversations_canvases_create(channel_id=alerts, document_content=markdown(REPORT))
    again = client.conversations_canvases_create(channel_id=alerts, document_content=markdown("x"))
    assert await refusal(again) == "channel_canvas_already_exists"
    (seen,) = await hands.get("canvases", **{"as": "ana", "in": "#alerts"})
    assert (seen["id"], seen["home"], seen["by"]) == (made["canvas_id"], True, "Tocsin")
    assert [each["markdown"].splitlines()[0] for each in seen["sections"]] == [
        "# Checkout is down",
        "## Impact",
        "One in three payments fails.",
        "- EU",
    ]
    info = (await client.conversations_info(channel=alerts))["channel"]
    assert info["properties"]["canvas"] == {"file_id": made["canvas_id"], "is_empty": False}
    file = (await client.files_info(file=made["canvas_id"]))["file"]
    assert (file["filetype"], file["channels"]) == ("quip", [alerts])
    await client.canvases_delete(canvas_id=made["canvas_id"])
    assert await hands.get("canvases", **{"as": "ana"}) == []


async def test_a_canvas_in_a_private_channel_is_for_its_members(client: AsyncWebClient, hands: Hands) -> None:
    secret = (await client.conversations_create(name="secret", is_private=True))["channel"]["id"]
    await client.canvases_create(title="Notes", document_content=markdown("hush"), channel_id=secret)
    assert await hands.get("canvases", **{"as": "ana"}) == []


async def test_a_section_is_found_and_replaced(client: AsyncWebClient, hands: Hands) -> None:
    alerts = await conversation(client, "alerts")
    canvas = (
        await client.conversations_canvases_create(channel_id=alerts, document_content=markdown(REPORT))
    )["canvas_id"]

    async def find(**criteria: object) -> list[str]:
        found = await client.canvases_sections_lookup(canvas_id=canvas, criteria=criteria)
        return [section["id"] for section in found["sections"]]

    async def change(operation: str, **more: object) -> None:
        await client.canvases_edit(canvas_id=canvas, changes=[{"operation": operation, **more}])

    async def reads() -> str:
        (seen,) = await hands.get("canvases", **{"as": "ana"})
        return str(seen["markdown"])

    assert len(await find(section_types=["any_header"])) == 2
    (impact,) = await find(section_types=["h2"], contains_text="impact")
    await change("replace", section_id=impact, document_content=markdown("## Who is hurt"))
    (fails,) = await find(contains_text="one in three")
    await change("insert_after", section_id=fails, document_content=markdown("Refunds work."))
    (places,) = await find(contains_text="- EU")
    await change("delete", section_id=places)
    await change("insert_at_end", document_content=markdown("Next update at 12:00"))
    assert await reads() == (
        "# Checkout is down\nDeclared by ana\n\n## Who is hurt\n\nOne in three payments fails.\n\n"
        "Refunds work.\n\nNext update at 12:00"
    )
    await change("replace", document_content=markdown("All well."))
    assert await reads() == "All well."


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ([], "invalid_arguments"),
        ([{"operation": "delete", "section_id": "x"}] * 2, "invalid_arguments"),
        ([{"operation": "shred"}], "invalid_arguments"),
        ([{"operation": "delete"}], "invalid_arguments"),
        ([{"operation": "insert_at_end", "document_content": {"type": "html"}}], "invalid_arguments"),
        ([{"operation": "delete", "section_id": "temp:C:none"}], "canvas_editing_failed"),
    ],
)
async def test_a_wrong_change_is_refused_whole(
    client: AsyncWebClient, changes: list[Json], error: str
) -> None:
    canvas = (await client.canvases_create(title="Notes", document_content=markdown("kept")))["canvas_id"]
    assert await refusal(client.canvases_edit(canvas_id=canvas, changes=changes)) == error
    found = await client.canvases_sections_lookup(canvas_id=canvas, criteria={"contains_text": "kept"})
    assert len(found["sections"]) == 1


async def test_no_canvas_is_said(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="canvas_not_found"):
        await client.canvases_edit(canvas_id="F404", changes=[{"operation": "delete", "section_id": "x"}])
