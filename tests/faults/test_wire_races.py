"""Fifty people acknowledge around the very moment at which the next level is paged: one of them wins, whole."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.world import COMPANY, TOKEN, paced, service
from bot.clock import Anchor, SystemClock
from bot.core.debts import DebtKind
from bot.core.ids import PageId, UserId
from bot.core.page import Page, PageState
from bot.store import meta, pages, timeline
from bot.store.tables import DebtRow
from tests.e2e.world import BotProcess, Hands, alert, eventually
from tests.faults.seeds import seed
from tests.faults.storm import ask, key_of, posts, promise_held

pytestmark = [pytest.mark.timing, pytest.mark.begins_first(26)]

_DEBTS = DebtRow.__table__  # type: ignore[attr-defined]

PAGES = 50
ALERTS_PER_SECOND = 10.0
LEVEL = timedelta(minutes=15)
"""Of an alert of SEV3."""
SCALE = LEVEL.total_seconds() / 12
"""It passes in twelve real seconds."""
AROUND_SECONDS = 0.3
"""Of the timeout: when most people click."""
APART_SECONDS = (1, 2, 3, 4, 5)
"""Some click as much earlier or later, so that both win also on a machine that is busy with something else."""
IN_THE_AIR = timedelta(seconds=2)
"""What a message may take to Slack that began before the acknowledgment; a limit for failures, not a measure."""
CLOCKS_AGREE = timedelta(milliseconds=10)
"""A time server slews a clock by 500 ppm at most (adjtimex(2)), and product time is counted from the bot's start."""


@pytest.fixture
async def racing(people: Hands, database_url: str) -> AsyncIterator[BotProcess]:
    """The bot with the bench company; not started yet."""
    bot = BotProcess(people.url, database_url, SCALE, str(COMPANY))
    yield bot
    if bot.process.child is not None and bot.process.child.returncode is None:
        await bot.kill()


@dataclass(frozen=True)
class Click:
    """Somebody presses Acknowledge in the message that paged them."""

    who: UserId
    channel: str
    ts: str
    at: datetime

    async def press(self, people: Hands) -> int:
        """Answers how often it took: Slack shows a click that failed, and people repeat it at once."""
        await asyncio.sleep((self.at - SystemClock().real()).total_seconds())
        times = 1
        while not await self._pressed(people):
            times += 1
        return times

    async def _pressed(self, people: Hands) -> bool:
        answer = await people.click(self.who, "Acknowledge", self.channel, ts=self.ts, stale=True)
        return bool(answer["acked"])


@dataclass(frozen=True)
class Story:
    """How it ended for one page; instants are real."""

    page: Page
    kinds: tuple[str, ...]
    acknowledged_at: datetime

    @property
    def steps(self) -> int:
        return self.kinds.count("level_paged")


async def anchor(conn: AsyncConnection) -> Anchor:
    """By which product time is real time."""
    kept = await meta.get(conn, "clock")
    real, product = (datetime.fromisoformat(kept[name]) for name in ("real", "product"))
    return Anchor(real, product, kept["scale"])


def moments(dice: random.Random) -> list[float]:
    """Seconds after the timeout, of each click."""
    apart = [side * float(seconds) for seconds in APART_SECONDS for side in (-1, 1)]
    near = [dice.uniform(-AROUND_SECONDS, AROUND_SECONDS) for _ in range(PAGES - len(apart))]
    return dice.sample(near + apart, k=PAGES)


async def everybody_is_paged(bot: BotProcess) -> None:
    sent = "SELECT count(DISTINCT page_id) FROM notification WHERE state = 'sent'"

    async def all_sent() -> bool:
        await asyncio.sleep(0.1)
        return await ask(bot, sent) == [(PAGES,)]

    await eventually(all_sent, "every page is sent")


async def clicks(people: Hands, bot: BotProcess, dice: random.Random) -> dict[PageId, Click]:
    """What each page's person is going to do."""
    async with bot.opened() as database, database.read() as conn:
        real_at = (await anchor(conn)).real_at
        waiting = await pages.open_pages(conn)
    first = {key_of(post).partition(":notification:")[0]: post for post in reversed(await posts(people))}
    planned = {}
    for page, after in zip(waiting, moments(dice), strict=True):
        sent = first[f"page:{page.id}"]["answer"]
        at = real_at(page.started_at + LEVEL) + timedelta(seconds=after)
        planned[page.id] = Click(page.ever_paged[0], sent["channel"], sent["ts"], at)
    return planned


