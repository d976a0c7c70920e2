"""What those who act are told: late, twice, after the end, and when it worked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.decision import Cause, Reply
from bot.core.ids import PageId
from bot.core.views import PageView, Why
from bot.slack.render import replies
from bot.slack.render.replies import Act
from tests.render.samples import (
    ACKNOWLEDGED,
    ANA,
    BOB,
    CAROL,
    CHECKOUT,
    RESOLVED,
    SNOOZED,
    TRIGGERED,
    after,
    buttons,
    is_accepted,
    said,
)

ASKED = replace(ACKNOWLEDGED, reader=CAROL, reader_was_added=True, why=Why(Cause.ESCALATED, 1, added_by=ANA))


def test_a_late_click_says_who_was_quicker_and_offers_to_take_over() -> None:
    reply = replies.acted(Act.ACKNOWLEDGE, Reply.HELD_BY_OTHER, ACKNOWLEDGED, after(5))
    assert said(reply).startswith("Bob acknowledged this 3 min before you.")
    assert buttons(reply) == ["Take over"]


@pytest.mark.parametrize(
    ("act", "outcome", "view", "expected"),
    [
        (Act.ACKNOWLEDGE, Reply.DONE, ACKNOWLEDGED, "You have P-204"),
        (Act.ACKNOWLEDGE, Reply.ALREADY_YOURS, ACKNOWLEDGED, "You acknowledged P-204 at 02:49 UTC already"),
        (Act.ACKNOWLEDGE, Reply.OVER, RESOLVED, "P-204 is over: resolved at 03:12 UTC by Alertmanager."),
        (Act.DECLINE, Reply.DONE, TRIGGERED, "the next level is paged at 02:52 UTC"),
        (
            Act.DECLINE,
            Reply.NEXT_PAGED,
            replace(TRIGGERED, paged_now=(CAROL,)),
            "Noted: you can't take P-204; Carol is being paged now.",
        ),
        (
            Act.ESCALATE,
            Reply.NEXT_PAGED,
            replace(TRIGGERED, paged_now=(ANA, CAROL)),
            "Ana and Carol are being",
        ),
        (Act.ESCALATE, Reply.NEXT_PAGED, replace(TRIGGERED, paged_now=()), "nobody is on call"),
        (Act.ESCALATE, Reply.NEXT_PAGED, replace(TRIGGERED, paged_now=None), "the next level is being paged"),
        (Act.TAKE_OVER, Reply.DONE, ACKNOWLEDGED, "You have P-204 now."),
        (Act.SNOOZE, Reply.DONE, SNOOZED, "P-204 is quiet until Sat 21 Nov 03:49 UTC."),
        (Act.RESOLVE, Reply.DONE, RESOLVED, "P-204 is resolved."),
        (Act.JOIN, Reply.DONE, ACKNOWLEDGED, "You are on P-204 now, with Bob."),
        (Act.RESOLVE, Reply.NOT_DUE, TRIGGERED, "Nothing changed on P-204."),
        (
            Act.ESCALATE,
            Reply.NOT_DUE,
            replace(TRIGGERED, paged_now=(CAROL,)),
            "P-204 has moved on since you looked: Carol is being paged now.",
        ),
        (
            Act.ACKNOWLEDGE,
            Reply.OTHERS_MUST_TOO,
            replace(TRIGGERED, agreed=(ANA,), missing=(BOB,)),
            "You have acknowledged P-204. Bob must as well; otherwise it goes on at 02:52 UTC.",
        ),
        (
            Act.ACKNOWLEDGE,
            Reply.OTHERS_MUST_TOO,
            replace(TRIGGERED, agreed=(ANA,)),
            "Nobody else of the level can, so it goes on now.",
        ),
        (Act.ACCEPT, Reply.DONE, ASKED, "You are coming to help with P-204; Ana is told. Bob has it."),
        (Act.ACCEPT, Reply.ALREADY_YOURS, ASKED, "You have said already that you come to help"),
        (Act.ACCEPT, Reply.OVER, RESOLVED, "P-204 is over"),
        (Act.DECLINE, Reply.DONE, ASKED, "Noted: you can't help with P-204; Ana is told."),
        (Act.DECLINE, Reply.HELD_BY_OTHER, ASKED, "Noted: you can't help with P-204; Ana is told."),
    ],
)
def test_every_outcome_has_its_sentence(act: Act, outcome: Reply, view: PageView, expected: str) -> None:
    reply = replies.acted(act, outcome, view, after(5))
    assert is_accepted(reply)
    assert expected in said(reply)


def test_whoever_takes_it_gets_the_runbook_with_the_answer_but_no_call_reads_it_out() -> None:
    for act in (Act.ACKNOWLEDGE, Act.TAKE_OVER):
        reply = replies.acted(act, Reply.DONE, ACKNOWLEDGED, after(5))
        assert f"Runbook: {CHECKOUT.runbook}" in said(reply)
        assert "http" not in reply.text


def test_what_went_wrong_says_that_nothing_is_lost() -> None:
    assert "id abc123" in said(replies.our_fault("abc123"))
    assert "Nothing was lost" in said(replies.our_fault("abc123"))
    assert "still trying" in said(replies.not_saved_yet())
    assert "Ana is asked to help with P-204." in said(replies.responders_paged(TRIGGERED, (ANA,)))


def test_giving_a_page_away_says_to_whom_and_what_follows() -> None:
    told = said(replies.given(TRIGGERED, (ANA, CAROL), ("Dave has no active Slack account",)))
    assert (
        "P-204 is given to Ana and Carol: paged now. If nobody acknowledges, it goes on at 02:52 UTC." in told
    )
    assert "Not everybody can be reached: Dave has no active Slack account." in told


def test_one_touch_for_all_tells_of_each_page() -> None:
    another = replace(ACKNOWLEDGED, id=PageId(205))
    both = replies.acknowledged_all([(Reply.DONE, ACKNOWLEDGED), (Reply.DONE, another)], after(5))
    assert "You have P-204 and P-205. Nobody else is paged for them." in said(both)
    unsure = replace(TRIGGERED, id=PageId(205), agreed=(ANA,), missing=(BOB,))
    mixed = replies.acknowledged_all([(Reply.DONE, ACKNOWLEDGED), (Reply.OTHERS_MUST_TOO, unsure)], after(5))
    assert "You have P-204. Nobody else is paged for it." in said(mixed)
    assert "You have acknowledged P-205. Bob must as well" in said(mixed)
    assert "No page waits for you any more" in said(replies.acknowledged_all([], after(5)))
