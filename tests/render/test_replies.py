"""What those who act are told: late, twice, after the end, and when it worked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.decision import Reply
from bot.core.views import PageView
from bot.slack.render import replies
from bot.slack.render.replies import Act
from tests.render.samples import (
    ACKNOWLEDGED,
    ANA,
    CAROL,
    RESOLVED,
    SNOOZED,
    TRIGGERED,
    after,
    buttons,
    is_accepted,
    said,
)


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
    ],
)
def test_every_outcome_has_its_sentence(act: Act, outcome: Reply, view: PageView, expected: str) -> None:
    reply = replies.acted(act, outcome, view, after(5))
    assert is_accepted(reply)
    assert expected in said(reply)


def test_what_went_wrong_says_that_nothing_is_lost() -> None:
    assert "id abc123" in said(replies.our_fault("abc123"))
    assert "Nothing was lost" in said(replies.our_fault("abc123"))
    assert "still trying" in said(replies.not_saved_yet())
    assert "Ana is being paged for P-204." in said(replies.responders_paged(TRIGGERED, (ANA,)))
