"""A page as it is read outside Slack: plain text in the reader's own time."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from bot.templates import outgoing
from tests.render.samples import BOB, TRIGGERED

MADRID = ZoneInfo("Europe/Madrid")
NAMES = {"UANA": "Ana Torres", "UBOB": "Bob Lindqvist", "UCAROL": "Carol Osei"}
LINK = "https://tocsin.example.com/v1/p/abc"


def test_times_are_the_readers_and_people_have_names() -> None:
    text = outgoing.text(TRIGGERED, NAMES, MADRID, LINK)
    assert text.splitlines()[0] == TRIGGERED.title
    assert text.endswith(f"To acknowledge, decline or escalate, open:\n{LINK}")
    assert "Carol Osei" in text
    assert "UTC" not in text and "03:5" in text, "02:52 in UTC"
    assert not set("<>") & set(text), "nothing of Slack's markup is left"
    assert "open:" not in outgoing.text(TRIGGERED, NAMES, MADRID, "")


def test_the_subject_says_it_all_in_one_line() -> None:
    subject = outgoing.subject(TRIGGERED, NAMES, MADRID)
    assert TRIGGERED.title in subject and "\n" not in subject
    assert "Acknowledge by 03:5" in subject


@pytest.mark.parametrize("title", ["<!channel> & <@UBOB>", "*bold* _it_ `x`"])
def test_what_came_from_outside_is_read_as_it_was_written(title: str) -> None:
    text = outgoing.text(replace(TRIGGERED, title=title), {BOB: "Bob"}, MADRID, "")
    assert text.splitlines()[0] == title
