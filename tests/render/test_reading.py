"""Slack's markup for somebody who reads elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.templates import mrkdwn
from bot.templates.reading import Reader, html, text

AT = datetime(2026, 11, 21, 23, 47, tzinfo=UTC)
BERLIN = Reader({"UBOB": "Bob Meier", "C1": "payments"}, ZoneInfo("Europe/Berlin"), AT)


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<@UBOB> and <@UEVE> in <#C1>", "Bob Meier and @UEVE in #payments"),
        (f"at {mrkdwn.clock_time(AT)}", "at 00:47"),
        (f"since {mrkdwn.with_ago(AT)}", "since 00:47 (0 s ago)"),
        (f"it is {mrkdwn.with_day(AT, 'until ')}", "it is until today at 00:47"),
        (str(mrkdwn.with_day(AT)), "Today at 00:47"),
        (mrkdwn.in_full(AT), "Sunday 22 Nov 2026, 00:47"),
        (mrkdwn.escape("a < b && *c* <@UBOB> *d*"), "a < b && *c* <@UBOB> *d*"),
        (mrkdwn.link("Runbook", "https://example.com/?a=1&b=2"), "Runbook (https://example.com/?a=1&b=2)"),
        (mrkdwn.prose("see https://example.com/x."), "see https://example.com/x."),
    ],
)
def test_people_have_their_names_and_instants_the_readers_clock(markup: str, words: str) -> None:
    assert text(str(markup), BERLIN) == words


def test_a_day_is_told_by_the_readers_calendar() -> None:
    tokyo = Reader(zone=ZoneInfo("Asia/Tokyo"), now=AT.replace(hour=10))
    assert text(f"on {mrkdwn.with_day(AT)}", tokyo) == "on tomorrow at 08:47"
    assert text(f"on {mrkdwn.with_day(AT)}", Reader()) == "on Sat 21 Nov at 23:47"


@pytest.mark.parametrize(
    ("outside", "shown"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ('" onload="x', "&#34; onload=&#34;x"),
        ("&lt;b&gt;", "&amp;lt;b&amp;gt;"),
        ("<@UBOB> <!channel>", "&lt;@UBOB&gt; &lt;!channel&gt;"),
    ],
)
def test_outside_text_stays_text_in_html(outside: str, shown: str) -> None:
    assert html(mrkdwn.escape(outside), BERLIN) == shown


def test_only_links_of_the_web_can_be_followed() -> None:
    quoted = mrkdwn.link('a "b"', 'https://example.com/"><script>')
    assert "<script" not in html(quoted, BERLIN)
    fine = html(mrkdwn.link("Runbook", "https://example.com/?a=1&b=2"), BERLIN)
    assert fine == '<a href="https://example.com/?a=1&amp;b=2" rel="noopener noreferrer">Runbook</a>'
    assert html("<javascript:alert(1)|click>", BERLIN) == "click"
