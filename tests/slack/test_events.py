"""What Slack tells by itself."""

from __future__ import annotations

from bot.core.catalogue import Catalogue
from bot.core.ids import PersonId
from bot.core.permissions import Standing
from bot.store import journal, members
from tests.slack.office import Hands, Office, eventually
from tests.slack.test_incident_story import declare


def user_of(catalogue: Catalogue, name: str) -> str:
    return str(catalogue.people[PersonId(name)].user_id)


async def test_an_opened_home_is_published(office: Office, people: Hands) -> None:
    await office.page()
    await people.sees("ana", "Error rate")
    home = await people.do("home", **{"as": "ana"})
    assert "payments-primary" in str(home["view"])

    async def page_is_there() -> bool:
        views = await people.look("views", **{"as": "ana"})
        return "Error rate" in str(views[-1])

    await eventually(page_is_there, "the page is on ana's Home")


async def test_a_page_is_acknowledged_on_the_home(office: Office, people: Hands) -> None:
    page = await office.page()
    await people.sees("ana", "Error rate")
    await people.do("home", **{"as": "ana"})

    async def shown() -> bool:
        views = await people.look("views", **{"as": "ana"})
        return "page_acknowledge" in str(views[-1])

    await eventually(shown, "the Home has the button")
    done = await people.click("ana", "Acknowledge", home=True)
    assert done["acked"]
    assert (await office.page_now(page.id)).acknowledged_by == user_of(office.catalogue(), "ana")


async def test_a_late_click_on_the_home_is_answered_in_a_modal(office: Office, people: Hands) -> None:
    await office.page()
    await people.sees("ana", "Error rate")
    await people.do("home", **{"as": "ana"})

    async def shown() -> bool:
        views = await people.look("views", **{"as": "ana"})
        return "page_acknowledge" in str(views[-1])

    await eventually(shown, "the Home has the button")
    await people.fault(method="views.publish", error="ratelimited", retry_after=30)
    await people.click("ana", "page_more", "@Tocsin", option="Resolve")
    await people.click("ana", "Acknowledge", home=True)
    modal = (await people.look("views", **{"as": "ana"}))[0]
    assert "is over" in str(modal["blocks"])


async def test_a_mention_is_answered_in_its_thread(office: Office, people: Hands) -> None:
    asked = await people.do(
        "post", **{"as": "erin", "in": "#incidents", "text": "@Tocsin who is on call for payments?"}
    )

    async def answered() -> str:
        seen = await people.look("messages", **{"as": "erin", "in": "#incidents", "thread_ts": asked["ts"]})
        return " ".join(message["plain"] for message in seen if message["user"] == "Tocsin")

    answer = await eventually(answered, "the bot answers")
    assert "@ana" in answer
    assert "platform" not in answer


async def test_a_question_in_the_dm_is_answered(office: Office, people: Hands) -> None:
    await people.do("post", **{"as": "erin", "in": "@Tocsin", "text": "help"})
    await people.sees("erin", "/incident")


async def test_a_webhooks_message_in_a_watched_channel_pages_once(office: Office, people: Hands) -> None:
    await people.fault(socket="duplicate")
    async with people.http.post(office.sandbox.webhook_url, json={"text": "Disk is full on db-1"}) as answer:
        assert answer.status == 200
    await people.sees("ana", "Disk is full on db-1")
    await people.mend()
    await office.quiet()
    seen = [m for m in await people.messages("ana") if "Disk is full" in m["plain"]]
    assert len(seen) == 1
    assert "1 event" in seen[0]["plain"]


async def test_what_people_write_in_a_watched_channel_is_no_alert(office: Office, people: Hands) -> None:
    await people.do("post", **{"as": "bob", "in": "#alerts", "text": "I am looking at it"})
    async with people.http.post(office.sandbox.webhook_url, json={"text": "Disk is full"}) as answer:
        assert answer.status == 200
    await people.sees("ana", "Disk is full")
    async with office.db.read() as conn:
        assert await journal.oldest_pending(conn) is None
    assert not [m for m in await people.messages("ana") if "looking at it" in m["plain"]]


async def test_a_pinned_message_becomes_a_fact(office: Office, people: Hands) -> None:
    await declare(people)
    channel = f"#{(await people.channel('dave', 'inc-1-'))['name']}"
    await people.sees("dave", "🚨 INC-1", channel)
    said = await people.do("post", **{"as": "dave", "in": channel, "text": "It began after 4711"})
    await people.do("pin", **{"as": "dave", "in": channel, "ts": said["ts"]})

    async def noted() -> bool:
        return "note_added" in await office.facts()

    await eventually(noted, "the pin is in the timeline")


async def test_somebody_new_is_known_and_somebody_gone_is_not_paged(office: Office, people: Hands) -> None:
    new = await people.do("people", name="grace", tz="Europe/Paris")
    await people.do("people", name="bob", deactivated=True)

    async def known() -> bool:
        async with office.db.read() as conn:
            grace = await members.standing(conn, new["id"])
            bob = await members.standing(conn, user_of(office.catalogue(), "bob"))  # type: ignore[arg-type]
        return (grace, bob) == (Standing.MEMBER, Standing.GONE)

    await eventually(known, "the directory follows")


async def test_an_event_that_could_not_be_saved_comes_again(office: Office, people: Hands) -> None:
    await declare(people)
    channel = (await people.channel("dave", "inc-1-"))["name"]
    await people.sees("dave", "🚨 INC-1", f"#{channel}")
    await office.journal.stop()
    async with people.http.post(office.sandbox.webhook_url, json={"text": "Disk is full"}) as answer:
        assert answer.status == 200
    await office.journal.start()
    await people.sees("ana", "Disk is full")
