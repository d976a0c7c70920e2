"""Changes to who is on call, typed or filled in: with all its words a command acts at once, else its form opens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from slack_bolt.async_app import AsyncApp

from bot.core.catalogue import Catalogue
from bot.core.frozen import dataclass
from bot.core.ids import PersonId, ScheduleId, UserId
from bot.core.on_call_views import PlannedChoice, PlannedOverride
from bot.core.permissions import Action
from bot.core.schedule import Override, Schedule
from bot.errors import Wrong
from bot.queries import people, who_is_on_call
from bot.slack import ids, naming_words
from bot.slack.listeners.answering import Click, Submission
from bot.slack.listeners.asking import Answer, Asked, Desk, FieldErrors, Open, Tell
from bot.slack.listeners.serving import Serve
from bot.slack.modals import override as override_modal
from bot.slack.naming_words import Plan
from bot.slack.prefilled import carried
from bot.slack.render import on_call_answers as render
from bot.usecases import overrides, receipts
from bot.usecases.overrides import Made

SPANS = "sat 10:00-18:00, tomorrow, fri 18:00 until mon 9am or now for 2 h"


@dataclass(frozen=True)
class Here:
    """Now, and where the asker is (an IANA name)."""

    now: datetime
    zone: str


def register(bolt: AsyncApp, serve: Serve) -> None:
    for action_id, listener in ((ids.ON_CALL_OVERRIDE, open_override),):
        bolt.action(re.compile(f"^{action_id}(:|$)"))(serve(listener, Action.PLAN_ON_CALL, Click))
    bolt.action(ids.OVERRIDE_END)(serve(end_override, Action.PLAN_ON_CALL, Click))
    bolt.view(ids.MODAL_OVERRIDE)(serve(make_override, Action.PLAN_ON_CALL, Submission, once=True))


async def here(desk: Desk, asked: Asked) -> Here:
    async with desk.db.read() as conn:
        zone = await people.zone_of(conn, asked.user)
    return Here(desk.clock.now(), zone.key)


async def override(desk: Desk, asked: Asked, text: str) -> Answer:
    """`override payments-primary @bob sat 10:00-18:00 because Ana travels`."""
    catalogue = desk.catalogue()
    place = await here(desk, asked)
    plan = naming_words.plan(catalogue, text, place.now, place.zone, asked.user)
    understood(catalogue, plan)
    user = _one_person(catalogue, plan)
    choice = chosen(plan, user)
    meant = naming_words.schedules_meant(catalogue, plan.about) if plan.about else ()
    if plan.about and len(meant) != 1:
        return several(plan.about.name, meant, ids.ON_CALL_OVERRIDE, choice)
    schedule = meant[0].id if meant else None
    if schedule is None or user is None or plan.span is None:
        return await override_form(desk, asked, replace(choice, schedule=schedule))
    if not await first_time(desk, asked):
        return None
    made = await overrides.override(desk.db, catalogue, schedule, user, *plan.span, asked.user, plan.reason)
    return Tell(render.override_made(planned(catalogue, made)))


async def open_override(desk: Desk, asked: Asked) -> Answer:
    return await override_form(desk, asked, carried(asked.value))


async def override_form(desk: Desk, asked: Asked, choice: PlannedChoice) -> Answer:
    """Raises `Wrong` when there is no schedule to override."""
    known = all_schedules(desk.catalogue())
    schedule = choice.schedule or likely_schedule(desk.catalogue(), asked.user)
    return Open(override_modal.view(known, replace(choice, schedule=schedule)))


async def make_override(desk: Desk, asked: Asked) -> Answer:
    filled = override_modal.read(asked.view or {})
    if isinstance(filled, dict):
        return FieldErrors(filled)
    made = await overrides.override(
        desk.db,
        desk.catalogue(),
        filled.schedule,
        filled.user,
        filled.starts_at,
        filled.ends_at,
        asked.user,
        filled.reason,
    )
    return Tell(render.override_made(planned(desk.catalogue(), made)))


async def end_override(desk: Desk, asked: Asked) -> Answer:
    ended = await overrides.end(desk.db, desk.catalogue(), int(asked.value), asked.user)
    if ended is None:
        return Tell(render.override_ended(None))
    begins = max(ended.starts_at, desk.clock.now())
    async with desk.db.read() as conn:
        again = await who_is_on_call.at(conn, desk.catalogue(), ended.schedule, begins)
    return Tell(render.override_ended(_shown(desk.catalogue(), replace(ended, starts_at=begins), again)))


async def first_time(desk: Desk, asked: Asked) -> bool:
    """Slack may bring a command twice, also to another copy of ours."""
    return await receipts.first_time(desk.db, f"trigger:{asked.trigger}")


def understood(catalogue: Catalogue, plan: Plan) -> None:
    """Raises `Wrong` for words that are neither a name nor a time."""
    if not plan.time or plan.span is not None:
        return
    near = naming_words.nearest_name(catalogue, plan.unknown.split()[0])
    meant = f" Did you mean {near}?" if near else ""
    if plan.unknown.startswith("@"):
        raise Wrong(f'I know nobody called "{plan.unknown[:80]}".{meant} Nothing was changed.')
    raise Wrong(
        f'I don\'t understand "{plan.unknown[:80]}", as a name or as a time.{meant} Write times like {SPANS}. '
        "Nothing was changed.",
    )


def chosen(plan: Plan, user: UserId | None = None) -> PlannedChoice:
    """What was typed, for a form."""
    starts_at, ends_at = plan.span or (None, None)
    return PlannedChoice(None, user, starts_at, ends_at, plan.reason)


def several(about: str, meant: Sequence[Schedule], action: str, choice: PlannedChoice) -> Answer:
    """It names a team or service of several schedules: they are offered. Raises `Wrong` when it has none."""
    if not meant:
        raise Wrong(f"{about} has no schedule. Name a schedule instead. Nothing was changed.")
    return Tell(render.which_schedule(about, [(one.id, one.name) for one in meant], action, choice))


def _one_person(catalogue: Catalogue, plan: Plan) -> UserId | None:
    if len(plan.people) > 1:
        names = " and ".join(one.name for one in plan.people[:2])
        raise Wrong(f"One person goes on call by an override, and you name {names}. Nothing was changed.")
    return user_of(catalogue, plan.people[0].id) if plan.people else None


def user_of(catalogue: Catalogue, person: str) -> UserId:
    """Raises `Wrong` for somebody who has no Slack account."""
    user = catalogue.user_id(PersonId(person))
    if user is None:
        raise Wrong(
            f"{person} has no Slack account here, so a page would not reach them. Nothing was changed."
        )
    return user


def all_schedules(catalogue: Catalogue) -> list[tuple[ScheduleId, str]]:
    """By id and shown name. Raises `Wrong` when there is none."""
    if not catalogue.schedules:
        raise Wrong("There is no schedule yet, so nobody can be put on call. An admin can make one.")
    return [(one.id, one.name) for one in catalogue.schedules.values()]


def likely_schedule(catalogue: Catalogue, user: UserId) -> ScheduleId | None:
    """The one that somebody takes turns on, if it is one."""
    me = naming_words.person_subject(catalogue, user)
    mine = naming_words.schedules_meant(catalogue, me)
    return mine[0].id if len(mine) == 1 else None


def planned(catalogue: Catalogue, made: Made) -> PlannedOverride:
    return _shown(catalogue, made.override, made.instead)


def _shown(catalogue: Catalogue, override: Override, instead: Sequence[PersonId]) -> PlannedOverride:
    known = catalogue.schedules.get(override.schedule)
    return PlannedOverride(
        id=override.id,
        schedule=known.name if known else override.schedule,
        person=who_is_on_call.shown(catalogue, override.person),
        instead=who_is_on_call.people(catalogue, instead),
        starts_at=override.starts_at,
        ends_at=override.ends_at,
        reason=override.reason,
    )
