"""What the two of a swap and those of a question for cover are told, early and late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.cover import CoverReply, CoverState
from bot.core.ids import CoverId, SwapId, UserId
from bot.core.swap import SwapReply, SwapState
from bot.core.views import CoverView, OnCallPerson, PartView, SwapView
from bot.slack.render import on_call_questions
from bot.slack.render.message import Message
from bot.slack.render.on_call_notices import notice
from bot.templates import mrkdwn
from tests.company import ANA, BOB

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FIRST, SECOND = OnCallPerson("Ana", ANA), OnCallPerson("Bob", BOB)


def swap(state: SwapState, reader: UserId) -> SwapView:
    """Ana proposes to Bob."""
    mine = PartView("primary", FIRST, NOW, NOW + timedelta(hours=8))
    theirs = PartView("primary", SECOND, NOW + timedelta(days=2), NOW + timedelta(days=3))
    return SwapView(SwapId(1), reader, mine, theirs, "", state, 2)


def cover(state: CoverState, reader: UserId) -> CoverView:
    """Ana asks Bob."""
    ends_at = NOW + timedelta(hours=8)
    return CoverView(
        CoverId(1),
        reader,
        "primary",
        FIRST,
        NOW,
        ends_at,
        "",
        (SECOND,),
        (),
        state,
        accepted_by=None,
        version=2,
    )


def said(message: Message) -> str:
    return mrkdwn.plain(message.text, {ANA: "@ana", BOB: "@bob"})


@pytest.mark.parametrize(
    ("state", "reader", "expected"),
    [
        (SwapState.AGREED, BOB, "You agreed to this swap already: both shifts have changed hands."),
        (SwapState.AGREED, ANA, "@bob agreed to this swap already: both shifts have changed hands."),
        (SwapState.DECLINED, ANA, "@bob declined this swap already. Nothing changes."),
        (SwapState.WITHDRAWN, BOB, "@ana withdrew this swap already. Nothing changes."),
        (SwapState.EXPIRED, BOB, "It is off: you have not answered in time. Nothing changes."),
        (SwapState.CHANGED, BOB, "one of you is not on call any more for what they would give."),
    ],
)
def test_a_late_click_on_a_swap_is_told_what_became_of_it(
    state: SwapState, reader: UserId, expected: str
) -> None:
    assert expected in said(on_call_questions.swap_reply(SwapReply.OVER, swap(state, reader)))


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (SwapState.EXPIRED, "is off: each of you keeps their own shift."),
        (SwapState.CHANGED, "one of you is not on call any more for what they would give"),
    ],
)
def test_whoever_proposed_a_swap_hears_why_it_is_off(state: SwapState, expected: str) -> None:
    assert expected in said(notice("swap_settled", swap(state, ANA)))


@pytest.mark.parametrize(
    ("reader", "expected"),
    [
        (ANA, "Not needed any more: somebody else is on call then, and you are not."),
        (BOB, "Not needed any more: somebody else is on call then, and @ana is not."),
    ],
)
def test_cover_that_is_not_needed_any_more_says_so_and_has_no_buttons(reader: UserId, expected: str) -> None:
    shown = on_call_questions.cover(cover(CoverState.CHANGED, reader))
    assert expected in said(shown)
    assert [block["type"] for block in shown.blocks] == ["section", "section"]


@pytest.mark.parametrize("reply", [CoverReply.CHANGED, CoverReply.OVER])
def test_a_late_click_on_such_a_question_is_told_so(reply: CoverReply) -> None:
    reply_to_bob = said(on_call_questions.cover_reply(reply, cover(CoverState.CHANGED, BOB)))
    assert reply_to_bob == ("This is over: somebody else is on call then, and @ana is not. Nothing changes.")
