"""Whom, which schedule and which time the words of a command mean, and questions in plain words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.catalogue import Team
from bot.core.ids import ScheduleId, TeamId, UserId
from bot.slack import naming_words, questions
from bot.slack.naming_words import Kind
from bot.slack.questions import About, Question
from tests.company import ANA, BOB, company

NOW = datetime(2026, 11, 21, 2, 47, tzinfo=UTC)
ZONE = "Europe/Madrid"
COMPANY = company()


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """In November, on Madrid's clocks."""
    return datetime(2026, 11, day, hour - 1, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "about", "people", "span", "reason"),
    [
        (
            f"payments-primary <@{BOB}|bob> sat 10:00-18:00 because Ana travels",
            "payments-primary",
            ["bob"],
            (at(21, 10), at(21, 18)),
            "Ana travels",
        ),
        (
            f"<@{BOB}> for payments-primary tomorrow",
            "payments-primary",
            ["bob"],
            (at(22, 1) - timedelta(hours=1), at(23, 1) - timedelta(hours=1)),
            "",
        ),
        ("checkout bob now for 2 h", "checkout", ["bob"], (NOW, NOW + timedelta(hours=2)), ""),
        ("sat 10:00-18:00 payments-primary @bob", "payments-primary", ["bob"], (at(21, 10), at(21, 18)), ""),
        ("payments-primary me until 18:00", "payments-primary", ["ana"], (NOW, at(21, 18)), ""),
        ("for 30 min", None, [], (NOW, NOW + timedelta(minutes=30)), ""),
        ("today", None, [], (NOW, at(22, 1) - timedelta(hours=1)), ""),
        ("this weekend", None, [], (NOW, at(23, 1) - timedelta(hours=1)), ""),
        ("PAYMENTS", "payments", [], None, ""),
        ("", None, [], None, ""),
        ("because reasons", None, [], None, "reasons"),
        ("payments-primary blurg", "payments-primary", [], None, ""),
    ],
)
def test_a_plan_is_read_in_any_order(
    typed: str,
    about: str | None,
    people: list[str],
    span: tuple[datetime, datetime] | None,
    reason: str,
) -> None:
    plan = naming_words.plan(COMPANY, typed, NOW, ZONE, ANA)
    assert (plan.about.id if plan.about else None, [one.id for one in plan.people]) == (about, people)
    assert (plan.span, plan.reason) == (span, reason)


def test_words_that_mean_nothing_are_kept_and_not_guessed() -> None:
    plan = naming_words.plan(COMPANY, "payments-primary bobb sat 10:00-18:00", NOW, ZONE, ANA)
    assert (plan.span, plan.time) == (None, "bobb sat 10:00-18:00")
    assert naming_words.nearest_name(COMPANY, "bobb") == "bob"


@pytest.mark.parametrize(
    ("typed", "names", "why"),
    [
        (f"<@{BOB}|bob> checkout is down", ["bob"], "checkout is down"),
        (f"<@{BOB}> <@{ANA}> help", ["bob", "ana"], "help"),
        (f"checkout, <@{BOB}> and search it burns", ["checkout", "bob", "search"], "it burns"),
        ("payments", ["payments"], ""),
        ("the wall is down", [], "the wall is down"),
    ],
)
def test_whom_to_page_comes_first_and_joined(typed: str, names: list[str], why: str) -> None:
    found, rest = naming_words.listed(COMPANY, typed, ANA)
    assert ([one.id for one in found], rest) == (names, why)


def test_a_longer_name_wins_and_a_schedule_before_a_team() -> None:
    named = replace(COMPANY.schedules[ScheduleId("payments-primary")], name="payments")
    twice = Team(TeamId("data"), "payments primary")
    known = replace(
        COMPANY,
        schedules={**COMPANY.schedules, named.id: named},
        teams={**COMPANY.teams, twice.id: twice},
    )
    subject, rest = naming_words.take(known, "payments primary tomorrow")
    assert (subject and (subject.kind, subject.id), rest) == ((Kind.TEAM, "data"), "tomorrow")
    subject, rest = naming_words.take(known, "payments tomorrow")
    assert (subject and subject.kind, rest) == (Kind.SCHEDULE, "tomorrow")


def test_somebody_unlisted_is_known_by_their_slack_id() -> None:
    subject, _ = naming_words.take(COMPANY, "<@U0STRANGER|zoe> tomorrow")
    assert subject == naming_words.person_subject(COMPANY, UserId("U0STRANGER"))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("who is on call for payments tomorrow 9am?", Question(About.WHO, "for payments tomorrow 9am")),
        ("Who's on-call?", Question(About.WHO)),
        ("hey, who will be oncall tomorrow for search", Question(About.WHO, "tomorrow for search")),
        ("when am I on call?", Question(About.WHEN, "I")),
        ("when is <@U1|ann> on call next?", Question(About.WHEN, "<@U1|ann>")),
        ("who’s next for checkout?", Question(About.NEXT, "for checkout")),
        ("who is next on call for payments", Question(About.NEXT, "for payments")),
        ("am I on call this weekend?", Question(About.WHETHER, "this weekend")),
        ("my next shifts", Question(About.WHEN, "my")),
        ("checkout is down", None),
        ("", None),
    ],
)
def test_questions(asked: str, expected: Question | None) -> None:
    assert questions.read(asked) == expected


@pytest.mark.parametrize(
    ("words", "time", "is_one"),
    [
        ("has on monday 9am", "monday 9am", True),
        ("is on call tomorrow?", "tomorrow", True),
        ("right now", "now", False),
        ("next year", "next year", True),
        ("is broken", "broken", False),
        ("for the team", "", False),
    ],
)
def test_the_words_of_a_time_are_told_from_those_around_it(words: str, time: str, is_one: bool) -> None:
    assert questions.said_of_time(words) == time
    assert questions.speaks_of_time(time) is is_one
