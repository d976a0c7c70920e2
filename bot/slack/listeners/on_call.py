"""`/oncall`: who is on call and when; what changes it is in `on_call_planning`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from slack_bolt.async_app import AsyncApp

from bot.core import when
from bot.core.catalogue import Catalogue
from bot.core.command_names import NAMES
from bot.core.ids import PersonId, ServiceId
from bot.core.permissions import Action
from bot.core.schedule import Schedule
from bot.core.views import OnCallView
from bot.errors import Wrong
from bot.queries import notifications, on_call, pages, who_is_on_call
from bot.slack import ids, naming_words, on_call_commands
from bot.slack.listeners import on_call_calendars as calendars
from bot.slack.listeners import on_call_giving as giving
from bot.slack.listeners import on_call_oversight as oversight
from bot.slack.listeners import on_call_planning as planning
from bot.slack.listeners import policies
from bot.slack.listeners.answering import Click
from bot.slack.listeners.asking import Answer, Asked, Desk, Tell
from bot.slack.listeners.on_call_planning import Here, here
from bot.slack.listeners.people import remove
from bot.slack.listeners.schedules import list_named
from bot.slack.listeners.serving import Serve
from bot.slack.naming_words import Kind, Subject
from bot.slack.on_call_commands import Asking, OnCallNow, Unknown, Word
from bot.slack.render import help as help_render
from bot.slack.render import on_call as render
from bot.slack.render import on_call_answers as answers

Answering = Callable[[Desk, Asked, str], Awaitable[Answer]]
"""Answers a sub-command; the text is what came after it."""


def register(bolt: AsyncApp, serve: Serve) -> None:
    bolt.command(NAMES.on_call)(serve(on_call_command, Action.SEE_ON_CALL))
    bolt.action(ids.ON_CALL_ALL)(serve(show_all, Action.SEE_ON_CALL, Click))
    bolt.action(ids.ON_CALL_SHIFTS)(serve(show_shifts, Action.SEE_ON_CALL, Click))


async def on_call_command(desk: Desk, asked: Asked) -> Answer:
    command = on_call_commands.read(asked.text)
    match command:
        case OnCallNow():
            return Tell(render.on_call(await _view(desk, asked), with_buttons=True))
        case Asking(word, rest):
            return await ANSWERS[word](desk, asked, rest)
        case Unknown():
            return await _unknown(desk, asked, command)


async def _unknown(desk: Desk, asked: Asked, command: Unknown) -> Answer:
    """`/oncall payments tomorrow` asks who, though it does not say so."""
    subject, _ = naming_words.find(desk.catalogue(), command.text)
    place = await here(desk, asked)
    if subject is not None or when.instant(command.text, place.now, place.zone) is not None:
        return await who(desk, asked, command.text)
    return Tell(help_render.unknown("oncall", command.word, command.nearest))


async def who(desk: Desk, asked: Asked, text: str) -> Answer:
    """`who payments tomorrow 9am`; without a name, every schedule."""
    place = await here(desk, asked)
    subject, words = naming_words.take(desk.catalogue(), text, naming_words.PAGED, asked.user)
    if subject is None:
        subject, words = naming_words.find(desk.catalogue(), text, naming_words.PAGED)
    at = instant_meant(desk.catalogue(), subject, words, place)
    if subject is not None and subject.kind is Kind.PERSON:
        return await _person(desk, asked, PersonId(subject.id), at, place.now)
    wanted, services = asked_for(desk.catalogue(), subject)
    async with desk.db.read() as conn:
        view = await who_is_on_call.who(
            conn, desk.catalogue(), subject.name if subject else "", wanted, services, at, place.now
        )
    return Tell(answers.who(view))


def instant_meant(catalogue: Catalogue, subject: Subject | None, words: str, place: Here) -> datetime:
    """Raises `Wrong` for words that are no time."""
    if not words:
        return place.now
    at = when.instant(words, place.now, place.zone)
    if at is not None:
        return at
    if subject is None:
        near = naming_words.nearest_name(catalogue, words.split()[0])
        meant = f" Did you mean {near}?" if near else ""
        raise Wrong(
            f'I know no schedule, team, service or person called "{words[:60]}".{meant} '
            f"{NAMES.on_call} who lists all schedules."
        )
    raise Wrong(
        f'I don\'t understand the time "{words[:60]}". Write it like tomorrow 9am, sat 10:00, in 2 h or 25 dec 9:00.'
    )


def asked_for(
    catalogue: Catalogue, subject: Subject | None
) -> tuple[tuple[Schedule, ...], tuple[ServiceId, ...]]:
    """The schedules that are meant, and the services whose pages tell who follows whom; all schedules for None."""
    if subject is None:
        return tuple(catalogue.schedules.values()), ()
    schedules = naming_words.schedules_meant(catalogue, subject)
    match subject.kind:
        case Kind.SERVICE:
            return schedules, (ServiceId(subject.id),)
        case Kind.TEAM:
            return schedules, tuple(one.id for one in catalogue.services.values() if one.team == subject.id)
        case _:
            return schedules, who_is_on_call.services_of(catalogue, schedules)


async def shifts(desk: Desk, asked: Asked, text: str) -> Answer:
    """`shifts @bob`; without a name, one's own."""
    now = desk.clock.now()
    subject, rest = naming_words.take(desk.catalogue(), text, (Kind.PERSON,), asked.user)
    if rest or (text and subject is None):
        word = rest or text
        near = naming_words.nearest_name(desk.catalogue(), word, (Kind.PERSON,))
        meant = f" Did you mean {near}?" if near else ""
        raise Wrong(f'I know nobody called "{word[:60]}".{meant} Name a person: {NAMES.on_call} shifts @bob.')
    one = subject or naming_words.person_subject(desk.catalogue(), asked.user)
    return await _person(desk, asked, PersonId(one.id), now, now)


