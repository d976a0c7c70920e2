"""The App Home's calendar and its managers' part, as they are worded, and how they hold Slack's limits."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.core.cover import CoverState
from bot.core.ids import CoverId, IncidentId, PageId, ScheduleId, UserId
from bot.core.schedule import Origin
from bot.core.views import (
    CoverView,
    DayShift,
    DayView,
    GapLine,
    HomeView,
    LoadLine,
    ManagerView,
    MyShift,
    OnCallPerson,
    SpanOnCall,
    UnreachableLine,
    WeekView,
)
from bot.core.week import NOBODY
from bot.slack import ids
from bot.slack.render.home import home
from bot.slack.render.home_manager import health, manager
from bot.slack.render.home_week import week
from bot.slack.render.message import Block, Message
from bot.templates import mrkdwn
from tests.render.samples import ANA, BOB, CAROL, LINE, MONDAY, NAMES, NIGHT, buttons, is_accepted_view
from tests.render.test_home_and_on_call import HOME, PAGE, PAYMENTS, VIEW

ANA_, BOB_ = OnCallPerson("Ana", ANA), OnCallPerson("Bob", BOB)
FIRST = date(2026, 11, 16)
SATURDAY = datetime(2026, 11, 21, tzinfo=UTC)
ALL_DAY = (0,) * 8


def day(number: int, *shifts: DayShift, bar: tuple[int, ...] = ALL_DAY, is_today: bool = False) -> DayView:
    starts_at = datetime(2026, 11, 16, tzinfo=UTC) + timedelta(days=number)
    ends_at = starts_at + timedelta(days=1)
    whole = (DayShift((ANA_,), starts_at, ends_at),)
    return DayView(FIRST + timedelta(days=number), is_today, starts_at, ends_at, shifts or whole, bar)


def hours(first: int, last: int, *people: OnCallPerson, origin: Origin | None = None) -> DayShift:
    return DayShift(people, SATURDAY + timedelta(hours=first), SATURDAY + timedelta(hours=last), origin)


BUSY = day(
    5,
    hours(0, 10, ANA_),
    hours(10, 18, BOB_, origin=Origin.OVERRIDE),
    hours(18, 22, ANA_),
    hours(22, 24),
    bar=(0, 0, 0, 1, 1, 1, 0, NOBODY),
    is_today=True,
)
GAP = SpanOnCall(
    SATURDAY + timedelta(hours=22), SATURDAY + timedelta(days=1), SATURDAY.date(), SATURDAY.date()
)
OVERRIDE = SpanOnCall(
    SATURDAY + timedelta(hours=10),
    SATURDAY + timedelta(days=1, hours=18),
    SATURDAY.date(),
    SATURDAY.date() + timedelta(days=1),
    (BOB_,),
    Origin.OVERRIDE,
    CAROL,
    "Ana travels",
)
WEEK = WeekView(
    schedule=ScheduleId("payments-primary"),
    name="payments-primary",
    monday=FIRST,
    this_monday=FIRST,
    days=(*(day(number) for number in range(5)), BUSY, day(6)),
    gaps=(GAP,),
    overrides=(OVERRIDE,),
    now=(ANA_,),
    now_until=MONDAY,
    choices=((ScheduleId("payments-primary"), "payments-primary"), (ScheduleId("other"), "Other")),
)


def markup(blocks: list[Block]) -> str:
    """What is written, without what stands on buttons and menus."""
    written = [block["text"] for block in blocks if "text" in block]
    written += [element for block in blocks if block["type"] == "context" for element in block["elements"]]
    return "\n".join(text["text"] for text in written)


def shown(blocks: list[Block]) -> str:
    return mrkdwn.plain(markup(blocks), NAMES)


def test_a_week_has_a_row_for_each_day_and_says_in_words_what_the_bar_shows() -> None:
    assert shown(week(WEEK)).splitlines() == [
        "*payments-primary* · 16 – 22 Nov 2026 · now Ana until Mon 23 Nov 09:00 UTC",
        "🟦🟦🟦🟦🟦🟦🟦🟦 *Mon 16* Ana",
        "🟦🟦🟦🟦🟦🟦🟦🟦 *Tue 17* Ana",
        "🟦🟦🟦🟦🟦🟦🟦🟦 *Wed 18* Ana",
        "🟦🟦🟦🟦🟦🟦🟦🟦 *Thu 19* Ana",
        "🟦🟦🟦🟦🟦🟦🟦🟦 *Fri 20* Ana",
        "🟦🟦🟦🟧🟧🟧🟦🟥 *Sat 21* (today)",
        "Ana until 10:00 UTC, Bob 10:00 UTC–18:00 UTC (override), Ana 18:00 UTC–22:00 UTC, "
        "*⚠ nobody* from 22:00 UTC",
        "🟦🟦🟦🟦🟦🟦🟦🟦 *Sun 22* Ana",
        "⚠ *Nobody is on call* Sat 21 22:00 UTC – 00:00 UTC (2 h)",
        "Sat 21 10:00 UTC – Sun 22 18:00 UTC *Bob* · override by Carol: Ana travels",
    ]


def test_a_gap_carries_what_is_taken_and_the_forms_their_schedule() -> None:
    elements = [element for block in week(WEEK) for element in block.get("elements", [])]
    elements += [block["accessory"] for block in week(WEEK) if "accessory" in block]
    by_action = {element["action_id"]: element for element in elements}
    gap = by_action[ids.HOME_TAKE_GAP]["value"]
    assert gap == f"payments-primary:{int(GAP.starts_at.timestamp())}:{int(GAP.ends_at.timestamp())}"
    overrides = [each for each in elements if each["action_id"] == ids.ON_CALL_OVERRIDE]
    assert json.loads(overrides[0]["value"]) == {
        "schedule": "payments-primary",
        "starts": int(GAP.starts_at.timestamp()),
        "ends": int(GAP.ends_at.timestamp()),
    }
    for action in (ids.ON_CALL_OVERRIDE, ids.ON_CALL_COVER, ids.ON_CALL_SWAP, ids.ON_CALL_TAKE):
        assert json.loads(by_action[action]["value"]) == {"schedule": "payments-primary"}
    assert by_action[ids.HOME_SCHEDULE]["initial_option"]["value"] == "payments-primary"
    turned = {name: by_action[f"{ids.HOME_WEEK}:{name}"]["value"] for name in ("earlier", "later")}
    assert turned == {"earlier": "2026-11-09", "later": "2026-11-23"}


def test_another_week_says_so_and_leads_back() -> None:
    other = replace(WEEK, monday=date(2026, 12, 28))
    assert "28 Dec 2026 – 3 Jan 2027 (not this week)" in shown(week(other))
    assert "This week" in buttons(Message("", tuple(week(other))))
    assert "This week" not in buttons(Message("", tuple(week(WEEK))))
    assert "30 Nov – 6 Dec 2026" in shown(week(replace(WEEK, monday=date(2026, 11, 30))))


def test_one_schedule_alone_needs_no_menu() -> None:
    assert all("accessory" not in block for block in week(replace(WEEK, choices=WEEK.choices[:1], gaps=())))


def test_a_stand_in_and_a_person_known_by_their_id_alone_are_named() -> None:
    stranger = OnCallPerson("U0STRANGER", UserId("U0STRANGER"))
    away = DayShift((stranger,), SATURDAY, SATURDAY + timedelta(days=1), standing_in_for=(ANA_,))
    view = replace(WEEK, days=(*WEEK.days[:5], day(5, away), WEEK.days[6]))
    assert "*Sat 21* @U0STRANGER (for Ana, away)" in shown(week(view))


def test_names_and_reasons_from_outside_ping_nobody() -> None:
    nasty = OnCallPerson("<!channel> *bold*", None)
    override = replace(OVERRIDE, people=(nasty,), reason="<!here> & <script>")
    spot = hours(0, 24, nasty)
    view = replace(WEEK, name="<!everyone>", days=(day(5, spot),), overrides=(override,))
    assert "<!" not in markup(week(view)).replace("<!date", "")


def test_managers_see_first_what_needs_a_decision() -> None:
    view = ManagerView(
        everything=False,
        load=(LoadLine(ANA_, timedelta(hours=168.5), 11, 4), LoadLine(BOB_, timedelta(hours=1), 1, 0)),
        gaps=(GapLine("payments-primary", NIGHT, NIGHT + timedelta(hours=2)),),
        unreachable=(
            UnreachableLine("payments-primary", OnCallPerson("Dave", None), False, MONDAY, "unknown"),
        ),
        more_load=12,
    )
    assert shown(manager(view)).splitlines() == [
        "What you look after",
        "⚠ *1 person on call now or next cannot be reached*",
        "payments-primary: Dave (unknown in Slack), next, from Mon 23 Nov 09:00 UTC",
        "⚠ *1 gap in the next 30 days*",
        "payments-primary: nobody from Sat 21 Nov 02:47 UTC for 2 h",
        "*Load of the last 4 weeks*",
        "Ana: 11 pages, 4 at night · 168 hours on call",
        "Bob: 1 page · 1 hour on call",
        "and 12 more",
    ]


def test_managers_are_told_when_all_is_well() -> None:
    said = shown(manager(ManagerView(True, (), (), ())))
    assert "*Everybody on call now and next can be reached.*" in said
    assert "*No gap in the next 30 days.*" in said


def test_admins_read_in_a_line_how_tocsin_is() -> None:
    assert shown(health(())) == "Tocsin is well: connected to Slack, and nothing is owed for long."
    said = shown(health(("Slack: no socket to Slack is connected",)))
    assert "⚠ Slack: no socket to Slack is connected" in said


def test_questions_stand_on_the_home_with_their_buttons() -> None:
    cover = CoverView(
        CoverId(7), BOB, "payments", ANA_, NIGHT, MONDAY, "dentist", (BOB_,), (), CoverState.OPEN, None, 1
    )
    view = home(replace(HOME, reader=BOB, questions=(cover, replace(cover, id=CoverId(8)))))
    assert is_accepted_view(view)
    assert buttons(Message("", tuple(view["blocks"]))).count("I take it") == 2
    assert "dentist" in shown(view["blocks"])


def test_whoever_is_on_call_reads_for_how_long_and_what_comes_next() -> None:
    again = MyShift("payments-primary", MONDAY + timedelta(days=7), MONDAY + timedelta(days=14))
    said = shown(home(replace(HOME, shifts=(again,)))["blocks"])
    assert "*You are on call:* payments-primary until Mon 23 Nov 09:00 UTC (2 d 6 h)." in said
    assert "Next: payments-primary from Mon 30 Nov 09:00 UTC for 7 d." in said


def test_the_fullest_home_stays_within_slacks_limits() -> None:
    name = OnCallPerson("x" * 300, None)
    busy = tuple(DayShift((name,) * 5, SATURDAY, SATURDAY + timedelta(hours=1)) for _ in range(40))
    schedules = tuple((ScheduleId(f"schedule-{n}"), "s" * 200) for n in range(150))
    crowded = WeekView(
        schedule=schedules[149][0],
        name="n" * 500,
        monday=FIRST,
        this_monday=FIRST + timedelta(days=7),
        days=tuple(day(number, *busy) for number in range(7)),
        gaps=(GAP,) * 60,
        overrides=(replace(OVERRIDE, people=(name,), reason="r" * 3000),) * 60,
        now=(name,) * 10,
        now_until=MONDAY,
        choices=schedules,
    )
    cover = CoverView(
        CoverId(7),
        BOB,
        "p" * 500,
        name,
        NIGHT,
        MONDAY,
        "d" * 2000,
        (name,) * 40,
        (),
        CoverState.OPEN,
        None,
        1,
    )
    managed = ManagerView(
        True,
        (LoadLine(name, timedelta(1), 1, 1),) * 10,
        (GapLine("g" * 300, NIGHT, MONDAY),) * 500,
        (UnreachableLine("u" * 300, name, True, NIGHT, "deactivated"),) * 300,
        290,
    )
    view = home(
        HomeView(
            BOB,
            replace(VIEW, teams=tuple(replace(PAYMENTS, team=f"{n}" + "t" * 300) for n in range(60))),
            tuple(replace(PAGE, id=PageId(n), title="x" * 500) for n in range(40)),
            tuple(replace(LINE, id=IncidentId(n), title="y" * 500) for n in range(60)),
            shifts=(MyShift("m" * 300, NIGHT, MONDAY),) * 3,
            questions=(cover,) * 30,
            week=crowded,
            manager=managed,
            health=("h" * 5000,) * 20,
        )
    )
    assert is_accepted_view(view)
    assert len(view["blocks"]) <= 100
    said = shown(view["blocks"])
    assert all(text in said for text in ("and 56 more gaps", "and 54 more overrides", "and 290 more"))
