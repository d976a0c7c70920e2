"""What bots post in a watched channel becomes alerts; taken for resolved only when it says so plainly."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.alert import AlertStatus, IncomingAlert, Link
from bot.ingest.sources import parse
from tests.ingest.captured import SLACK, message, slack_event

FIRING, RESOLVED = AlertStatus.FIRING, AlertStatus.RESOLVED
ALERTS_PAGE = "http://vm:19093/#/alerts?receiver=all"


def read(**fields: Any) -> IncomingAlert:
    (only,) = parse(SLACK, message(**fields))
    return only


def alertmanager(title: str, colour: str = "danger", *, shown: str | None = None) -> IncomingAlert:
    """Alertmanager's default message, or one with a custom title."""
    return read(
        attachments=[
            {
                "title": shown or title,
                "title_link": ALERTS_PAGE,
                "fallback": f"{title} | {ALERTS_PAGE}",
                "color": colour,
            }
        ]
    )


def test_alertmanagers_default_message_is_an_alert() -> None:
    (firing,) = parse(SLACK, slack_event("am025_slack_default_firing"))
    assert firing.title == "HighErrorRate prod-eu (checkout critical)"
    assert firing.status is FIRING
    assert firing.severity == "critical"
    assert firing.source == "Alertmanager"
    assert firing.links == (Link("Alertmanager", ALERTS_PAGE),)
    assert firing.starts_at is None


def test_alertmanagers_resolved_message_is_of_the_same_problem() -> None:
    (firing,) = parse(SLACK, slack_event("am025_slack_default_firing"))
    (resolved,) = parse(SLACK, slack_event("am025_slack_default_resolved"))
    assert resolved.status is RESOLVED
    assert resolved.dedup_key == firing.dedup_key


def test_a_group_stays_one_problem_while_alerts_join_it() -> None:
    one = alertmanager("[FIRING:1] Disk prod-eu (10.0.0.1:9100 checkout critical)")
    two = alertmanager("[FIRING:2] Disk prod-eu (checkout critical)")
    over = alertmanager("[RESOLVED] Disk prod-eu (checkout critical)", "good")
    assert one.dedup_key == two.dedup_key == over.dedup_key
    assert alertmanager("[FIRING:1] Disk prod-us (checkout critical)").dedup_key != one.dedup_key


def test_a_custom_title_of_alertmanagers_keeps_the_groups_key() -> None:
    firing = alertmanager("[FIRING:1] Disk prod-eu (a)", shown="Disk of a is full")
    over = alertmanager("[RESOLVED] Disk prod-eu (a)", "good", shown="Disk of a is full")
    assert (firing.status, over.status) == (FIRING, RESOLVED)
    assert firing.dedup_key == over.dedup_key
    assert firing.title == "Disk of a is full"


@pytest.mark.parametrize(
    ("firing", "resolved"),
    [
        ("disk full", "RESOLVED: disk full"),
        ("disk full", "RESOLVED disk full"),
        ("disk full", "disk full is resolved"),
        ("disk full", "Disk full has been resolved."),
        ("disk full", "Disk  full was recovered ✅"),
        ("Triggered: disk full", "Recovered: disk full"),
        ("Problem: disk full", "Resolved in 5m 3s: disk full"),
        ("[Alerting] disk full", "[OK] disk full"),
        ("[FIRING:2, RESOLVED:1] disk full", "[RESOLVED] disk full"),
        (":fire: *[FIRING:12]* disk full", ":white_check_mark: *[RESOLVED]* disk full"),
        ("🔥 *Alert:* disk full", "✅ *Resolved:* disk full"),
        ("<!here> *disk full*", "<!here> Resolved - disk full"),
        ('ALARM: "disk full" in eu-west-1', 'OK: "disk full" in eu-west-1'),
        ("disk &lt;b&gt; full", "Resolved: disk &lt;b&gt; full"),
    ],
)
def test_firing_and_resolved_texts_meet(firing: str, resolved: str) -> None:
    first, last = read(text=firing), read(text=resolved)
    assert (first.status, last.status) == (FIRING, RESOLVED)
    assert first.dedup_key == last.dedup_key


@pytest.mark.parametrize(
    "text",
    [
        "OK computer deployed",
        "ok is not what this disk is",
        "Closed circuit camera down",
        "Resolved-ticket bot failed",
        "Recovery partition full",
        "RECOVERY partition full",
        "Alert manager down",
        "DNS name could not be resolved",
        "Host db1 is not resolved",
        "Escalating until this is resolved",
        "Check whether it was resolved",
        "If nobody answers: the last one was never resolved",
        "Nobody knows if the outage is resolved",
        "Is the outage resolved?",
        "The incident that was resolved yesterday is back",
        "[FIRING:1, RESOLVED:3] disk full",
        "[FIRING:1] alert that was resolved",
        "unresolved: disk full",
        "Not OK: disk full",
        "disk full: resolved 3 of 5",
        "",
    ],
)
def test_in_doubt_it_is_firing(text: str) -> None:
    assert read(text=text).status is FIRING


