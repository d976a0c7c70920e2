"""Do Not Disturb: daily hours in one's own zone, and snoozing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import silence
from bot.sandbox.state import Person
from tests.sandbox.acting import Bot, Hands, until, user


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("now", "start", "end"),
    [
        # Madrid is two hours ahead of UTC in summer.
        ("2026-07-01T12:00", "2026-07-01T20:00", "2026-07-02T06:00"),
        ("2026-07-01T21:00", "2026-07-01T20:00", "2026-07-02T06:00"),
        ("2026-07-02T05:59", "2026-07-01T20:00", "2026-07-02T06:00"),
        ("2026-07-02T06:00", "2026-07-02T20:00", "2026-07-03T06:00"),
        # The night in which the clocks go back has an hour more.
        ("2026-10-24T23:00", "2026-10-24T20:00", "2026-10-25T07:00"),
    ],
)
def test_hours_over_midnight_are_the_persons_own(now: str, start: str, end: str) -> None:
    ana = Person("U1", "ana", "Ana", "Europe/Madrid", "", quiet_hours=("22:00", "08:00"))
    told = silence.status(ana, at(now))
    assert told == {"dnd_enabled": True, "next_dnd_start_ts": at(start), "next_dnd_end_ts": at(end)}
    assert silence.is_silent(ana, at(now)) == (at(start) <= at(now))


async def test_the_app_reads_who_is_silent_and_hears_of_changes(bot: Bot, hands: Hands) -> None:
    client = bot.client
    ana, bob = await user(client, "ana"), await user(client, "bob")
    none = {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}
    assert (await client.dnd_teamInfo(users=[ana, bob]))["users"] == {ana: none, bob: none}
    snoozed = await hands.do("dnd", "ana", snooze_minutes=30)
    assert snoozed["snooze_enabled"] and 0 < snoozed["snooze_remaining"] <= 1800
    told = await client.dnd_info(user=ana)
    assert told["dnd_enabled"] and told["next_dnd_end_ts"] == snoozed["snooze_endtime"]
    assert told.get("snooze_enabled") is None
    heard = (await until(lambda: bot.heard("dnd_updated_user")))[0]
    assert (heard["user"], heard["dnd_status"]["dnd_enabled"]) == (ana, True)
    await hands.do("dnd", "ana", snooze_minutes=0)
    await hands.do("dnd", "bob", start="22:00", end="08:00")
    both = (await client.dnd_teamInfo(users=[ana, bob]))["users"]
    assert (both[ana]["dnd_enabled"], both[bob]["dnd_enabled"]) == (False, True)
    people = {each["name"]: each for each in await hands.get("people")}
    assert people["ana"]["dnd"] is False
    await hands.do("dnd", "bob", start="8", end="9")
    assert hands.status == 400


async def test_only_oneself_is_told_of_ones_snooze(
    hands: Hands, as_person: Callable[[str], AsyncWebClient]
) -> None:
    await hands.do("dnd", "ana", snooze_minutes=30)
    assert (await as_person("ana").dnd_info())["snooze_enabled"] is True
