"""Text from outside pings nobody, breaks nothing and never exceeds Slack's limits."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.alert import Link
from bot.core.facts import AlertFired, NoteAdded
from bot.core.ids import AlertId, IncidentId, PageId, TaskId, by_user
from bot.core.incident import IncidentStatus, Update
from bot.core.page_forms import EscalateForm, LevelChoice
from bot.core.task import Task
from bot.core.views import MergeView, PagedLine, ServiceView, TasksView, TimelineView
from bot.slack import commands, on_call_commands
from bot.slack.modals import declare, escalate, links, merge, note, resolve, roles, tasks, text, update
from bot.slack.render import help as helping
from bot.slack.render import incident, incident_replies, notices, page, posts, timeline
from bot.slack.render.message import context, sentence, unbroken
from bot.templates import mrkdwn
from tests.render.samples import (
    ACKNOWLEDGED,
    ANA,
    BOB,
    DECLARE,
    INCIDENT,
    LINE,
    NIGHT,
    RESOLVED,
    TRIGGERED,
    after,
    is_accepted,
    is_accepted_view,
    pings,
    raw_texts,
)

WITHOUT_HURRY = settings(deadline=None, max_examples=40)
NASTY = "<!channel> <@U123> *x* </script>"
PIECES = st.sampled_from(
    ["<!channel>", "<@U123>", "<!date^1^{time}|x>", "&amp;", "&", "<", ">", "|", "*", "_", "~", "`", "```"]
)
HOSTILE = st.lists(
    PIECES | st.text(max_size=8) | st.sampled_from(["\n", "x" * 400, "&" * 900]), max_size=30
).map("".join)


def hostile_service(words: str) -> ServiceView:
    return ServiceView(words, words, 1, "https://x.example/" + words, words)


@WITHOUT_HURRY
@given(HOSTILE)
def test_pages_stay_whole_whatever_the_alert_says(words: str) -> None:
    for view in (TRIGGERED, ACKNOWLEDGED, RESOLVED):
        hostile = replace(
            view,
            title=words,
            description=words * 3,
            service=hostile_service(words),
            links=tuple(Link(words, f"https://x.example/{words}") for _ in range(7)),
            source=words,
            paged=(ANA,) * 30,
            resolved_by_name=words,
        )
        for message in (page.card(hostile), page.why_text(hostile)):
            assert is_accepted(message)
            assert not pings(list(message.blocks))
            assert not pings({"type": "mrkdwn", "text": message.text})


@WITHOUT_HURRY
@given(HOSTILE)
def test_incidents_stay_whole_whatever_people_write(words: str) -> None:
    hostile = replace(
        INCIDENT,
        title=words,
        description=words,
        update=Update(words, NIGHT, BOB),
        service=hostile_service(words),
        roles={words: ANA},
        setup_problem=words,
        paged=tuple(PagedLine(ANA, "paged", NIGHT) for _ in range(60)),
        what_happened=words,
        fix=words,
    )
    over = replace(hostile, status=IncidentStatus.RESOLVED, resolved_at=after(9), resolved_by=BOB)
    messages = [
        *(render(view) for view in (hostile, over) for render in (incident.card, incident.announcement)),
        incident.status(hostile),
        posts.update_post(hostile, words, IncidentStatus.IDENTIFIED, BOB),
        posts.resolved_post(over),
        posts.reopened_post(hostile, BOB, words),
        posts.joined_late(hostile, [Update(words, NIGHT, BOB)] * 5),
        incident_replies.list_incidents([replace(LINE, title=words)] * 40),
        incident_replies.need_incident("resolve", [replace(LINE, title=words)] * 40),
        notices.nobody_reached(PageId(1), words, words),
        notices.configuration_mistakes([words] * 50),
    ]
    for message in messages:
        assert is_accepted(message)
        assert not pings(list(message.blocks))
    assert len(incident.topic(hostile)) <= 250
    assert not pings({"type": "mrkdwn", "text": incident.topic(hostile)})


@WITHOUT_HURRY
@given(HOSTILE)
def test_forms_and_timelines_stay_whole(words: str) -> None:
    similar = (replace(LINE, title=words, service=words),)
    facts = (
        AlertFired(at=NIGHT, by=by_user(ANA), alert=AlertId(1), title=words, source=words),
        NoteAdded(at=NIGHT, by=by_user(ANA), incident=IncidentId(12), text=words, link=words),
    )
    blocks = timeline.sections(TimelineView(words, facts * 30))
    linked = replace(INCIDENT, links=(Link(words, "https://x.example/" + words),))
    hostile = LevelChoice(1, (), (words,))
    views: list[dict[str, Any]] = [
        declare.view(replace(DECLARE, title=words, description=words, similar=similar)),
        update.view(INCIDENT, words),
        note.view(None, words, words, similar),
        links.view(linked, similar),
        tasks.view(TasksView(IncidentId(12), (Task(TaskId(1), IncidentId(12), words, ANA, NIGHT),))),
        merge.choose(linked, similar),
        merge.view(MergeView(similar[0], similar[0], 1, 1, 1, 1)),
        resolve.view(replace(INCIDENT, what_happened=words)),
        roles.view(INCIDENT, []),
        escalate.view(EscalateForm(replace(TRIGGERED, title=words), (hostile,), hostile, 1, 1)),
        text.view(words, blocks),
    ]
    for view in views:
        assert is_accepted_view(view)
        assert not pings(view["blocks"])
    for message in timeline.timeline(TimelineView(words, facts * 30)):
        assert is_accepted(message)
        assert not pings(list(message.blocks))


@WITHOUT_HURRY
@given(HOSTILE)
def test_anything_may_be_typed_after_a_command(words: str) -> None:
    for typed in (words, f"declare {words}", f"page {words}", f"note {words}", f"severity {words}"):
        command = commands.incident(typed)
        on_call_commands.read(typed)
        if isinstance(command, commands.Unknown):
            answer = helping.unknown("incident", command.word, command.nearest, command.rest)
            assert is_accepted(answer)
            assert not pings(list(answer.blocks))


@WITHOUT_HURRY
@given(HOSTILE)
def test_escaped_text_reads_as_it_was_written(words: str) -> None:
    shown = str(mrkdwn.escape(words))
    assert "<" not in shown
    assert ">" not in shown
    assert html.unescape(shown).replace(mrkdwn.ZERO_WIDTH, "") == html.unescape(
        words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    ).replace(mrkdwn.ZERO_WIDTH, "")


def test_the_header_shows_the_title_as_it_was_sent() -> None:
    card = page.card(replace(TRIGGERED, title=NASTY))
    assert card.blocks[0]["text"] == {"type": "plain_text", "text": f"🔴 {NASTY}", "emoji": True}
    assert "&lt;!channel&gt; &lt;@U123&gt;" in card.text


def test_no_markup_is_opened_by_a_title_in_a_line() -> None:
    lines = raw_texts(list(incident_replies.list_incidents([replace(LINE, title="*x* `y` _z_")]).blocks))
    assert f"*{mrkdwn.ZERO_WIDTH}x*" in lines[1]


@pytest.mark.parametrize("harmless", ["rm *.log", "error_rate_on_db_1", "5 * 3", "a ~ b", "7.2 % & more"])
def test_ordinary_text_is_left_as_it_is(harmless: str) -> None:
    assert mrkdwn.ZERO_WIDTH not in mrkdwn.escape(harmless)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("see https://x.example/a?b=1&c=2.", "see <https://x.example/a?b=1&amp;c=2>."),
        ("(https://x.example/a)", "(<https://x.example/a>)"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("<https://x.example|y>", "&lt;<https://x.example>|y&gt;"),
        ("> quoted", f"{mrkdwn.ZERO_WIDTH}&gt; quoted"),
    ],
)
def test_addresses_in_prose_become_links(written: str, sent: str) -> None:
    assert str(mrkdwn.prose(written)) == sent


def test_a_cut_never_splits_a_mention_or_an_entity() -> None:
    assert mrkdwn.cut_markup("a <@U123456> b", 8) == "a…"
    assert mrkdwn.cut_markup("a &amp; b", 6) == "a…"
    assert mrkdwn.cut_markup("a &amp; b", 8) == "a &amp;…"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("(7 d), 2 d 6 h or 25 min", "(7\u202fd), 2\u202fd 6\u202fh or 25\u202fmin"),
        ("0.1 s late", "0.1\u202fs late"),
        ("3 days, 4 hosts, d 5", "3 days, 4 hosts, d 5"),
        ("say `now for 2 h` in 2 h", "say `now for 2 h` in 2\u202fh"),
    ],
)
def test_a_number_and_its_unit_stay_on_one_line_except_in_code(written: str, shown: str) -> None:
    told = sentence(written)
    assert raw_texts([*told.blocks, unbroken(context(written))]) == [shown, shown]
    assert told.text == written
    assert mrkdwn.plain(shown, {}) == written
