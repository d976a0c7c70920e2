"""What people and channels read around a change of shift."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.checkup import Finding, Topic
from bot.core.contact import MethodKind
from bot.core.ids import PersonId, ScheduleId, UserId
from bot.core.shift_views import (
    ChangedEntry,
    ChangedMeanwhile,
    Digest,
    HandoffNoteView,
    OverrideLine,
    ReachTestMessage,
    ScheduleFindings,
    ShiftAnnounced,
    ShiftBegun,
    ShiftFacts,
    ShiftNotice,
    ShiftOver,
    ShiftUpcoming,
    UnreachableLine,
    UnreachableOnCall,
    Waking,
)
from bot.core.views import OnCallPerson
from bot.slack.render import shift_notices
from tests.render.samples import ANA, CAROL, NIGHT, PINGS, is_accepted, raw_texts, said

PRIMARY = ScheduleId("payments-primary")
HOSTILE = "<!channel> *x* & <@UANA>"
MONDAY = NIGHT + timedelta(days=2)
MADRID = ZoneInfo("Europe/Madrid")
BOB = OnCallPerson("Bob", UserId("UBOB"))
BEGUN = ShiftBegun(ANA, "payments", PRIMARY, NIGHT, MONDAY, before=(BOB,))

SENTENCES: list[tuple[ShiftNotice, str]] = [
    (ShiftUpcoming(ANA, "payments", PRIMARY, MONDAY, None), "with no end in sight. Can't you?"),
    (BEGUN, "You are on call* for payments now, until Mon 23 Nov 02:47 UTC (2 d), after Bob"),
    (ShiftOver(ANA, "payments", PRIMARY, NIGHT, NIGHT, (), MONDAY), "⚠ Nobody is on call until Mon 23 Nov"),
    (ShiftOver(ANA, "payments", PRIMARY, NIGHT, NIGHT, (BOB,), None), "Bob has it."),
    (ShiftAnnounced("payments", (BOB,), MONDAY, ()), "Bob is on call for payments until Mon 23 Nov"),
    (ShiftAnnounced("payments", (), None, (BOB,)), "⚠ Nobody is on call for payments (after Bob)."),
    (HandoffNoteView("payments", CAROL, HOSTILE, NIGHT, NIGHT), "left you a hand-off note"),
    (
        UnreachableOnCall("payments", "Bob", PersonId("bob"), "unknown", NIGHT, None, True),
        "no Slack account is found",
    ),
    (ReachTestMessage(7), "This is a test, nothing is broken."),
]

SMS, VOICE = MethodKind.SMS, MethodKind.VOICE


@pytest.mark.parametrize(("view", "sentence"), SENTENCES, ids=lambda value: type(value).__name__)
def test_what_is_said(view: ShiftNotice, sentence: str) -> None:
    shown = shift_notices.notice(view)
    is_accepted(shown)
    assert sentence in said(shown)


@pytest.mark.parametrize(
    ("waking", "sentence"),
    [
        (Waking(is_known=False), "Slack does not tell me"),
        (Waking(is_known=True), "you have no Do Not Disturb hours"),
        (Waking(True, NIGHT, MONDAY), "⚠ No: Slack rings nothing for you from Sat 21 Nov 02:47 UTC"),
        (Waking(True, NIGHT, MONDAY), "you have no method that rings"),
        (Waking(True, NIGHT, MONDAY, ringing=(SMS, VOICE)), "but SMS and call do, at once"),
        (Waking(True, tested_at=NIGHT), "You did not answer the last test"),
        (Waking(True, tested_at=NIGHT, heard_at=NIGHT), "You heard the last test"),
    ],
)
def test_whether_one_can_be_woken(waking: Waking, sentence: str) -> None:
    shown = shift_notices.notice(ShiftBegun(ANA, "payments", PRIMARY, NIGHT, None, waking=waking, notes=()))
    assert sentence in said(shown)


def test_a_method_that_rings_is_offered_where_slack_is_silent_and_none_is_there() -> None:
    def offered(waking: Waking) -> bool:
        return "Add a method that rings" in str(shift_notices.notice(replace(BEGUN, waking=waking)).blocks)

    assert offered(Waking(True, NIGHT, MONDAY))
    assert not offered(Waking(True, NIGHT, MONDAY, ringing=(SMS,)))
    assert not offered(Waking(True))


def test_what_changed_meanwhile_is_one_short_line() -> None:
    entries = (
        ChangedEntry("schedule", "payments", ANA),
        *(ChangedEntry("service", f"service-{number} {HOSTILE}") for number in range(6)),
    )
    since_last = replace(BEGUN, changed=ChangedMeanwhile(NIGHT, True, entries))
    shown = shift_notices.notice(since_last)
    is_accepted(shown)
    assert "Changed since you were last on call for it, Sat 21 Nov 02:47 UTC: this schedule (by" in said(
        shown
    )
    assert said(shown).count("service-") == 4
    assert "and 2 more." in said(shown)
    assert not [text for text in raw_texts(list(shown.blocks)) if PINGS.search(text)]
    never = replace(BEGUN, changed=ChangedMeanwhile(NIGHT, False, (ChangedEntry("policy", "critical"),)))
    assert "Changed in the last 7 days: policy critical." in said(shift_notices.notice(never))


def test_the_test_is_offered_until_it_was_heard_in_this_shift() -> None:
    def offered(waking: Waking) -> bool:
        return "Test it now" in str(shift_notices.notice(replace(BEGUN, waking=waking)).blocks)

    assert offered(Waking(True))
    assert offered(Waking(True, tested_at=NIGHT - timedelta(days=7), heard_at=NIGHT - timedelta(days=7)))
    assert offered(Waking(True, tested_at=NIGHT))
    assert not offered(Waking(True, tested_at=NIGHT, heard_at=NIGHT + timedelta(minutes=1)))


def test_a_digest_of_many_problems_fits_and_says_what_it_leaves_out() -> None:
    gaps = tuple((NIGHT + timedelta(hours=n), NIGHT + timedelta(hours=n + 1)) for n in range(30))
    away = (OverrideLine(HOSTILE, NIGHT, MONDAY, ""),)
    gone = (UnreachableLine("Bob", "deactivated", None),)
    one = ScheduleFindings(HOSTILE, False, gaps, away, gone)
    shown = shift_notices.notice(Digest((one,) * 60))
    is_accepted(shown)
    assert "and 20 more" in said(shown)
    assert not [text for text in raw_texts(list(shown.blocks)) if PINGS.search(text)]


def test_a_digest_of_many_findings_fits_hides_no_topic_and_says_how_many_more_there_are() -> None:
    gone = [Finding(Topic.NO_ACCOUNT, HOSTILE * 30, {"way": HOSTILE * 30}) for _ in range(50)]
    unowned = [Finding(Topic.NO_OWNER, f"service-{number}") for number in range(5)]
    one = ScheduleFindings("payments", False, ((NIGHT, MONDAY),), (), ())
    shown = shift_notices.notice(Digest((one,) * 60, (*gone, *unowned)))
    is_accepted(shown)
    assert said(shown).count("⚠ Serious:") == 3
    assert "• Service service-2 belongs to no team." in said(shown)
    assert "and 49 more: `tocsin doctor` on the command line tells all." in said(shown)
    assert not [text for text in raw_texts(list(shown.blocks)) if PINGS.search(text)]


def test_a_digest_without_schedules_speaks_of_the_paging_alone() -> None:
    shown = said(shift_notices.notice(Digest((), (Finding(Topic.UNUSED_POLICY, "other"),))))
    assert "*Your paging needs you*: 1 thing to mend before somebody is paged." in shown
    assert "• Policy other is used by no service." in shown
    assert "override" not in shown


def test_a_rotation_of_nobody_is_said_once() -> None:
    shown = said(
        shift_notices.notice(Digest((ScheduleFindings("payments", True, ((NIGHT, MONDAY),), (), ()),)))
    )
    assert "Nobody is on call at all" in shown
    assert "Nobody is on call from" not in shown


def test_a_quiet_shift_drafts_one_line() -> None:
    assert shift_notices.draft(ShiftFacts(0, 0, (), 0, (), (), (), ()), MADRID) == "No pages."


def test_a_busy_shift_drafts_its_facts_in_the_authors_own_zone() -> None:
    changed = OverrideLine("Bob", NIGHT, MONDAY, "dentist & <co>")
    facts = ShiftFacts(5, 2, (("Ana", 3), ("Bob", 1)), 1, (), (), (), (changed,))
    assert shift_notices.draft(facts, MADRID).splitlines() == [
        "5 pages, 2 at night. Taken by Ana (3), Bob (1). 1 resolved before anybody took it.",
        "Changed: Bob is on call from Sat 21 Nov at 03:47 CET until Mon 23 Nov at 03:47 CET (dentist & <co>)",
    ]
