"""Giving shifts away: cover, swap, take over now, and time off; typed or filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from slack_bolt.async_app import AsyncApp

from bot.core.command_names import NAMES
from bot.core.ids import PersonId, ScheduleId, UserId
from bot.core.on_call_views import PlannedChoice, ShiftChoice
from bot.core.permissions import Action
from bot.errors import Wrong
from bot.queries import on_call_forms, on_call_questions
from bot.slack import ids, naming_words
from bot.slack.listeners.answering import Click, Submission
from bot.slack.listeners.asking import Answer, Asked, Desk, FieldErrors, Listener, Open, Redraw, Tell
from bot.slack.listeners.on_call_planning import (
    all_schedules,
    chosen,
    first_time,
    here,
    likely_schedule,
    planned,
    several,
    understood,
    user_of,
)
from bot.slack.listeners.serving import Serve
from bot.slack.modals import away as away_modal
from bot.slack.modals import cover as cover_modal
from bot.slack.modals import swap as swap_modal
from bot.slack.modals import take as take_modal
from bot.slack.modals.cover import Groups
from bot.slack.naming_words import Kind, Plan
from bot.slack.prefilled import carried
from bot.slack.render import on_call_answers as render
from bot.slack.render.message import Message
from bot.slack.typed import GROUP
from bot.usecases import covers, overrides, swaps, time_off
from bot.usecases.covers import AskForCover
from bot.usecases.swaps import Given
from bot.usecases.time_off import Entered


def register(bolt: AsyncApp, serve: Serve) -> None:
    buttons: Mapping[str, Listener] = {
        ids.ON_CALL_COVER: open_cover,
        ids.ON_CALL_SWAP: open_swap,
        ids.ON_CALL_TAKE: open_take,
        ids.ON_CALL_AWAY: open_away,
        ids.SWAP_PERSON: choose_person,
        ids.TIME_OFF_END: end_time_off,
    }
    for action_id, listener in buttons.items():
        bolt.action(re.compile(f"^{action_id}(:|$)"))(serve(listener, Action.PLAN_ON_CALL, Click))
    forms: Mapping[str, Listener] = {
        ids.MODAL_COVER: ask_for_cover,
        ids.MODAL_SWAP: propose_swap,
        ids.MODAL_TAKE: take_over,
        ids.MODAL_AWAY: enter_time_off,
    }
    for callback_id, listener in forms.items():
        bolt.view(callback_id)(serve(listener, Action.PLAN_ON_CALL, Submission, once=True))


async def cover(desk: Desk, asked: Asked, text: str) -> Answer:
    """`cover sat 10:00-18:00 @bob because dentist`: everybody on the schedule when nobody is named."""
    catalogue = desk.catalogue()
    place = await here(desk, asked)
    groups = tuple(dict.fromkeys(found[0] for found in GROUP.findall(text)))
    plan = naming_words.plan(catalogue, GROUP.sub(" ", text), place.now, place.zone, asked.user)
    understood(catalogue, plan)
    people = tuple(user_of(catalogue, one.id) for one in plan.people)
    schedule = await _mine(desk, asked, plan)
    if schedule is None or plan.span is None:
        return await _cover_form(desk, asked, replace(chosen(plan), schedule=schedule), people, groups)
    if not await first_time(desk, asked):
        return None
    return await _ask(desk, asked, AskForCover(schedule, *plan.span, people, plan.reason, groups))


async def _mine(desk: Desk, asked: Asked, plan: Plan) -> ScheduleId | None:
    """The schedule that is named, else the one on which the asker has a shift then; None when there are several."""
    named = naming_words.schedules_meant(desk.catalogue(), plan.about) if plan.about else ()
    if plan.about and not named:
        raise Wrong(f"{plan.about.name} has no schedule. Name a schedule instead. Nothing was changed.")
    shifts = await _shifts_of(desk, _me(desk, asked))
    meant = {
        one.schedule
        for one in shifts
        if (not named or one.schedule in [known.id for known in named])
        and (plan.span is None or (one.starts_at < plan.span[1] and plan.span[0] < one.ends_at))
    }
    if len(named) == 1:
        return named[0].id
    return next(iter(meant)) if len(meant) == 1 else None


async def open_cover(desk: Desk, asked: Asked) -> Answer:
    return await _cover_form(desk, asked, carried(asked.value))


async def _cover_form(
    desk: Desk,
    asked: Asked,
    choice: PlannedChoice,
    people: tuple[UserId, ...] = (),
    chosen_groups: tuple[str, ...] = (),
) -> Answer:
    mine = await _to_give(desk, asked)
    place = await here(desk, asked)
    known = [(group.id, group.handle) for group in desk.catalogue().user_groups.values()]
    groups = Groups(known, chosen_groups)
    return Open(cover_modal.view(mine, place.now, place.zone, choice, people, groups))


async def ask_for_cover(desk: Desk, asked: Asked) -> Answer:
    filled = cover_modal.read(asked.view or {})
    if isinstance(filled, dict):
        return FieldErrors(filled)
    request = AskForCover(
        filled.schedule,
        max(filled.starts_at, desk.clock.now()),
        filled.ends_at,
        filled.people,
        filled.reason,
        filled.groups,
    )
    return await _ask(desk, asked, request)


async def _ask(desk: Desk, asked: Asked, request: AskForCover) -> Answer:
    made = await covers.ask(desk.db, desk.catalogue(), request, asked.user)
    return Tell(render.cover_asked(on_call_questions.cover_view(desk.catalogue(), made, asked.user)))


async def swap(desk: Desk, asked: Asked, text: str) -> Answer:
    """`swap @bob`; the form asks which shifts."""
    catalogue = desk.catalogue()
    place = await here(desk, asked)
    plan = naming_words.plan(catalogue, text, place.now, place.zone, asked.user, (Kind.PERSON,))
    understood(catalogue, plan)
    if len(plan.people) > 1:
        raise Wrong("A swap is with one person. Name one; nothing was changed.")
    user = user_of(catalogue, plan.people[0].id) if plan.people else None
    return await _swap_form(desk, asked, swap_modal.Filled(None, user, plan.reason))


async def open_swap(desk: Desk, asked: Asked) -> Answer:
    choice = carried(asked.value)
    return await _swap_form(desk, asked, swap_modal.Filled(None, choice.user, choice.reason))


async def choose_person(desk: Desk, asked: Asked) -> Answer:
    """Their shifts are offered, and everything else in the form stays."""
    held = swap_modal.filled(asked.view or {})
    opened = await _swap_form(desk, asked, replace(held, user=UserId(asked.value) if asked.value else None))
    return Redraw({**opened.view, "private_metadata": (asked.view or {}).get("private_metadata", "{}")})


async def _swap_form(desk: Desk, asked: Asked, filled: swap_modal.Filled) -> Open:
    mine = await _to_give(desk, asked)
    person = _person(desk, filled.user) if filled.user else None
    theirs = None
    if person is not None:
        theirs = await _shifts_of(desk, person) if filled.user != asked.user else ()
    place = await here(desk, asked)
    known = replace(filled, person=person)
    return Open(swap_modal.view(mine, place.now, place.zone, known, theirs))


async def propose_swap(desk: Desk, asked: Asked) -> Answer:
    held = swap_modal.filled(asked.view or {})
    person = _person(desk, held.user) if held.user else None
    filled = swap_modal.read(asked.view or {}, person)
    if isinstance(filled, dict):
        return FieldErrors(filled)
    made = await swaps.propose(
        desk.db,
        desk.catalogue(),
        _given(desk, filled.mine),
        filled.user,
        _given(desk, filled.theirs),
        asked.user,
        filled.reason,
    )
    return Tell(render.swap_proposed(on_call_questions.swap_view(desk.catalogue(), made, asked.user)))


def _given(desk: Desk, shift: ShiftChoice) -> Given:
    """A shift that runs already is given from now on."""
    return Given(shift.schedule, max(shift.starts_at, desk.clock.now()), shift.ends_at)


async def take(desk: Desk, asked: Asked, text: str) -> Answer:
    """`take payments-primary for 2 h`; the schedule may be left out by whoever takes turns on one alone."""
    catalogue = desk.catalogue()
    place = await here(desk, asked)
    kinds = (Kind.SCHEDULE, Kind.TEAM, Kind.SERVICE)
    plan = naming_words.plan(catalogue, text, place.now, place.zone, asked.user, kinds)
    understood(catalogue, plan)
    if plan.span is not None and plan.span[0] > place.now:
        raise Wrong(
            f"Taking over begins now. For a later time, put yourself on call: {NAMES.on_call} override. "
            "Nothing was changed."
        )
    meant = naming_words.schedules_meant(catalogue, plan.about) if plan.about else ()
    if plan.about and len(meant) != 1:
        return several(plan.about.name, meant, ids.ON_CALL_TAKE, chosen(plan))
    schedule = meant[0].id if meant else likely_schedule(catalogue, asked.user)
    if schedule is None or plan.lasts is None:
        return Open(take_modal.view(all_schedules(catalogue), schedule, plan.lasts))
    if not await first_time(desk, asked):
        return None
    return await _take(desk, asked, schedule, plan.lasts)


async def open_take(desk: Desk, asked: Asked) -> Answer:
    choice = carried(asked.value)
    schedule = choice.schedule or likely_schedule(desk.catalogue(), asked.user)
    lasts = choice.ends_at - choice.starts_at if choice.starts_at and choice.ends_at else None
    return Open(take_modal.view(all_schedules(desk.catalogue()), schedule, lasts))


async def take_over(desk: Desk, asked: Asked) -> Answer:
    filled = take_modal.read(asked.view or {})
    if isinstance(filled, dict):
        return FieldErrors(filled)
    return await _take(desk, asked, filled.schedule, filled.lasts)


async def _take(desk: Desk, asked: Asked, schedule: ScheduleId, lasts: timedelta) -> Answer:
    made = await overrides.take(desk.db, desk.catalogue(), schedule, asked.user, lasts)
    return Tell(render.taken(planned(desk.catalogue(), made)))


async def away(desk: Desk, asked: Asked, text: str) -> Answer:
    """`away next week because holidays`; alone, the form with what is entered already."""
    catalogue = desk.catalogue()
    place = await here(desk, asked)
    plan = naming_words.plan(catalogue, text, place.now, place.zone, asked.user, ())
    understood(catalogue, plan)
    if plan.span is None:
        return await _away_form(desk, asked, chosen(plan))
    if not await first_time(desk, asked):
        return None
    made = await time_off.enter(desk.db, catalogue, asked.user, *plan.span, asked.user, plan.reason)
    return Tell(_entered(desk, made))


async def open_away(desk: Desk, asked: Asked) -> Answer:
    return await _away_form(desk, asked, carried(asked.value))


async def _away_form(desk: Desk, asked: Asked, choice: PlannedChoice) -> Open:
    async with desk.db.read() as conn:
        entered = await on_call_forms.time_off_of(conn, _me(desk, asked), desk.clock.now())
    return Open(away_modal.view(entered, choice))


async def enter_time_off(desk: Desk, asked: Asked) -> Answer:
    filled = away_modal.read(asked.view or {})
    if isinstance(filled, dict):
        return FieldErrors(filled)
    made = await time_off.enter(
        desk.db,
        desk.catalogue(),
        asked.user,
        filled.starts_at,
        filled.ends_at,
        asked.user,
        filled.reason,
    )
    return Tell(_entered(desk, made))


def _entered(desk: Desk, made: Entered) -> Message:
    shifts = [one.shift for one in made.consequences]
    return render.away(on_call_forms.away_view(desk.catalogue(), made.away, shifts))


async def end_time_off(desk: Desk, asked: Asked) -> Answer:
    """From the form it is drawn again, with all that was typed."""
    ended = await time_off.end(desk.db, desk.catalogue(), int(asked.value), asked.user)
    if (asked.view or {}).get("type") == "modal":
        opened = await _away_form(desk, asked, PlannedChoice())
        return Redraw({**opened.view, "private_metadata": (asked.view or {}).get("private_metadata", "{}")})
    return Tell(render.away_ended(on_call_forms.away_line(ended) if ended else None))


async def _to_give(desk: Desk, asked: Asked) -> tuple[ShiftChoice, ...]:
    """Raises `Wrong` for somebody who has nothing to give."""
    found = await _shifts_of(desk, _me(desk, asked))
    if not found:
        raise Wrong(
            "You have no shift in the next 60 days, so there is nothing to give away. Nothing was changed."
        )
    return found


async def _shifts_of(desk: Desk, person: PersonId) -> tuple[ShiftChoice, ...]:
    async with desk.db.read() as conn:
        return await on_call_forms.shifts_to_give(conn, desk.catalogue(), person, desk.clock.now())


def _me(desk: Desk, asked: Asked) -> PersonId:
    return _person(desk, asked.user)


def _person(desk: Desk, user: UserId) -> PersonId:
    return PersonId(naming_words.person_subject(desk.catalogue(), user).id)
