"""Messages of an incident's channel that are kept in its timeline, and what becomes of them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.facts import Fact, NoteAdded, NoteEdited, NoteRetracted
from bot.core.ids import IncidentId, UserId, by_user
from bot.queries import timeline as timelines
from bot.sandbox import posting
from bot.sandbox.posting import Content
from bot.slack.listeners import catching_up
from bot.slack.render.timeline import as_text
from bot.store import timeline
from tests.slack.office import Hands, Office, eventually
from tests.slack.test_incident_story import declare


@pytest.fixture(autouse=True)
def nothing_was_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor looked for: a look just then may see a change before its event tells whose it is."""
    monkeypatch.setattr(catching_up, "SETTLE_SECONDS", 600.0)


@pytest.fixture
async def channel(office: Office, people: Hands) -> str:
    await declare(people)
    name = f"#{(await people.channel('ana', 'inc-1-'))['name']}"
    await people.sees("dave", "🚨 INC-1", name)
    return name


async def notes(office: Office) -> list[Fact]:
    async with office.db.read() as conn:
        return [f for f in await timeline.of_incident(conn, IncidentId(1)) if f.kind.startswith("note_")]


async def told(office: Office, *kinds: str) -> list[Fact]:
    """The facts about notes, once they are of these kinds."""

    async def there() -> bool:
        return [fact.kind for fact in await notes(office)] == list(kinds)

    await eventually(there, f"the notes are {kinds}, not {[f.kind for f in await notes(office)]}")
    return await notes(office)


async def react(people: Hands, who: str, where: str, ts: str, **more: Any) -> None:
    await people.do("react", **{"as": who, "in": where, "ts": ts, "name": "pushpin", **more})


def user(office: Office, name: str) -> UserId:
    found = office.sandbox.sandbox.workspace.person(name)
    assert found is not None
    return UserId(found.id)


async def test_a_pushpin_keeps_a_message_once_and_says_whose_it_is(
    office: Office, people: Hands, channel: str
) -> None:
    said = await people.do("post", **{"as": "dave", "in": channel, "text": "It began after 4711"})
    await people.do("react", **{"as": "dave", "in": channel, "ts": said["ts"], "name": "eyes"})
    await react(people, "ana", channel, said["ts"])
    await told(office, "note_added")
    await react(people, "dave", channel, said["ts"])
    await office.quiet()
    (note,) = await told(office, "note_added")
    assert isinstance(note, NoteAdded)
    assert (note.text, note.by, note.author) == (
        "It began after 4711",
        by_user(user(office, "ana")),
        user(office, "dave"),
    )
    assert note.link.startswith("http")


async def test_the_last_pushpin_removed_takes_it_back_and_nothing_is_deleted(
    office: Office, people: Hands, channel: str
) -> None:
    said = await people.do("post", **{"as": "dave", "in": channel, "text": "It was me"})
    for who in ("ana", "dave"):
        await react(people, who, channel, said["ts"])
    await told(office, "note_added")
    await react(people, "ana", channel, said["ts"], remove=True)
    await office.quiet()
    await told(office, "note_added")
    await react(people, "dave", channel, said["ts"], remove=True)
    facts = await told(office, "note_added", "note_retracted")
    assert isinstance(facts[1], NoteRetracted)
    assert facts[1].text == "It was me"
    await react(people, "dave", channel, said["ts"])
    await told(office, "note_added", "note_retracted", "note_added")