async def settled(bot: BotProcess) -> None:
    """Until everybody's acknowledgment is recorded and nobody is going to be paged any more."""
    left = "SELECT id FROM page WHERE state != 'acknowledged'"
    owed = "SELECT id FROM debt WHERE kind = 'page_dm' AND state IN ('new', 'sending')"

    async def nothing_left() -> bool:
        await asyncio.sleep(0.3)
        return not await ask(bot, left) and not await ask(bot, owed)

    await eventually(nothing_left, "every page is acknowledged")


async def stories(bot: BotProcess) -> dict[PageId, Story]:
    told = {}
    async with bot.opened() as database, database.read() as conn:
        real_at = (await anchor(conn)).real_at
        for page in await pages.open_pages(conn):
            assert page.acknowledged_at is not None
            kinds = tuple(fact.kind for fact in await timeline.of_page(conn, page.id))
            told[page.id] = Story(page, kinds, real_at(page.acknowledged_at))
    return told


def has_one_winner(story: Story, click: Click, times: int) -> None:
    """Acknowledged before the level was over, or after the next one was paged; nothing of the other's."""
    page, kinds = story.page, story.kinds
    assert (page.state, page.acknowledged_by) == (PageState.ACKNOWLEDGED, click.who)
    assert page.due_at is None and page.step == story.steps, kinds
    assert kinds.count("page_acknowledged") == 1 and kinds.count("acknowledged_late") < times, kinds
    assert "level_paged" not in kinds[kinds.index("page_acknowledged") :], kinds


async def no_send_starts_after(people: Hands, bot: BotProcess, told: dict[PageId, Story]) -> None:
    """After the acknowledgment no send began, and what was in the air came soon."""
    query = select(_DEBTS.c.key, _DEBTS.c.page_id, _DEBTS.c.sent_from).where(
        _DEBTS.c.kind == DebtKind.PAGE_DM, _DEBTS.c.state == "sent"
    )
    async with bot.opened() as database, database.read() as conn:
        begun = {key: (told[PageId(page)], at) for key, page, at in await conn.execute(query)}
    for post in await posts(people):
        story, began_at = begun.pop(key_of(post))
        assert began_at <= story.acknowledged_at + CLOCKS_AGREE, post
        arrived_at = datetime.fromtimestamp(post["at"], UTC)
        assert arrived_at <= story.acknowledged_at + IN_THE_AIR, post
    assert begun == {}


async def every_message_follows(bot: BotProcess) -> None:
    """Also one that was in the air: it shows who has the page, or is owed that edit while Slack asks to wait."""
    forgotten = """
        SELECT message.id FROM message
        JOIN notification ON notification.id = message.notification_id
        JOIN page ON page.id = notification.page_id
        WHERE message.version < page.version AND NOT EXISTS (
            SELECT 1 FROM debt WHERE debt.key = 'copy:' || message.id AND debt.state IN ('new', 'sending'))
        """
    assert await ask(bot, forgotten) == []


async def test_fifty_acknowledgments_and_timeouts_have_one_winner_each(
    people: Hands, racing: BotProcess
) -> None:
    dice = random.Random(seed())
    await racing.start()
    fires = (
        alert(people.http, racing.url, TOKEN, service=service(number), severity="SEV3")
        for number in range(PAGES)
    )
    await paced(fires, ALERTS_PER_SECOND)
    await everybody_is_paged(racing)
    planned = await clicks(people, racing, dice)
    times = await asyncio.gather(*(click.press(people) for click in planned.values()))
    await settled(racing)
    ended = await stories(racing)
    assert ended.keys() == planned.keys() and len(ended) == PAGES
    for (number, click), pressed in zip(planned.items(), times, strict=True):
        has_one_winner(ended[number], click, pressed)
    steps = Counter(story.steps for story in ended.values())
    assert 0 < steps[1] < PAGES, f"both orders came about: {steps}"
    assert {(note.page, note.step) for note in await promise_held(people, racing)} == {
        (number, step + 1) for number, story in ended.items() for step in range(story.steps)
    }
    await no_send_starts_after(people, racing, ended)
    await every_message_follows(racing)
