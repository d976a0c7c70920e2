"""Days on call, told as one story: each change is seen at once wherever somebody looks, and by the next page."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from bot.app import Tocsin
from tests.e2e.world import ROOT, Hands, alert, eventually
from tests.slack.office import NightClock

GROUP = "payments-oncall"
NAMES = {"ana": "Ana Torres", "bob": "Bob Lindqvist", "dave": "Dave Kowalski"}


def day(date: int, hour: int) -> datetime:
    """In November 2026; London, where the schedule and Carol are, keeps UTC then. Friday is the 20th."""
    return datetime(2026, 11, date, hour, tzinfo=UTC)


def epoch(at: datetime) -> str:
    """As a date and time picker holds it."""
    return str(int(at.timestamp()))


def to_minute(at: datetime) -> datetime:
    """Taking over begins at once, not at a full minute."""
    return at.replace(second=0)


MONDAY_NINE = day(23, 9)


@dataclass(frozen=True)
class Seen:
    """Who has a span now, and how Carol's Home and `/oncall who` say so."""

    person: str
    starts_at: datetime
    ends_at: datetime
    who: str
    home: str
    is_later: bool = False
    """The Home has it on the next week's page."""


@pytest.fixture
def clock() -> NightClock:
    """Friday morning. Product time all but stands until it is set; what is retried waits in real time."""
    return NightClock(day(20, 8), scale=0.001)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The demo company, and a user group that follows payments-primary."""
    folder = tmp_path / "company"
    shutil.copytree(ROOT / "manifests" / "demo", folder)
    file = folder / "on_call.yml"
    followed = f'  - id: payments-primary\n    user_groups: ["@{GROUP}"]\n'
    file.write_text(file.read_text().replace("  - id: payments-primary\n", followed))
    return folder


@dataclass
class Watch:
    """Carol, who looks at everything; the pages that come; and the days that pass."""

    bot: Tocsin
    people: Hands
    clock: NightClock
    feed: str = ""
    pages: int = 0

    async def opens_home(self) -> str:
        await self.people.call("POST", "home", **{"as": "carol"})
        return await self.home()

    async def home(self) -> str:
        """What stands on it, without opening it."""
        shown = await self.people.look("views", **{"as": "carol"})
        return next(texts(view["blocks"]) for view in shown if view["type"] == "home")

    async def who(self, at: datetime) -> str:
        asked = f"/oncall who payments-primary {at:%Y-%m-%d %H:%M}"
        return str((await self.people.command("carol", asked))["reply"]["plain"])

    async def shifts(self) -> list[tuple[str, datetime, datetime]]:
        """What a calendar program reads."""
        async with self.people.http.get(self.feed) as answer:
            assert answer.status == 200
            events: list[Any] = Calendar.from_ical(await answer.read()).walk("VEVENT")
        return [
            (str(one["SUMMARY"]), to_minute(one["DTSTART"].dt), to_minute(one["DTEND"].dt)) for one in events
        ]

    async def seen_everywhere(self, *changes: Seen) -> None:
        """At once in `/oncall who`, in the feed and on the Home that is open."""
        for change in changes:
            inside = max(self.clock.now(), change.starts_at) + timedelta(minutes=1)
            assert f"payments-primary @{change.person} {change.who}" in await self.who(inside)
            summary = f"{NAMES[change.person]}: payments-primary"
            span = (change.starts_at, change.ends_at)
            assert (summary, *span) in await self.shifts()
        for change in sorted(changes, key=lambda one: one.is_later):
            if change.is_later:
                await self.people.click("carol", "Later ›", home=True)
            await self.home_shows(change.home)
        if any(change.is_later for change in changes):
            await self.people.click("carol", "This week", home=True)

    async def home_shows(self, wanted: str) -> None:
        async def shown() -> bool:
            return wanted in await self.home()

        await eventually(shown, f"Carol's Home shows {wanted!r}")

    async def when_its_time_comes(self, at: datetime, person: str) -> None:
        """It is this person's."""
        self.clock.set(at)
        self.bot.engine.wake("handoff")
        await self.reached(person)
        await self.opens_home()

    async def reached(self, person: str) -> None:
        """They alone are in the group, and they alone are paged."""

        async def in_group() -> bool:
            groups = await self.people.look("usergroups")
            return [one["members"] for one in groups if one["handle"] == GROUP] == [[person]]

        await eventually(in_group, f"@{GROUP} is {person}")
        self.pages += 1
        url, title = f"http://127.0.0.1:{self.bot.settings.http_port}", f"Problem {self.pages}"
        await alert(self.people.http, url, title=title, service="checkout")

        async def is_paged() -> bool:
            told = [message for message in await self.people.dm(person) if title in message["plain"]]
            return any(button["text"] == "Acknowledge" for message in told for button in message["buttons"])

        await eventually(is_paged, f"{person} is paged for {title}")
        for other in {*NAMES, "carol"} - {person}:
            assert not [m for m in await self.people.dm(other) if title in m["plain"]], other
        await alert(self.people.http, url, title=title, service="checkout", status="resolved")

        async def is_over() -> bool:
            return any(title in m["plain"] and "Resolved" in m["plain"] for m in await self.people.dm(person))

        await eventually(is_over, f"{person} sees that {title} is over")