def test_a_red_message_is_not_over_whatever_its_first_word() -> None:
    red = read(attachments=[{"title": "Recovered: no", "color": "danger"}])
    green = read(attachments=[{"title": "Recovered: yes", "color": "good"}])
    assert (red.status, green.status) == (FIRING, RESOLVED)


def test_the_same_title_in_slacks_green_is_over() -> None:
    red = read(attachments=[{"title": "Disk full", "color": "danger"}])
    green = read(attachments=[{"title": "Disk full", "color": "good"}])
    assert (red.status, green.status) == (FIRING, RESOLVED)
    assert red.dedup_key == green.dedup_key


def test_a_second_attachment_that_fires_keeps_the_message_firing() -> None:
    titles = [{"title": "Resolved: a", "color": "good"}, {"title": "Triggered: b", "color": "danger"}]
    assert read(attachments=titles).status is FIRING


def test_different_problems_under_one_greeting_are_different() -> None:
    cpu, disk = (
        read(text="Monitor alert", attachments=[{"title": title}]) for title in ("CPU high", "Disk full")
    )
    assert cpu.dedup_key != disk.dedup_key


def test_the_same_text_in_two_channels_is_two_problems() -> None:
    assert read(text="x", channel="C1").dedup_key != read(text="x", channel="C2").dedup_key


def test_a_modern_bot_with_blocks_only_is_read() -> None:
    alert = read(
        subtype=None,
        bot_profile={"name": "Watchdog"},
        blocks=[
            {"type": "header", "text": {"type": "plain_text", "text": "Disk full"}},
            {"type": "section", "text": {"type": "mrkdwn", "text": "on *db1* <https://g.example/x|graph>"}},
            {"type": "section", "fields": [{"type": "mrkdwn", "text": "Since\n02:47"}]},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "from <@U1|ann>"}]},
            {
                "type": "actions",
                "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Go"}}],
            },
        ],
    )
    assert alert.title == "Disk full"
    assert alert.description == "on db1 graph\nSince\n02:47\nfrom @ann"
    assert alert.source == "Watchdog"


def test_blocks_inside_an_attachment_are_read() -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "Disk full\non db1"}}
    alert = read(attachments=[{"fallback": "[no preview available]", "blocks": [section]}])
    assert (alert.title, alert.description) == ("Disk full", "on db1")


def test_rich_text_is_read_as_it_shows() -> None:
    line = [
        {"type": "emoji", "name": "fire"},
        {"type": "text", "text": " Disk full, see "},
        {"type": "link", "url": "https://g.example"},
        {"type": "text", "text": " "},
        {"type": "user", "user_id": "U1"},
    ]
    block = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": line}]}
    assert read(blocks=[block]).title == ":fire: Disk full, see https://g.example @U1"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("a &amp; b &lt;c&gt;", "a & b <c>"),
        ("&amp;lt; stays an entity", "&lt; stays an entity"),
        ("see <https://x.example/y|the graph>", "see the graph"),
        ("see <https://x.example/y>", "see https://x.example/y"),
        ("<@U1|ann> in <#C1|general>, <!subteam^S1|@oncall>", "@ann in #general, @oncall"),
        ("ask <!subteam^S1>", "ask @subteam"),
        ("at <!date^1795250027^{time}|02:47>", "at 02:47"),
        ("mail <mailto:a@x.example|a@x.example>", "mail a@x.example"),
        ("*bold* and 2 * 3 * 4, snake_case_name", "bold and 2 * 3 * 4, snake_case_name"),
        ("<!channel>\ndisk full", "disk full"),
        ("&lt;!channel&gt; &lt;@U123&gt; *x*", "<!channel> <@U123> x"),
    ],
)
def test_slacks_markup_is_read_as_people_see_it(text: str, title: str) -> None:
    assert read(text=text).title == title


def test_fields_and_further_attachments_are_in_the_description() -> None:
    alert = read(
        text="Disk full",
        attachments=[
            {"fields": [{"title": "Host", "value": "db1"}]},
            {"title": "Runbook", "title_link": "https://r.example", "text": "clean <https://x.example|logs>"},
        ],
    )
    assert alert.description == "Host: db1\nRunbook\nclean logs"
    assert [link.url for link in alert.links] == ["https://r.example", "https://x.example"]


def test_a_message_that_says_nothing_is_shown_raw() -> None:
    assert read().title == "Slack alerts"


@pytest.mark.parametrize(
    "text", ["<!" * 200_000, "[" * 400_000, ":a" * 200_000, "*" * 400_000, "1 in 1a" * 60_000]
)
def test_a_hostile_text_is_read_in_linear_time(text: str) -> None:
    assert 1 <= len(read(text=text).title) <= 500
