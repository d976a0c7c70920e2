"""What an incident looks like: card, announcement, topic, posts and answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.ids import IncidentId, PageId
from bot.core.incident import IncidentStatus, Outcome, Update
from bot.core.views import IncidentView, PagedLine
from bot.slack import ids
from bot.slack.render import incident, incident_replies, posts
from bot.slack.render.message import Message
from bot.templates import mrkdwn
from tests.render.samples import (
    ANA,
    BOB,
    CAROL,
    INCIDENT,
    LINE,
    NAMES,
    after,
    buttons,
    elements,
    is_accepted,
    said,
)

OVER = replace(
    INCIDENT,
    status=IncidentStatus.RESOLVED,
    resolved_at=after(43),
    resolved_by=BOB,
    what_happened="Release 4711 broke the payment form.",
    fix="Rolled back.",
    next_update_at=None,
)
BARE = replace(
    INCIDENT,
    service=None,
    commander=None,
    update=None,
    next_update_at=None,
    paged=(),
    channel=None,
    channel_name=None,
)


@pytest.mark.parametrize("view", [INCIDENT, OVER, BARE, replace(INCIDENT, setup_problem="restricted_action")])
def test_slack_accepts_card_announcement_status_and_topic(view: IncidentView) -> None:
    assert is_accepted(incident.card(view))
    assert is_accepted(incident.announcement(view))
    assert is_accepted(incident.status(view))
    assert 0 < len(incident.topic(view)) <= 250


def test_the_card_shows_the_present_state() -> None:
    shown = said(incident.card(INCIDENT))
    assert "🚨 INC-12 Checkout is down" in shown
    assert "*SEV1* · *Investigating*" in shown
    assert "Service checkout (payments) · Declared 02:47 UTC by Dave · Commander Bob" in shown
    assert "*Now:* rolling back release 4711 (Bob, 02:58 UTC)" in shown
    assert "Next update due 03:13 UTC" in shown
    assert "Paged: Ana declined 02:48 UTC → Bob acknowledged 02:49 UTC" in shown
    assert "3 alerts firing" in shown
    assert "7 people here" in shown


def test_the_card_says_that_an_answer_is_awaited_and_counts_no_alerts_where_none_are() -> None:
    waiting = replace(BARE, paged=(PagedLine(ANA, "paged", after(0)),), alerts_firing=0)
    shown = said(incident.card(waiting))
    assert "Paged: Ana at 02:47 UTC, no answer yet" in shown
    assert "firing" not in shown


def test_the_card_has_the_buttons_of_an_open_incident() -> None:
    assert buttons(incident.card(INCIDENT)) == [
        "Update",
        "Change severity",
        "Roles",
        "Page someone",
        "Resolve",
        "[Timeline]",
        "[Tasks]",
        "[Links]",
        "[Hand off]",
        "[More…]",
    ]


def test_a_resolved_incident_tells_its_end_and_can_be_reopened() -> None:
    card = incident.card(OVER)
    assert "✅ INC-12 Checkout is down" in said(card)
    assert "Resolved 03:30 UTC by Bob after 43 min." in said(card)
    assert "*What happened:* Release 4711 broke the payment form." in said(card)
    assert "*What fixed it:* Rolled back." in said(card)
    assert buttons(card)[0] == "Reopen"
    assert "Resolve" not in buttons(card)


def test_the_announcement_lets_people_join_while_it_is_open() -> None:
    assert buttons(incident.announcement(INCIDENT)) == ["Join"]
    assert "rolling back release 4711" in said(incident.announcement(INCIDENT))
    assert buttons(incident.announcement(OVER)) == []
    assert mrkdwn.plain(incident.announcement(INCIDENT).text, NAMES) == (
        "Dave declared INC-12 SEV1: Checkout is down."
    )


def test_a_step_that_slack_refused_says_what_is_safe_and_what_to_do() -> None:
    view = replace(BARE, setup_problem="restricted_action", paged=(PagedLine(ANA, "paged", after(0)),))
    card = incident.card(view)
    assert (
        "I can't create channels in this workspace (restricted_action). INC-12 is recorded and Ana is paged; "
        "ask an admin to allow it, then press Try again." in said(card)
    )
    again = [
        e for block in card.blocks for e in elements(block) if e.get("text", {}).get("text") == "Try again"
    ]
    assert [button["action_id"] for button in again] == [ids.INCIDENT_RETRY_SETUP]


def test_the_title_gives_way_in_a_long_topic() -> None:
    topic = incident.topic(replace(INCIDENT, title="x & y " * 60))
    assert len(topic) <= 250
    assert topic.startswith("SEV1 · Investigating · x &amp; y")
    assert topic.endswith("… · Commander <@UBOB>")


def test_only_addresses_of_the_web_become_bookmarks() -> None:
    assert [bookmark.title for bookmark in incident.bookmarks(INCIDENT)] == ["Runbook", "Dashboard"]
    assert INCIDENT.service is not None
    odd = replace(INCIDENT, service=replace(INCIDENT.service, runbook="javascript:x", dashboard=None))
    assert incident.bookmarks(odd) == ()
    assert "[Runbook]" not in buttons(incident.card(odd))


def test_the_declarer_hears_number_channel_and_whom_it_pages() -> None:
    first = incident_replies.declared_reply(BARE, (ANA,))
    assert said(first) == "INC-12 is recorded. Channel: #inc-12-checkout-is-down. Ana is being paged."
    held = incident_replies.declared_reply(BARE, (), PageId(204), BOB)
    assert "Bob has its page P-204 already; nobody is paged twice." in said(held)
    assert said(incident_replies.declared_reply(BARE)).endswith("Nobody is paged.")


def test_somebody_who_comes_late_reads_what_was_tried_and_what_to_take() -> None:
    tried = [Update(f"attempt {n}", after(n), BOB) for n in range(5)]
    shown = said(posts.joined_late(INCIDENT, tried))
    assert "Checkout is down: SEV1, investigating, since 02:47 UTC. Bob leads." in shown
    assert "attempt 1" not in shown
    assert "• attempt 4 (Bob, 02:51 UTC)" in shown
    assert "You could write the next update, due 03:13 UTC" in shown
    assert "You could lead" in said(posts.joined_late(BARE))


def test_posts_say_who_did_what() -> None:
    update = posts.update_post(INCIDENT, "fixed & watching", IncidentStatus.MONITORING, BOB, after(60))
    assert said(update) == ("Bob posted an update · *Monitoring* · next one due 03:47 UTC\nfixed & watching")
    assert said(posts.severity_post(INCIDENT, BOB, "SEV3")) == "Bob changed the severity from SEV3 to SEV1."
    assert (
        said(posts.role_post(ANA, "Scribe", BOB, CAROL)) == "Ana is Scribe now, named by Bob (before: Carol)."
    )
    assert said(posts.reopened_post(INCIDENT, ANA, "errors again")) == "Ana reopened INC-12: errors again"
    assert (
        said(posts.acknowledged_post(ANA, PageId(204))) == "Ana acknowledged P-204: escalation has stopped."
    )
    first = said(posts.acknowledged_post(ANA, PageId(204), "https://wiki.example.com/checkout"))
    assert "escalation has stopped. Runbook: https://wiki.example.com/checkout" in first
    end = said(posts.resolved_post(OVER))
    assert "INC-12 is resolved by Bob after 43 min." in end
    assert "*What fixed it:* Rolled back." in end
    for message in (update, posts.resolved_post(OVER), posts.setup_problem(BARE)):
        assert is_accepted(message)


def test_without_an_incident_the_answer_says_how_to_name_one() -> None:
    shown = said(incident_replies.need_incident("resolve", [LINE]))
    assert shown == (
        "Which incident? Use this in its channel, or name it: /incident resolve INC-12.\n"
        "*Open:* INC-12 Checkout is down (SEV1, Bob)"
    )
    assert said(incident_replies.need_incident("resolve", [])) == (
        "Which incident? No incident is open. If you mean one that is over, name it: /incident resolve INC-12."
    )


def test_lists_name_each_incident_and_count_what_does_not_fit() -> None:
    one = said(incident_replies.list_incidents([LINE]))
    assert "INC-12 SEV1 Checkout is down · Bob · Investigating · declared 02:47 UTC" in one
    many = incident_replies.list_incidents([replace(LINE, id=IncidentId(n)) for n in range(1, 500)])
    assert is_accepted(many)
    assert "more" in said(many).splitlines()[-1]
    none = incident_replies.list_incidents([])
    assert "No incident is open." in said(none)
    assert buttons(none) == ["Declare an incident"]


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome.UNCHANGED, "Nothing changed: INC-12 is like that already."),
        (Outcome.NOT_OPEN, "INC-12 is investigating. Reopen it first: /incident reopen INC-12."),
        (Outcome.STILL_OPEN, "INC-12 is still open (investigating)."),
    ],
)
def test_nothing_done_says_why(outcome: Outcome, expected: str) -> None:
    assert said(incident_replies.refused(INCIDENT, outcome)) == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (incident_replies.noted(INCIDENT), "Noted in the timeline of INC-12."),
        (incident_replies.update_posted(INCIDENT), "The next one is due 03:13 UTC."),
        (incident_replies.severity_is(INCIDENT), "INC-12 is SEV1 Customers can't buy now."),
        (incident_replies.leads(INCIDENT), "Bob leads INC-12 now."),
        (incident_replies.being_paged(INCIDENT, (ANA, CAROL)), "Ana and Carol are being paged for INC-12."),
        (incident_replies.is_resolved(INCIDENT), "INC-12 is resolved."),
        (incident_replies.is_reopened(INCIDENT), "INC-12 is open again: investigating."),
        (incident_replies.joined(BARE), "its channel is being made"),
        (incident_replies.already_declared(INCIDENT), "INC-12 was declared from this already."),
        (incident_replies.trying_again(INCIDENT), "I am trying again"),
    ],
)
def test_answers_to_commands(message: Message, expected: str) -> None:
    assert expected in said(message)
