"""The App Home's calendar: a row for each day with a bar and who is on call; gaps and overrides below.

The bar comes first, so that the rows line up in a proportional font; a phone breaks the names onto the next line. Its
colours are seasoning: gaps and changes are in the words of each day too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

from markupsafe import Markup

from bot.core.ids import ScheduleId
from bot.core.on_call_views import PlannedChoice
from bot.core.views import DayShift, DayView, SpanOnCall, WeekView
from bot.core.week import NOBODY
from bot.slack import ids
from bot.slack.prefilled import carry
from bot.slack.render.message import (
    OPTION,
    Block,
    actions,
    button,
    context,
    lines,
    menu,
    option,
    section,
)
from bot.slack.render.on_call import change_schedules
from bot.templates import mrkdwn, say

SQUARES = ("🟦", "🟧", "🟪", "🟩", "🟨", "🟫")
EMPTY = "🟥"
MOST_SHIFTS_A_DAY = 6
MOST_GAPS = 4
MOST_OVERRIDES = 6
MOST_OPTIONS = 100
OPTION_VALUE = 150


def week(view: WeekView) -> list[Block]:
    """At most 17 blocks."""
    blocks = [section(say("home", "week", view, _days_of(view)), _schedules(view))]
    blocks += [section(text) for text in lines([_day(day) for day in view.days])[:2]]
    blocks += _gaps(view)
    blocks += _overrides(view)
    return [*blocks, actions(_turns(view), "home:week"), actions(_changes(view), "home:changes")]


def _schedules(view: WeekView) -> Block | None:
    """The menu of schedules; the shown one is always in it."""
    fitting = [(one, name) for one, name in view.choices if len(one) <= OPTION_VALUE]
    shown = [pair for pair in fitting if pair[0] == view.schedule]
    first = [*shown, *(pair for pair in fitting if pair[0] != view.schedule)][:MOST_OPTIONS]
    if len(first) < 2:
        return None
    kept = [pair for pair in fitting if pair in first]
    return menu(
        ids.HOME_SCHEDULE,
        "Choose a schedule",
        [option(mrkdwn.cut(name, OPTION) or one, one) for one, name in kept],
        view.schedule,
    )


def _days_of(view: WeekView) -> str:
    """`16 – 22 Nov 2026`, with months and years where they differ."""
    last = view.monday + timedelta(days=6)
    if view.monday.year != last.year:
        return f"{view.monday:%-d %b %Y} – {last:%-d %b %Y}"
    first = f"{view.monday:%-d}" if view.monday.month == last.month else f"{view.monday:%-d %b}"
    return f"{first} – {last:%-d %b %Y}"


def _day(day: DayView) -> str:
    """One line; of a day with changes the second line says when, so that it is read on a phone too."""
    bar = "".join(EMPTY if colour == NOBODY else SQUARES[colour % len(SQUARES)] for colour in day.bar)
    shown = [
        _shift(shift, shift.starts_at > day.starts_at, shift.ends_at < day.ends_at)
        for shift in day.shifts[:MOST_SHIFTS_A_DAY]
    ]
    left = len(day.shifts) - len(shown)
    if len(shown) == 1:
        return say("home", "day", bar, day_name(day.date), day.is_today, shown, left)
    title = say("home", "day", bar, day_name(day.date), day.is_today, [], 0)
    return f"{title}\n{say('home', 'day_shifts', shown, left)}"


@lru_cache(maxsize=4096)
def _shift(shift: DayShift, begins: bool, ends: bool) -> Markup:
    """Kept, because a schedule's week stands on many Homes. `begins`, `ends`: within the day."""
    return Markup(say("home", "day_shift", shift, begins, ends))


def day_name(day: date) -> str:
    return f"{day:%a %-d}"


def _gaps(view: WeekView) -> list[Block]:
    """Each with the buttons that close it."""
    blocks: list[Block] = []
    for number, gap in enumerate(view.gaps[:MOST_GAPS]):
        override = carry(PlannedChoice(view.schedule, starts_at=gap.starts_at, ends_at=gap.ends_at))
        buttons = [
            button("Take it", ids.HOME_TAKE_GAP, _gap_value(view.schedule, gap), style="primary"),
            button("Override…", ids.ON_CALL_OVERRIDE, override),
        ]
        blocks += [section(say("home", "gap", gap, *_ends(gap))), actions(buttons, f"home:gap:{number}")]
    left = len(view.gaps) - MOST_GAPS
    return blocks + ([context(say("home", "more_gaps", left))] if left > 0 else [])


def _gap_value(schedule: ScheduleId, gap: SpanOnCall) -> str:
    return f"{schedule}:{int(gap.starts_at.timestamp())}:{int(gap.ends_at.timestamp())}"


def _overrides(view: WeekView) -> list[Block]:
    told = [say("home", "override", one, *_ends(one)) for one in view.overrides[:MOST_OVERRIDES]]
    left = len(view.overrides) - len(told)
    told += [say("home", "more_overrides", left)] if left else []
    return [section(text) for text in lines(told)[:2]]


def _ends(span: SpanOnCall) -> tuple[str, str]:
    """The days on which it begins and ends; the second empty when it is the same."""
    first = day_name(span.starts_on)
    return first, "" if span.ends_on == span.starts_on else day_name(span.ends_on)


def _turns(view: WeekView) -> Sequence[Block]:
    week = timedelta(days=7)
    today = [] if view.monday == view.this_monday else [button("This week", f"{ids.HOME_WEEK}:now")]
    return [
        button("‹ Earlier", f"{ids.HOME_WEEK}:earlier", view.monday - week),
        *today,
        button("Later ›", f"{ids.HOME_WEEK}:later", view.monday + week),
    ]


def _changes(view: WeekView) -> Sequence[Block]:
    carried = carry(PlannedChoice(view.schedule))
    return [
        button("Override…", ids.ON_CALL_OVERRIDE, carried),
        button("Take over now…", ids.ON_CALL_TAKE, carried),
        button("Ask for cover…", ids.ON_CALL_COVER, carried),
        button("Swap…", ids.ON_CALL_SWAP, carried),
        change_schedules(),
    ]
