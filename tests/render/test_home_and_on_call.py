"""The App Home, /oncall, and what owners and admins are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.ids import IncidentId, PageId, SeverityId
from bot.core.page import PageState
from bot.core.views import HomeView, MyShift, OnCallPerson, OnCallView, PageLine, TeamOnCall
from bot.slack.render import notices
from bot.slack.render.home import home
from bot.slack.render.message import Message
from bot.slack.render.on_call import on_call
from tests.render.samples import (
    ANA,
    BOB,
    CAROL,
    LINE,
    MONDAY,
    NIGHT,
    after,
    buttons,
    is_accepted,
    is_accepted_view,
    said,
    texts,
)

PAYMENTS = TeamOnCall("payments", ((OnCallPerson("Ana", ANA, MONDAY),), (OnCallPerson("Carol", CAROL),), ()))
PLATFORM = TeamOnCall("platform", ((OnCallPerson("Erin", None),),), "level 2 is empty")
VIEW = OnCallView(NIGHT, (MyShift("payments-primary", NIGHT, MONDAY),), None, (PAYMENTS, PLATFORM))
PAGE = PageLine(PageId(204), "Error rate", PageState.TRIGGERED, SeverityId("SEV2"), "checkout", NIGHT)
HOME = HomeView(ANA, VIEW, (PAGE,), (LINE, replace(LINE, id=IncidentId(13))), (IncidentId(13),))


def test_on_call_tells_the_reader_first_then_every_team() -> None:
    answer = on_call(VIEW)
    assert is_accepted(answer)
    assert said(answer).splitlines() == [
        "You are on call: payments-primary until Mon 23 Nov 09:00 UTC.",
        "*payments* Ana until Mon 23 Nov 09:00 UTC → Carol → ⚠ nobody",
        "*platform* Erin · level 2 is empty",
    ]


def test_on_call_names_the_next_shift() -> None:
    week = MyShift("payments-primary", MONDAY, MONDAY + timedelta(days=7))
    off = replace(VIEW, mine=(), next=week)
    assert said(on_call(off)).startswith(
        "You: not on call. Next: Mon 23 Nov 09:00 UTC (payments-primary) for 7 d."
    )
    never = said(on_call(replace(VIEW, mine=(), teams=())))
    assert never.startswith("You: not on call by any schedule, and no shift of yours is planned.")
    assert "No team has a schedule yet" in never


def test_the_home_shows_what_is_open_on_me_with_its_buttons() -> None:
    view = home(HOME)
    assert is_accepted_view(view)
    shown = texts(view["blocks"])
    assert "P-204 *Error rate* · SEV2 · checkout · unacknowledged · since 02:47 UTC" in shown
    first = Message("", tuple(view["blocks"]))
    offered = buttons(first)
    assert offered[offered.index("Acknowledge") :][:3] == ["Acknowledge", "Can't take it", "Escalate…"]
    mine = next(text for text in shown if "INC-13" in text)
    assert "· you are in it ·" in mine
    assert shown.index(mine) < shown.index(next(text for text in shown if "INC-12" in text))


def test_several_pages_that_wait_are_acknowledged_in_one_touch_from_the_home() -> None:
    another = replace(PAGE, id=PageId(205))
    view = home(replace(HOME, pages=(PAGE, another), waiting=(PageId(204), PageId(205))))
    assert is_accepted_view(view)
    assert "Acknowledge all 2" in buttons(Message("", tuple(view["blocks"])))
    assert "Acknowledge all" not in str(home(HOME))


def test_an_acknowledged_page_on_the_home_can_be_taken_over() -> None:
    held = replace(PAGE, state=PageState.ACKNOWLEDGED, acknowledged_by=BOB, incident=IncidentId(12))
    view = home(replace(HOME, pages=(held,)))
    assert "acknowledged by Bob" in "\n".join(texts(view["blocks"]))
    offered = buttons(Message("", tuple(view["blocks"])))
    assert "Take over" in offered
    assert "Acknowledge" not in offered
    assert "[Declare incident]" not in offered


def test_the_home_shows_what_nobody_has_before_what_is_taken_and_offers_no_take_over_of_ones_own() -> None:
    mine = replace(PAGE, id=PageId(1), state=PageState.ACKNOWLEDGED, acknowledged_by=ANA)
    bobs = replace(PAGE, id=PageId(2), state=PageState.ACKNOWLEDGED, acknowledged_by=BOB)
    view = home(replace(HOME, pages=(bobs, mine, PAGE)))
    shown = [text.split()[0] for text in texts(view["blocks"]) if text.startswith("P-")]
    assert shown == ["P-204", "P-1", "P-2"]
    assert buttons(Message("", tuple(view["blocks"]))).count("Take over") == 1


def test_the_home_warns_of_hours_in_which_slack_rings_nothing() -> None:
    view = home(replace(HOME, silent=(NIGHT, MONDAY)))
    assert is_accepted_view(view)
    warned = "⚠ *Can you be woken?* Slack rings nothing for you from Sat 21 Nov 02:47 UTC until"
    assert warned in "\n".join(texts(view["blocks"]))
    assert "Can you be woken" not in str(home(HOME))


def test_a_quiet_home_says_what_to_do() -> None:
    view = home(HomeView(ANA, replace(VIEW, mine=()), (), ()))
    assert is_accepted_view(view)
    shown = "\n".join(texts(view["blocks"]))
    assert "Nothing is open on you." in shown
    assert "There is no schedule yet." in shown
    assert "Change schedules…" in str(view["blocks"])
    assert "type /incident declare anywhere" in shown


def test_a_crowded_home_stays_within_slacks_limits_and_counts_the_rest() -> None:
    pages = tuple(replace(PAGE, id=PageId(n), title="x" * 500) for n in range(1, 40))
    incidents = tuple(replace(LINE, id=IncidentId(n), title="y" * 500) for n in range(1, 60))
    teams = tuple(replace(PAYMENTS, team=f"team {n} " + "z" * 300) for n in range(300))
    view = home(HomeView(ANA, replace(VIEW, teams=teams), pages, incidents))
    assert is_accepted_view(view)
    shown = texts(view["blocks"])
    assert "and 29 more" in shown
    assert "and 44 more" in shown


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            notices.empty_schedule("payments-primary", PageId(204), "Nobody is on call"),
            "Nobody is on call for payments-primary, and P-204 needed somebody. The next level was paged at once.",
        ),
        (
            notices.nobody_reached(PageId(204), "Error rate", "checkout", after(5)),
            "Nobody could be reached for P-204 (checkout: Error rate). It is tried again at 02:52 UTC.",
        ),
        (
            notices.configuration_mistakes(["teams.yml:3: no such person: gil"]),
            "The configuration has 1 mistake and was not applied. What was applied last keeps running",
        ),
        (
            notices.setup_failed(
                IncidentId(12), "Checkout is down", "creating the channel", "restricted_action"
            ),
            "Slack refused creating the channel (restricted_action). The incident is recorded",
        ),
        (notices.other_bot(3, 2), "Slack counts 3 connections, 2 are mine."),
        (
            notices.of_providers(
                "provider_down", {"provider": "mail", "reason": "it answered 451 <!channel>", "others": []}
            ),
            "The provider mail can't be used: it answered 451 <!channel>. People are reached by their other "
            "methods.",
        ),
        (
            notices.of_providers(
                "provider_down", {"provider": "twilio", "reason": "no answer.", "others": ["second", "third"]}
            ),
            "no answer. I ask second and third instead; what they don't carry goes by people's other methods.",
        ),
        (
            notices.of_providers("provider_back", {"provider": "mail", "since": "2026-11-21T02:47:00+00:00"}),
            "The provider mail works again. It did not since Sat 21 Nov 02:47 UTC.",
        ),
        (
            notices.of_providers(
                "webhook_disabled",
                {
                    "webhook": "board",
                    "name": "Status board",
                    "failures": 12,
                    "reason": "it answered 500",
                    "since": "2026-11-21T02:47:00+00:00",
                },
            ),
            "The webhook Status board failed 12 times in a row since Sat 21 Nov 02:47 UTC: it answered 500. I call it "
            "no more. When it is mended: tocsin hooks enable board",
        ),
    ],
)
def test_owners_and_admins_hear_what_happened_and_what_to_do(message: Message, expected: str) -> None:
    assert is_accepted(message)
    assert expected in said(message)


def test_a_page_that_reached_nobody_can_be_taken_from_the_notice() -> None:
    assert buttons(notices.nobody_reached(PageId(204))) == ["Acknowledge"]


def test_many_mistakes_fit_into_one_message() -> None:
    message = notices.configuration_mistakes([f"people.yml:{n}: <{'x' * 200}>" for n in range(300)])
    assert is_accepted(message)
    assert said(message).splitlines()[-1].startswith("and ")