async def test_an_edit_is_followed_and_a_deletion_is_said(
    office: Office, people: Hands, channel: str
) -> None:
    said = await people.do("post", **{"as": "dave", "in": channel, "text": "Release 4711"})
    await people.do("shortcut", **{"as": "ana", "name": "Add to timeline", "in": channel, "ts": said["ts"]})
    await told(office, "note_added")
    again = await people.do(
        "shortcut", **{"as": "ana", "name": "Add to timeline", "in": channel, "ts": said["ts"]}
    )
    assert again["reply"]["plain"] == "This message is in the timeline of INC-1 already."
    await told(office, "note_added")
    sandbox = office.sandbox.sandbox
    where = sandbox.workspace.conversations[said["channel"]]
    message = where.messages[said["ts"]]
    posting.edit(sandbox, where, message, Content("Release 4712"), message.user or "")
    facts = await told(office, "note_added", "note_edited")
    assert isinstance(facts[1], NoteEdited)
    assert (facts[1].before, facts[1].text) == ("Release 4711", "Release 4712")
    posting.delete(sandbox, where, message)
    await told(office, "note_added", "note_edited", "note_source_deleted")
    async with office.db.read() as conn:
        view = await timelines.named(conn, office.catalogue(), "INC-1")
    assert view is not None
    lines = as_text(view)
    assert "dave: Release 4711, added by ana" in lines
    assert 'dave changed "Release 4711" to: Release 4712' in lines
    assert "deleted   in Slack, this message: Release 4712" in lines


async def test_a_reply_in_a_thread_can_be_kept(office: Office, people: Hands, channel: str) -> None:
    asked = await people.do("post", **{"as": "ana", "in": channel, "text": "Since when?"})
    reply = await people.do(
        "post", **{"as": "dave", "in": channel, "text": "Since 02:40", "thread_ts": asked["ts"]}
    )
    await react(people, "ana", channel, reply["ts"])
    (note,) = await told(office, "note_added")
    assert isinstance(note, NoteAdded)
    assert note.text == "Since 02:40"


async def test_what_nobody_kept_is_not_followed(office: Office, people: Hands, channel: str) -> None:
    said = await people.do("post", **{"as": "dave", "in": channel, "text": "Hm"})
    sandbox = office.sandbox.sandbox
    where = sandbox.workspace.conversations[said["channel"]]
    message = where.messages[said["ts"]]
    posting.edit(sandbox, where, message, Content("Hmm"), message.user or "")
    posting.delete(sandbox, where, message)
    other = await people.do("post", **{"as": "dave", "in": channel, "text": "This counts"})
    await react(people, "dave", channel, other["ts"])
    (note,) = await told(office, "note_added")
    assert isinstance(note, NoteAdded)
    assert note.text == "This counts"


async def pin(people: Hands, where: str, ts: str, **more: Any) -> None:
    await people.do("pin", **{"as": "dave", "in": where, "ts": ts, **more})


async def test_a_pin_keeps_a_message_until_it_is_unpinned(
    office: Office, people: Hands, channel: str
) -> None:
    said = await people.do("post", **{"as": "ana", "in": channel, "text": "It began after 4711"})
    await pin(people, channel, said["ts"])
    (note,) = await told(office, "note_added")
    assert isinstance(note, NoteAdded)
    assert (note.text, note.pinned, note.reaction) == ("It began after 4711", True, False)
    assert note.author == user(office, "ana")
    await pin(people, channel, said["ts"], remove=True)
    _, gone = await told(office, "note_added", "note_retracted")
    assert isinstance(gone, NoteRetracted)
    assert gone.by == by_user(user(office, "dave"))


async def test_a_message_with_a_pin_and_a_pushpin_is_noted_once_until_the_last_of_them_goes(
    office: Office, people: Hands, channel: str
) -> None:
    said = await people.do("post", **{"as": "ana", "in": channel, "text": "It began after 4711"})
    await pin(people, channel, said["ts"])
    await told(office, "note_added")
    await react(people, "dave", channel, said["ts"])
    await pin(people, channel, said["ts"], remove=True)
    await office.quiet()
    await told(office, "note_added")
    await react(people, "dave", channel, said["ts"], remove=True)
    await told(office, "note_added", "note_retracted")


async def test_the_card_that_we_pin_ourselves_is_no_note(office: Office, people: Hands, channel: str) -> None:
    async def pinned() -> bool:
        return bool((await people.channel("dave", "inc-1-"))["pins"])

    await eventually(pinned, "the card is pinned")
    await office.quiet()
    assert await notes(office) == []
