"""What a page looks like at each of its states, to the person on call and in the channel."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.alert import Link
from bot.core.decision import Cause
from bot.core.ids import Actor, ChannelId, IncidentId, PageId
from bot.core.views import NextStep, OnCallPerson, PageView, PreviousPaged, Why
from bot.slack import ids
from bot.slack.render import page
from bot.templates import mrkdwn
from tests.render.samples import (
    ACKNOWLEDGED,
    ANA,
    BOB,
    CAROL,
    CHECKOUT,
    MONDAY,
    NAMES,
    NIGHT,
    RESOLVED,
    SNOOZED,
    TRIGGERED,
    after,
    buttons,
    elements,
    is_accepted,
    said,
)

RUNBOOK = CHECKOUT.runbook
LEVEL_TWO = Why(Cause.TIMEOUT, 2, "payments-secondary", MONDAY, previous=(PreviousPaged(ANA, NIGHT, "sent"),))


@pytest.mark.parametrize("view", [TRIGGERED, ACKNOWLEDGED, SNOOZED, RESOLVED])
def test_slack_accepts_every_state_in_the_dm_and_in_the_channel(view: PageView) -> None:
    assert is_accepted(page.card(view))
    assert is_accepted(page.card(replace(view, why=None, service=None, severity=None, alerts=0, links=())))


def test_the_dm_says_what_how_bad_where_why_you_and_what_comes_next() -> None:
    shown = said(page.card(TRIGGERED))
    assert "🔴 Error rate above 5 % on checkout" in shown
    assert "SEV2 · checkout (payments, tier 1) · firing since 02:47 UTC · 3 alerts, 17 events" in shown
    assert "5xx ratio is 7.2 %" in shown
    assert "Why you: you are on call for payments-primary until Mon 23 Nov 09:00 UTC." in shown
    assert "Next: Carol (payments-secondary) is paged at 02:52 UTC if nobody acknowledges." in shown
    assert "Graph" in shown
    assert "Runbook" in shown
    assert "Alertmanager" in shown
    assert "page P-204" in shown


def test_an_open_card_says_nothing_twice() -> None:
    links = (
        Link("Runbook", "https://alerts.example.com/rb"),
        Link("Alertmanager", "https://am.example.com/"),
    )
    shown = said(page.card(replace(TRIGGERED, links=links, incident=IncidentId(12))))
    assert shown.count("Runbook") == shown.count("Alertmanager") == 1
    assert shown.count("INC-12") == 1
    assert shown.count("02:47") == 1


def test_whoever_has_it_sees_what_to_do_first_and_once() -> None:
    held = replace(ACKNOWLEDGED, reader=ACKNOWLEDGED.acknowledged_by)
    shown = said(page.card(held))
    assert shown.index("has it") < shown.index(f"Runbook: {RUNBOOK}") < shown.index("SEV2")
    assert shown.count("Runbook") == 1
    own = Link("Runbook", "https://alerts.example.com/rb")
    exact = said(page.card(replace(held, links=(own,))))
    assert f"Runbook: {own.url}" in exact and exact.count("Runbook") == 1
    odd = page.card(replace(held, links=(Link("Runbook", "javascript:x"),)))
    assert is_accepted(odd) and "javascript" not in str(odd.blocks)
    assert "Runbook: " not in said(page.card(TRIGGERED))


def test_who_declined_reads_it_on_their_own_card() -> None:
    shown = said(page.card(replace(TRIGGERED, declined=(BOB,))))
    assert "Bob can't take it." in shown
    assert shown.index("can't take it") < shown.index("Next:")
    told = replace(TRIGGERED, declined=(ANA,), why=replace(LEVEL_TWO, cause=Cause.DECLINED))
    assert "Ana can't take it." not in said(page.card(told))


def test_the_notification_is_whole_sentences() -> None:
    text = mrkdwn.plain(page.card(TRIGGERED).text, NAMES)
    assert text == (
        "SEV2 checkout: Error rate above 5 % on checkout. You are on call. Acknowledge by 02:52 UTC."
    )


def test_the_dm_offers_all_that_can_be_done() -> None:
    assert buttons(page.card(TRIGGERED)) == [
        "Acknowledge",
        "Can't take it",
        "Escalate…",
        "Snooze ▾",
        "[Reassign…]",
        "[Add responders…]",
        "[Declare incident]",
        "[Resolve]",
        "Why was I paged?",
    ]


def test_options_carry_what_and_which_page() -> None:
    menus = [e for b in page.card(TRIGGERED).blocks for e in elements(b) if e["type"] == "overflow"]
    assert [menu["action_id"] for menu in menus] == [ids.PAGE_MORE]
    assert [option["value"] for option in menus[0]["options"]] == [
        "reassign:204",
        "responders:204",
        "declare:204",
        "resolve:204",
    ]


def test_the_channel_sees_who_was_paged_and_not_why_somebody_was() -> None:
    card = page.card(replace(TRIGGERED, why=None, declined=(ANA,)))
    assert "Nobody has acknowledged yet. Paged: Ana. Ana can't take it." in said(card)
    assert "Why" not in said(card)
    assert "Why was I paged?" not in buttons(card)


def test_with_an_incident_it_cannot_be_declared_again() -> None:
    card = page.card(replace(TRIGGERED, incident=IncidentId(12), incident_channel=ChannelId("C12")))
    assert "[Declare incident]" not in buttons(card)
    assert "INC-12" in said(card)


@pytest.mark.parametrize(
    ("why", "expected"),
    [
        (
            LEVEL_TWO,
            "Why you: nobody acknowledged at level 1 (Ana was paged at 02:47 UTC by Slack, delivered); "
            "you are on call for payments-secondary until Mon 23 Nov 09:00 UTC.",
        ),
        (
            replace(LEVEL_TWO, last_resort_every_minutes=10, passes=2),
            "Everyone has been paged twice and nobody acknowledged. "
            "You are paged every 10 min until somebody does.",
        ),
        (
            replace(
                LEVEL_TWO, cause=Cause.DECLINED, previous=(PreviousPaged(ANA, NIGHT, "declined"),), until=None
            ),
            "Why you: whoever was paged before can't take it "
            "(Ana was paged at 02:47 UTC by Slack, and can't take it); you are on call for payments-secondary.",
        ),
        (
            Why(Cause.UNREACHABLE, 2, previous=(PreviousPaged(ANA, NIGHT, "failed"),)),
            "Why you: nobody paged before could be reached "
            "(Ana was paged at 02:47 UTC but could not be reached); "
            "the escalation policy names you for level 2.",
        ),
        (Why(Cause.ESCALATED, 3, added_by=BOB), "Why you: Bob asks for your help."),
        (
            Why(Cause.SNOOZE_ENDED, 1),
            "Why you: the snooze is over and it is not resolved; the escalation policy names you for level 1.",
        ),
    ],
)
def test_why_you(why: Why, expected: str) -> None:
    assert expected in said(page.card(replace(TRIGGERED, why=why)))


def test_the_next_step_may_lead_to_nobody_or_to_a_channel() -> None:
    nobody = said(page.card(replace(TRIGGERED, next_step=NextStep(after(5), ()))))
    assert "Next: nobody is on call at the next level" in nobody
    channel = said(page.card(replace(TRIGGERED, next_step=NextStep(after(5), (), channels=("#payments",)))))
    assert "Next: #payments is paged at 02:52 UTC if nobody acknowledges." in channel
    two = (OnCallPerson("Carol", CAROL), OnCallPerson("Gil", None))
    last = said(page.card(replace(TRIGGERED, next_step=NextStep(after(5), two, last_resort=True))))
    assert (
        "Next: Carol and Gil are paged at 02:52 UTC if nobody acknowledges, again and again until somebody does."
        in last
    )
    mine = replace(TRIGGERED, reader=CAROL, next_step=NextStep(after(5), (OnCallPerson("Carol", CAROL),)))
    assert "Next: you are paged again at 02:52 UTC if nobody acknowledges." in said(page.card(mine))


def test_acknowledged_says_who_has_it_and_dead_buttons_go() -> None:
    card = page.card(ACKNOWLEDGED)
    assert "🟠 Error rate above 5 % on checkout" in said(card)
    assert "Bob has it: acknowledged 02:49 UTC, 2 min after the first alert." in said(card)
    assert buttons(card)[:3] == ["Take over", "Join", "Escalate…"]
    assert "Acknowledge" not in buttons(card)
    assert "Next:" not in said(card)


def test_whoever_has_it_is_not_asked_to_take_it_over() -> None:
    own = replace(ACKNOWLEDGED, reader=ACKNOWLEDGED.acknowledged_by)
    assert buttons(page.card(own))[:3] == ["Resolve", "Can't take it", "Escalate…"]


def test_a_page_that_no_alert_began_speaks_of_none() -> None:
    by_hand = replace(ACKNOWLEDGED, alerts=0, alerts_firing=0, events=0, source="")
    assert "acknowledged 02:49 UTC, 2 min after it began." in said(page.card(by_hand))
    assert "alert" not in said(page.why_text(by_hand))


def test_snoozed_says_until_when_and_what_then() -> None:
    card = page.card(SNOOZED)
    assert "Bob snoozed it until Sat 21 Nov 03:49 UTC. Then it pages again unless it is resolved." in said(
        card
    )
    assert "Acknowledge" in buttons(card)


def test_resolved_sums_up_the_night_and_has_no_buttons() -> None:
    card = page.card(RESOLVED)
    assert (
        "Resolved 03:12 UTC by Alertmanager after 25 min. Bob acknowledged at 02:49 UTC. Nobody else was woken."
        in said(card)
    )
    assert buttons(card) == []


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (replace(RESOLVED, paged=(ANA, BOB, CAROL)), "Ana and Carol were paged too."),
        (replace(RESOLVED, first_acknowledged_by=None), "Nobody had acknowledged. Bob was paged."),
        (replace(RESOLVED, resolved_by=Actor("user:UANA")), "Resolved 03:12 UTC by Ana after 25 min."),
        (
            replace(RESOLVED, paged=(), first_acknowledged_by=None, resolved_by_name=""),
            "by Tocsin after 25 min. Nobody had acknowledged. Nobody was woken.",
        ),
    ],
)
def test_resolved_names_everybody_who_lost_sleep(view: PageView, expected: str) -> None:
    assert expected in said(page.card(view))


def test_only_the_first_lines_of_a_long_description_are_shown() -> None:
    card = page.card(replace(TRIGGERED, description="\n".join(f"line {n}" for n in range(1, 40))))
    assert "line 6 …" in said(card)
    assert "line 7" not in said(card)
    whole = page.card(replace(TRIGGERED, description="line 1\nline 2\n\n"))
    assert "line 2" in said(whole)
    assert "line 2 …" not in said(whole)


def test_why_was_i_paged_is_answered() -> None:
    answer = page.why_text(replace(TRIGGERED, why=LEVEL_TWO))
    assert is_accepted(answer)
    assert "nobody acknowledged at level 1" in said(answer)
    assert "P-204 from Alertmanager" in said(answer)
    assert "You were not paged for P-204." in said(page.why_text(replace(TRIGGERED, why=None)))


ASKED = replace(
    ACKNOWLEDGED,
    reader=CAROL,
    reader_was_added=True,
    why=Why(Cause.ESCALATED, 1, added_by=ANA),
    paged=(CAROL,),
)


def test_whoever_is_asked_for_help_says_first_whether_they_come() -> None:
    assert buttons(page.card(ASKED))[:3] == ["I'm coming", "Can't", "Escalate…"]
    assert "Ana asks for your help" in said(page.card(ASKED))
    assert "Ana asks for your help." in mrkdwn.plain(page.card(ASKED).text, NAMES)
    unheld = replace(ASKED, state=TRIGGERED.state, acknowledged_by=None)
    assert buttons(page.card(unheld))[:3] == ["I'm coming", "Can't", "Acknowledge"]
    declined = replace(ASKED, reader_declined=True)
    assert buttons(page.card(declined))[:2] == ["I'm coming", "Escalate…"]


def test_whoever_said_that_they_come_is_on_the_card_and_asked_no_more() -> None:
    coming = replace(ASKED, accepted=(CAROL,))
    assert "I'm coming" not in buttons(page.card(coming))
    assert "Take over" in buttons(page.card(coming))
    assert "Carol comes to help." in said(page.card(coming))
    assert "asks for your help" not in said(page.card(coming))


def test_several_pages_that_wait_are_acknowledged_in_one_touch() -> None:
    waiting = replace(TRIGGERED, reader_waiting=(PageId(203), PageId(204)))
    assert "Acknowledge all 2" in buttons(page.card(waiting))
    alone = replace(TRIGGERED, reader_waiting=(PageId(204),))
    assert not any("all" in each for each in buttons(page.card(alone)))
    declined = replace(waiting, reader_waiting=(PageId(202), PageId(203)))
    assert not any("all" in each for each in buttons(page.card(declined)))
