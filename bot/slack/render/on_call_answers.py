"""The answers to `/oncall who`, `shifts` and the like, and what whoever plans something is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.core.ids import ScheduleId
from bot.core.on_call_views import (
    AwayLine,
    AwayView,
    GapsView,
    LoadView,
    MeView,
    PersonView,
    PlannedChoice,
    PlannedOverride,
    SpanView,
    WhoView,
)
from bot.core.page import Page
from bot.core.views import CoverView, SwapView
from bot.slack import ids
from bot.slack.prefilled import carry
from bot.slack.render import contacts, on_call_questions
from bot.slack.render.message import (
    Block,
    Message,
    actions,
    button,
    lines,
    message,
    section,
    sentence,
    within,
)
from bot.slack.render.shift_notices import WAKING, note_left_for
from bot.templates import say

SURFACE = "on_call_answers"
MOST_WITH_BUTTON = 15
MOST_OF_MINE = 5
MOST_NOTES = 3
EXAMPLES = (
    "who is on call for payments tomorrow 9am?",
    "who's next for checkout?",
    "when am I on call?",
    "am I on call this weekend?",
)
"""Questions that are understood."""


def who(view: WhoView) -> Message:
    """Who is on call for what was asked for, and everybody of the chains behind."""
    if not view.schedules and not view.chains:
        return sentence(say(SURFACE, "no_schedule", view.about))
    heading = say(SURFACE, "heading", view)
    rows = [say(SURFACE, "schedule", line) for line in view.schedules]
    rows += [say(SURFACE, "chain", chain) for chain in view.chains]
    shown = listed(heading, rows)
    return Message(shown.text, (*shown.blocks, *(note_left_for(one) for one in view.notes[:MOST_NOTES])))


def who_is_next(view: WhoView) -> Message:
    """Who follows on each schedule, and from when."""
    if not view.schedules:
        return who(view)
    rows = [say(SURFACE, "following", line) for line in view.schedules]
    return listed(say(SURFACE, "next_heading", view), rows)


def within_span(view: SpanView) -> Message:
    """Whether somebody is on call in a span, and when."""
    rows = [say(SURFACE, "upcoming", one) for one in view.shifts]
    return listed(say(SURFACE, "in_span", view), rows)


def what_to_ask() -> Message:
    """For what was not understood."""
    return message(say(SURFACE, "not_a_question"), [section(text) for text in _examples()])


def _examples() -> list[str]:
    return lines(
        [
            say(SURFACE, "not_a_question"),
            *(f"• {example}" for example in EXAMPLES),
            say(SURFACE, "all_commands"),
        ]
    )


def person(view: PersonView, *, with_buttons: bool = True) -> Message:
    """Whether somebody is on call at an instant, and their next shifts."""
    text = say(SURFACE, "person_at", view)
    rows = [say(SURFACE, "next_shifts", view), *(say(SURFACE, "upcoming", one) for one in view.upcoming)]
    buttons: list[Block] = []
    if with_buttons and view.person.user == view.reader and (view.current or view.upcoming):
        buttons = _giving()
    return listed(text, rows, buttons)


def listed(heading: str, rows: Sequence[str], buttons: Sequence[Block] = ()) -> Message:
    """A heading, as many lines as Slack takes with how many were left out, and buttons."""
    shown, left = within(rows)
    shown += [say("incident", "more", left)] if left else []
    blocks = [section(text) for text in lines([heading, *shown])]
    text = f"{heading} {shown[0]}" if shown else heading
    return message(text, [*blocks, *([actions(buttons)] if buttons else [])])


def override_made(made: PlannedOverride) -> Message:
    back = button("Take it back", ids.OVERRIDE_END, made.id)
    reason = [say(SURFACE, "reason", made.reason)] if made.reason else []
    return listed(say(SURFACE, "override_made", made), reason, [back])


def override_ended(ended: PlannedOverride | None) -> Message:
    return sentence(say(SURFACE, "override_ended", ended) if ended else say(SURFACE, "override_over"))


def taken(made: PlannedOverride) -> Message:
    back = button("Give it back", ids.OVERRIDE_END, made.id)
    return listed(say(SURFACE, "taken", made), (), [back])


def cover_asked(view: CoverView) -> Message:
    return listed(say(SURFACE, "cover_asked", view), (), [button("Withdraw", ids.COVER_WITHDRAW, view.id)])


def swap_proposed(view: SwapView) -> Message:
    return listed(say(SURFACE, "swap_proposed", view), (), [button("Withdraw", ids.SWAP_WITHDRAW, view.id)])


def away(view: AwayView) -> Message:
    rows = [say(SURFACE, "stand_in", one) for one in view.stand_ins]
    back = button("Take it back", ids.TIME_OFF_END, view.line.id)
    return listed(say(SURFACE, "away", view), rows, [back])


def away_ended(line: AwayLine | None) -> Message:
    return sentence(say(SURFACE, "away_ended", line) if line else say(SURFACE, "override_over"))


def gaps(view: GapsView) -> Message:
    """Each gap with the button that fills it; of many the later ones as lines."""
    heading = say(SURFACE, "gaps", view)
    blocks: list[Block] = [section(heading)]
    for gap in view.gaps[:MOST_WITH_BUTTON]:
        choice = PlannedChoice(gap.schedule, None, gap.starts_at, gap.ends_at)
        fill = button("Override…", ids.ON_CALL_OVERRIDE, carry(choice))
        blocks.append(section(say(SURFACE, "gap", gap), fill))
    further, left = within([say(SURFACE, "gap", gap) for gap in view.gaps[MOST_WITH_BUTTON:]], 6000)
    further += [say("incident", "more", left)] if left else []
    return message(heading, [*blocks, *map(section, lines(further))])


def load(view: LoadView) -> Message:
    return listed(say(SURFACE, "load", view), [say(SURFACE, "load_line", line) for line in view.people])


def me(view: MeView) -> Message:
    """Who the reader is here; what waits for an answer comes with its buttons."""
    heading = say(SURFACE, "me", view)
    about = [heading, say(SURFACE, "person_at", view.on_call), say(SURFACE, "next_shifts", view.on_call)]
    about += [say(SURFACE, "upcoming", one) for one in view.on_call.upcoming[:MOST_OF_MINE]]
    waking = (say("on_call_shifts", macro, view.waking) for macro in WAKING)
    blocks: list[Block] = [
        section("\n".join(about)),
        *(note_left_for(one) for one in view.notes[:MOST_NOTES]),
        section("\n".join([*waking, contacts.summary(view.reach)])),
        actions(
            [
                button("How you are reached…", ids.CONTACTS, style="primary"),
                button("Test it now", ids.REACH_TEST),
            ]
        ),
        actions(_giving()),
    ]
    for line in view.away[:MOST_OF_MINE]:
        back = button("Take back", ids.TIME_OFF_END, line.id)
        blocks.append(section(say(SURFACE, "away_line", line), None if line.from_calendar else back))
    for question in view.questions[:MOST_OF_MINE]:
        blocks += on_call_questions.question(question).blocks
    return message(heading, blocks)


def _giving() -> list[Block]:
    return [
        button("Ask for cover…", ids.ON_CALL_COVER),
        button("Swap…", ids.ON_CALL_SWAP),
        button("I'm away…", ids.ON_CALL_AWAY),
        button("Calendars…", ids.ON_CALL_CALENDARS),
    ]


def called(begun: Sequence[Page], running: Sequence[Page]) -> Message:
    """Who is paged, and what was running already; with the button that ends what was begun."""
    first = [
        section(say(SURFACE, "page_begun", page), button("Resolve", ids.PAGE_RESOLVE, page.id))
        for page in begun
    ]
    blocks = [*first, *(section(say(SURFACE, "page_running", page)) for page in running)]
    return message(str(blocks[0]["text"]["text"]), blocks)


def which_schedule(
    about: str, schedules: Iterable[tuple[ScheduleId, str]], action: str, choice: PlannedChoice
) -> Message:
    """A button for each schedule that may be meant; it opens the form with all that was said."""
    text = say(SURFACE, "which_schedule", about)
    buttons = [
        button(name, f"{action}:{number}", carry(_of(choice, key)))
        for number, (key, name) in enumerate(schedules)
    ]
    return message(text, [section(text), actions(buttons[:25])])


def _of(choice: PlannedChoice, schedule: ScheduleId) -> PlannedChoice:
    return PlannedChoice(schedule, choice.user, choice.starts_at, choice.ends_at, choice.reason)
