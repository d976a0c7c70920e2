"""The command of an incident goes to somebody else."""

from __future__ import annotations

from bot.core.catalogue import COMMANDER
from bot.core.ids import PersonId
from tests.slack.office import Hands, Office, eventually
from tests.slack.test_incident_story import declare


async def test_the_command_goes_over_with_what_the_next_one_must_know(office: Office, people: Hands) -> None:
    await declare(people)
    channel = f"#{(await people.channel('dave', 'inc-1-'))['name']}"
    await people.sees("dave", "🚨 INC-1", channel)
    await people.command("dave", "/incident lead me", channel)
    await people.command("dave", "/incident update rolling back 4711", channel)
    opened = await people.command("dave", "/incident handoff @bob", channel)
    assert opened["view"]["callback_id"] == "handoff"
    assert "rolling back 4711" in str(opened["view"]["blocks"])
    await people.submit("dave", **{"What is next?": "Call the bank at 04:00"})
    incident = await office.incident()
    assert incident.roles[COMMANDER] == office.catalogue().people[PersonId("bob")].user_id
    post = await people.sees("dave", "handed the command of INC-1 to", channel)
    assert "@bob" in post["plain"]
    assert "What is going on: rolling back 4711" in post["plain"].replace("*", "")
    assert "Call the bank at 04:00" in post["plain"]
    await people.channel("bob", "inc-1-")
    assert "handed_off" in await office.facts()

    async def shown() -> bool:
        return "@bob" in (await people.sees("dave", "🚨 INC-1", channel))["plain"]

    await eventually(shown, "the card names the new commander")


async def test_a_handoff_needs_a_word_about_how_it_stands_and_an_open_incident(
    office: Office, people: Hands
) -> None:
    await declare(people)
    channel = f"#{(await people.channel('dave', 'inc-1-'))['name']}"
    await people.sees("dave", "🚨 INC-1", channel)
    await people.command("dave", "/incident handoff bob", channel)
    refused = await people.do("submit", **{"as": "dave", "fields": {"What is going on?": "  "}})
    assert refused["errors"]
    assert "handed_off" not in await office.facts()
    nobody = await people.command("dave", "/incident handoff zoltan", channel)
    assert (
        "zoltan is not a person" in nobody["reply"]["text"] or "I know no person" in nobody["reply"]["text"]
    )
    await people.do("close", **{"as": "dave"})
    await people.command("dave", "/incident resolve", channel)
    await people.submit("dave", **{"What happened?": "A bad release"})
    over = await people.command("dave", "/incident handoff @bob", channel)
    assert "is resolved" in over["reply"]["text"]