def texts(blocks: Sequence[dict[str, Any]]) -> str:
    """What stands in them; times as where Slack can't localize them."""
    shown = "\n".join(block["text"]["text"] for block in blocks if "text" in block)
    return re.sub(r"<!date\^[^|]*\|([^>]*)>", r"\1", shown)


async def subscribed(people: Hands) -> str:
    """The address of a feed of payments-primary, made by Carol in Slack."""
    await people.command("carol", "/oncall calendar")
    made = await people.click("carol", "feed_schedule", option="payments-primary")
    found = re.search(r"http://\S+\.ics", texts(made["view"]["blocks"]))
    assert found
    await people.call("POST", "close", **{"as": "carol"})
    return found.group()


async def test_each_change_is_seen_everywhere_at_once_and_by_the_next_page(
    bot: Tocsin, people: Hands, clock: NightClock
) -> None:
    watch = Watch(bot, people, clock, await subscribed(people))
    await the_week_is_on_the_home(watch)
    await saturday_is_overridden(watch)
    await cover_is_asked_for_and_accepted(watch)
    await two_shifts_are_swapped(watch)
    await somebody_takes_over_now(watch)


async def the_week_is_on_the_home(watch: Watch) -> None:
    await watch.opens_home()
    await watch.people.click("carol", "Choose a schedule", home=True, option="payments-primary")
    await watch.home_shows("16 – 22 Nov 2026 · now Ana Torres until Mon 23 Nov 09:00 UTC")
    await watch.home_shows("*Sat 21* Ana Torres")
    await watch.reached("ana")


async def saturday_is_overridden(watch: Watch) -> None:
    ten, six = day(21, 10), day(21, 18)
    await watch.people.click("carol", "Override…", home=True)
    filled = {"Who is on call": "dave", "From": epoch(ten), "Until": epoch(six), "Reason": "Ana travels"}
    await watch.people.submit("carol", **filled)
    who, home = "(override) until Sat 21 Nov 18:00", "Dave Kowalski 10:00 UTC–18:00 UTC (override)"
    await watch.seen_everywhere(Seen("dave", ten, six, who, home))
    await watch.when_its_time_comes(ten, "dave")
    await watch.when_its_time_comes(six, "ana")


async def cover_is_asked_for_and_accepted(watch: Watch) -> None:
    eight, ten = day(21, 20), day(21, 22)
    await watch.people.command("ana", "/oncall cover today 21:00-23:00 because dinner")  # in Madrid
    await watch.people.sees("bob", "@Tocsin", "asks for cover")
    await watch.people.click("bob", "I take it", "@Tocsin")
    who, home = "(cover) until Sat 21 Nov 22:00", "Bob Lindqvist 20:00 UTC–22:00 UTC (cover)"
    await watch.seen_everywhere(Seen("bob", eight, ten, who, home))
    await watch.when_its_time_comes(eight, "bob")
    await watch.when_its_time_comes(ten, "ana")


async def two_shifts_are_swapped(watch: Watch) -> None:
    """The rest of Ana's week, from now on, against Bob's next one."""
    now = watch.clock.now().replace(second=0, microsecond=0)
    await watch.people.command("bob", "/oncall swap @ana because a concert")
    await watch.people.submit("bob")
    await watch.people.sees("ana", "@Tocsin", "proposes a swap")
    await watch.people.click("ana", "Agree", "@Tocsin")
    rest = Seen("bob", now, MONDAY_NINE, "(swap) until Mon 23 Nov 09:00", "*Sun 22* Bob Lindqvist (swap)")
    who, home = "(swap) until Mon 30 Nov 09:00", "Ana Torres from 09:00 UTC (swap)"
    week = Seen("ana", MONDAY_NINE, day(30, 9), who, home, is_later=True)
    await watch.seen_everywhere(rest, week)
    await watch.reached("bob")
    await watch.when_its_time_comes(MONDAY_NINE, "ana")


async def somebody_takes_over_now(watch: Watch) -> None:
    eleven = day(23, 11)
    await watch.people.command("dave", "/oncall take payments-primary for 2 h")
    who, home = "(took over) until Mon 23 Nov 11:00", "Dave Kowalski 09:00 UTC–11:00 UTC (took over)"
    await watch.seen_everywhere(Seen("dave", MONDAY_NINE, eleven, who, home))
    await watch.reached("dave")
    await watch.when_its_time_comes(eleven, "ana")