async def show_all(desk: Desk, asked: Asked) -> Answer:
    return await who(desk, asked, "")


async def show_shifts(desk: Desk, asked: Asked) -> Answer:
    return await shifts(desk, asked, "")


async def why(desk: Desk, asked: Asked, _: str) -> Answer:
    now = desk.clock.now()
    async with desk.db.read() as conn:
        own_shifts = await on_call.on_call(conn, desk.catalogue(), asked.user, now)
        own = await pages.of_person(conn, desk.catalogue(), asked.user, now)
        tried = {page.id: await notifications.attempts_at(conn, page.id, asked.user) for page in own}
    return Tell(render.why(own_shifts, own, asked.user, tried))


async def show_help(desk: Desk, asked: Asked, text: str) -> Answer:
    return Tell(help_render.help_text("oncall", text.lower()))


async def _person(desk: Desk, asked: Asked, one: PersonId, at: datetime, now: datetime) -> Answer:
    async with desk.db.read() as conn:
        view = await who_is_on_call.person(conn, desk.catalogue(), one, asked.user, at, now)
    return Tell(answers.person(view))


async def _view(desk: Desk, asked: Asked) -> OnCallView:
    async with desk.db.read() as conn:
        return await on_call.on_call(conn, desk.catalogue(), asked.user, desk.clock.now())


ANSWERS: Mapping[Word, Answering] = {
    Word.WHO: who,
    Word.SHIFTS: shifts,
    Word.OVERRIDE: planning.override,
    Word.COVER: giving.cover,
    Word.SWAP: giving.swap,
    Word.TAKE: giving.take,
    Word.AWAY: giving.away,
    Word.CALENDAR: calendars.calendar,
    Word.SCHEDULES: list_named,
    Word.POLICIES: policies.list_named,
    Word.GAPS: oversight.gaps,
    Word.LOAD: oversight.load,
    Word.ME: oversight.me,
    Word.PAGE: oversight.page,
    Word.REMOVE: remove,
    Word.WHY: why,
    Word.HELP: show_help,
}
