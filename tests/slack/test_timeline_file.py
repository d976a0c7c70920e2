"""The timeline as a file, over Slack's wire."""

from __future__ import annotations

import json
from typing import Any

from tests.slack.office import Hands, Office, eventually


async def declared(people: Hands) -> str:
    """Dave declares in #general and is in the channel, whose name is answered."""
    await people.command("dave", "/incident declare Checkout is *down*")
    await people.submit("dave", Severity="SEV1", Service="checkout")
    channel = f"#{(await people.channel('dave', 'inc-1-'))['name']}"
    await people.sees("dave", "🚨 INC-1", channel)
    return channel


async def file_in(people: Hands, who: str, where: str) -> tuple[dict[str, Any], str]:
    """The latest file of a conversation, and what it says."""

    async def there() -> dict[str, Any] | None:
        found = [file for message in await people.messages(who, where) for file in message.get("files", ())]
        return found[-1] if found else None

    file = await eventually(there, f"a file in {where}")
    assert file is not None
    async with people.http.get(file["url_private"]) as answer:
        return file, await answer.text()


async def test_the_timeline_is_sent_as_markdown_to_the_asker(office: Office, people: Hands) -> None:
    await declared(people)
    done = await people.command("dave", "/incident timeline INC-1 markdown")
    assert "direct messages" in done["reply"]["plain"]
    file, text = await file_in(people, "dave", "@Tocsin")
    assert file["name"] == "inc-1-timeline.md"
    assert text.startswith("# INC-1 Checkout is \\*down\\*\n")
    assert "**declared**" in text
    assert ", by dave" in text
    assert "#inc-1-checkout-is-down was created" in text
    assert "<@" not in text


async def test_a_link_is_a_link_in_markdown_and_other_text_is_text(office: Office, people: Hands) -> None:
    channel = await declared(people)
    await people.command("dave", "/incident link https://wiki.example.com/a_(b) CPU [EU]", channel)
    await people.command("dave", "/incident note cache_1 *flushed* <b>", channel)
    await people.command("dave", "/incident timeline INC-1 markdown")
    _, text = await file_in(people, "dave", "@Tocsin")
    assert "[CPU \\[EU\\]](https://wiki.example.com/a_%28b%29), by dave" in text
    assert "cache\\_1 \\*flushed\\* \\<b\\>" in text


async def test_asked_for_in_the_incidents_channel_the_file_is_there(office: Office, people: Hands) -> None:
    channel = await declared(people)
    await people.command("dave", "/incident timeline json", channel)
    file, text = await file_in(people, "dave", channel)
    assert file["title"] == "Timeline of INC-1"
    document = json.loads(text)
    assert document["title"] == "INC-1 Checkout is *down*"
    first = next(fact for fact in document["facts"] if fact["kind"] == "incident_declared")
    assert first["severity"] == "SEV1"
    assert first["at"].endswith("+00:00")
    assert "Checkout is *down*, by dave" in first["text"]
    assert first["sentence"] == first["text"]
    assert document["people"][first["by"].removeprefix("user:")] == "dave"


async def test_the_buttons_of_the_timeline_send_it(office: Office, people: Hands) -> None:
    channel = await declared(people)
    opened = await people.command("dave", "/incident timeline", channel)
    assert opened["view"]["title"]["text"] == "Timeline of INC-1"
    await people.click("dave", "Send as JSON")
    file, _ = await file_in(people, "dave", "@Tocsin")
    assert file["name"] == "inc-1-timeline.json"


async def test_a_format_that_nobody_can_write_is_said(office: Office, people: Hands) -> None:
    await declared(people)
    done = await people.command("dave", "/incident timeline INC-1 pdf")
    assert "say markdown or json" in done["reply"]["plain"]
    assert await people.calls("files.getUploadURLExternal") == []


async def test_an_upload_that_slack_refuses_is_said(office: Office, people: Hands) -> None:
    await declared(people)
    await people.fault(method="files.getUploadURLExternal", error="missing_scope")
    done = await people.command("dave", "/incident timeline INC-1 json")
    assert "missing_scope" in done["reply"]["plain"]
