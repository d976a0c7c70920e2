"""The timeline: every kind of fact has a line, and a long night still fits into Slack."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from bot.core import facts
from bot.core.facts import FACTS, Fact
from bot.core.ids import TOCSIN, Actor, AlertId, IncidentId, PageId, by_user
from bot.core.page_facts import PAGE_FACTS
from bot.core.policy_facts import POLICY_FACTS
from bot.core.schedule_facts import SCHEDULE_FACTS
from bot.core.views import TimelineView
from bot.slack import ids
from bot.slack.modals import text
from bot.slack.render import timeline
from bot.templates import timeline as wording
from tests.render.samples import ANA, CAROL, NIGHT, after, is_accepted, is_accepted_view, said, texts

MACHINE = Actor("integration:am")
VALUES = {
    "at": NIGHT,
    "by": by_user(ANA),
    "page": PageId(204),
    "incident": IncidentId(12),
    "people": ("UANA", "#payments"),
    "reasons": ("Nobody is on call for payments-primary",),
    "until": after(60),
    "due_at": after(5),
    "next_due_at": after(15),
    "user": "UANA",
    "holder": ANA,
    "late_ms": 100,
    "cause": "timeout",
    "outcome": "sent",
    "starts_at": after(60),
    "ends_at": after(120),
    "hand_off_at": after(180),
    "instead": ("bob",),
    "before": {"name": "Payments"},
    "after": {"name": "Payments, first call"},
    "link": "https://slack.example.com/archives/C1/p1",
}
BY_TYPE: dict[str, object] = {"bool": True, "int": 2, "AlertId": AlertId(1), "UserId | None": CAROL}


def example(kind: type[Fact]) -> Fact:
    values: dict[str, Any] = {}
    for each in dataclasses.fields(kind):
        fallback = BY_TYPE.get(str(each.type), each.name)
        values[each.name] = VALUES.get(each.name, fallback)
    return kind(**values)


@pytest.mark.parametrize(
    "kind", (*FACTS, *SCHEDULE_FACTS, *PAGE_FACTS, *POLICY_FACTS), ids=lambda kind: kind.kind
)
def test_every_kind_of_fact_has_a_line(kind: type[Fact]) -> None:
    line = timeline.as_text(TimelineView("INC-12", (example(kind),), {"user:UANA": "Ana"}))
    when, what = line.split("  ", 1)
    assert when == "02:47:00"
    assert wording.WORDS[kind.kind]
    assert len(what.split()) > 1


def test_a_night_reads_like_a_story() -> None:
    at = NIGHT + timedelta(seconds=9)
    page = PageId(204)
    night = (
        facts.AlertFired(
            at=at,
            by=MACHINE,
            page=page,
            alert=AlertId(1),
            title="Error rate above 5 %",
            source="Alertmanager",
        ),
        facts.PageStarted(
            at=at, by=TOCSIN, page=page, policy="checkout-critical", severity="SEV2", service="checkout"
        ),
        facts.PersonNotified(
            at=at + timedelta(seconds=1), by=TOCSIN, page=page, user="UANA", method="slack", outcome="sent"
        ),
        facts.LevelPaged(
            at=at + timedelta(minutes=5),
            by=TOCSIN,
            page=page,
            step=2,
            level=2,
            round=1,
            people=("UCAROL",),
            cause="timeout",
            late_ms=100,
            due_at=after(10),
        ),
        facts.PageAcknowledged(at=at + timedelta(minutes=6), by=by_user(CAROL), page=page),
    )
    names = {"user:UANA": "Ana", "user:UCAROL": "Carol", "integration:am": "Alertmanager"}
    assert timeline.as_text(TimelineView("P-204", night, names)).splitlines() == [
        "02:47:09  alert     Alertmanager: Error rate above 5 % (firing)",
        "02:47:09  page      P-204 started, policy checkout-critical, SEV2, service checkout",
        "02:47:10  notified  Ana by Slack DM: delivered",
        "02:52:09  escalated level 2, nobody acknowledged in time (0.1 s late): Carol; next step at 02:57 UTC",
        "02:53:09  acknowledged by Carol",
    ]


@pytest.mark.parametrize(
    ("late_ms", "expected"),
    [
        (0, "level 2, nobody acknowledged in time: "),
        (4, "(0.1 s late)"),
        (740, "(0.7 s late)"),
        (12_000, "(12 s late)"),
        (12 * 60_000 + 900, "(12 min late)"),
    ],
)
def test_how_late_a_step_was(late_ms: int, expected: str) -> None:
    fact = dataclasses.replace(example(facts.LevelPaged), late_ms=late_ms, policy="")  # type: ignore[call-arg]
    assert expected in timeline.as_text(TimelineView("P-204", (fact,)))


def _long(lines: int) -> TimelineView:
    notes = tuple(
        facts.NoteAdded(at=after(n), by=by_user(ANA), incident=IncidentId(12), text=f"note {n} " + "x" * 300)
        for n in range(lines)
    )
    return TimelineView("INC-12 Checkout is down", notes)


def test_a_long_timeline_keeps_the_newest_and_counts_the_rest() -> None:
    view = text.view("Timeline", timeline.sections(_long(2000)))
    assert is_accepted_view(view)
    shown = texts(view["blocks"])
    assert "older lines are not shown." in shown[0]
    assert "note 1999 " in shown[-1]
    messages = timeline.timeline(_long(2000))
    assert all(is_accepted(message) for message in messages)
    assert "older lines are not shown." in said(messages[0])
    assert "note 1999 " in said(messages[-1])


def test_a_short_timeline_is_whole() -> None:
    shown = "\n".join(texts(timeline.sections(_long(3))))
    assert [f"note {n} " in shown for n in range(3)] == [True, True, True]
    assert "not shown" not in shown
    assert len(timeline.timeline(_long(3))) == 1


def test_an_empty_timeline_says_so() -> None:
    empty = TimelineView("INC-12", ())
    assert is_accepted_view(text.view("Timeline", timeline.sections(empty)))
    assert said(timeline.timeline(empty)[0]).endswith("Nothing has happened yet.")
    assert text.view("Timeline", timeline.sections(empty))["callback_id"] == ids.MODAL_TEXT
