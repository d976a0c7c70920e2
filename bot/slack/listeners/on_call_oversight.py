"""`/oncall gaps`, `load`, `me`, and paging somebody without an incident."""

from __future__ import annotations

import re

from slack_bolt.async_app import AsyncApp

from bot.core.command_names import NAMES
from bot.core.ids import PersonId, ScheduleId, ServiceId, TeamId, UserId
from bot.core.permissions import Action
from bot.core.schedule import Schedule
from bot.errors import Wrong
from bot.queries import me as about_me
from bot.queries import oversight_answers, who_is_on_call
from bot.slack import ids, naming_words
from bot.slack.listeners.answering import Click, Submission
from bot.slack.listeners.asking import Answer, Asked, Desk, FieldErrors, Open, Tell
from bot.slack.listeners.forms import with_unreachable
from bot.slack.listeners.on_call_planning import user_of
from bot.slack.listeners.serving import Serve
from bot.slack.modals import on_call_page as page_modal
from bot.slack.modals.on_call_page import Call
from bot.slack.naming_words import Kind, Subject
from bot.slack.quiet import ask_quiet
from bot.slack.render import on_call_answers as render
from bot.slack.typed import readable
from bot.usecases import direct_pages


def register(bolt: AsyncApp, serve: Serve) -> None:
    bolt.action(re.compile(f"^{ids.ON_CALL_PAGE}(:|$)"))(serve(open_page, Action.PAGE_PEOPLE, Click))
    bolt.view(ids.MODAL_ON_CALL_PAGE)(serve(page_chosen, Action.PAGE_PEOPLE, Submission))


async def gaps(desk: Desk, asked: Asked, text: str) -> Answer:
    """`gaps payments`; without a name, of every schedule."""
    subject = _named(desk, text)
    async with desk.db.read() as conn:
        view = await oversight_answers.gaps(
            conn, desk.catalogue(), _name(subject), _schedules(desk, subject), desk.clock.now()
        )
    return Tell(render.gaps(view))


async def load(desk: Desk, asked: Asked, text: str) -> Answer:
    """`load payments`; without a name, of everybody."""
    catalogue = desk.catalogue()
    subject = _named(desk, text)
    people: set[PersonId] | None = None
    if subject is not None:
        people = {one for schedule in _schedules(desk, subject) for one in schedule.people}
        people |= set(catalogue.teams[TeamId(subject.id)].members) if subject.kind is Kind.TEAM else set()
    async with desk.db.read() as conn:
        view = await oversight_answers.load(
            conn, catalogue, _name(subject), _schedules(desk, subject), people, desk.clock.now()
        )
    return Tell(render.load(view))


async def me(desk: Desk, asked: Asked, _: str) -> Answer:
    await ask_quiet(desk.db, desk.gateway, asked.user)
    async with desk.db.read() as conn:
        view = await about_me.me(conn, desk.catalogue(), asked.user, desk.clock.now())
    return Tell(render.me(view))


def _named(desk: Desk, text: str) -> Subject | None:
    """A schedule, team or service. Raises `Wrong` for words that name none."""
    subject, rest = naming_words.take(desk.catalogue(), text, naming_words.PLANNED)
    if rest:
        near = naming_words.nearest_name(desk.catalogue(), rest, naming_words.PLANNED)
        meant = f" Did you mean {near}?" if near else ""
        raise Wrong(f'I know no schedule or team called "{readable(rest)[:60]}".{meant}')
    return subject


def _name(subject: Subject | None) -> str:
    return subject.name if subject else ""


def _schedules(desk: Desk, subject: Subject | None) -> tuple[Schedule, ...]:
    if subject is None:
        return tuple(desk.catalogue().schedules.values())
    return naming_words.schedules_meant(desk.catalogue(), subject)


async def page(desk: Desk, asked: Asked, text: str) -> Answer:
    """`page @bob and payments the database is full`: names first, then why."""
    found, why = naming_words.listed(desk.catalogue(), text, asked.user)
    if not found:
        if text:
            near = naming_words.nearest_name(desk.catalogue(), text.split()[0], naming_words.PAGED)
            meant = f" Did you mean {near}?" if near else ""
            raise Wrong(
                f'I know no person, team or service called "{readable(text)[:60]}".{meant} Whom to page comes first: '
                f"{NAMES.on_call} page @bob the database is full. Nobody was paged."
            )
        return await open_page(desk, asked)
    users = [user_of(desk.catalogue(), one.id) for one in found if one.kind is Kind.PERSON]
    for one in found:
        if one.kind is Kind.SCHEDULE:
            users += await _on_call(desk, one)
    teams = tuple(TeamId(one.id) for one in found if one.kind is Kind.TEAM)
    services = tuple(ServiceId(one.id) for one in found if one.kind is Kind.SERVICE)
    groups = tuple(one.id for one in found if one.kind is Kind.GROUP)
    return await _page(desk, asked, Call(tuple(users), teams, services, groups, readable(why)))


async def _on_call(desk: Desk, schedule: Subject) -> list[UserId]:
    async with desk.db.read() as conn:
        people = await who_is_on_call.at(conn, desk.catalogue(), ScheduleId(schedule.id), desk.clock.now())
    if not people:
        raise Wrong(f"Nobody is on call for {schedule.name} now, so nobody was paged. Name somebody else.")
    return [user_of(desk.catalogue(), one) for one in people]


async def open_page(desk: Desk, asked: Asked) -> Answer:
    catalogue = desk.catalogue()
    teams = [(team.id, team.name) for team in catalogue.teams.values()]
    services = [(service.id, service.name) for service in catalogue.services.values()]
    groups = [(group.id, group.handle) for group in catalogue.user_groups.values()]
    return Open(page_modal.view(teams, services, groups))


async def page_chosen(desk: Desk, asked: Asked) -> Answer:
    filled = page_modal.read(asked.view or {})
    return FieldErrors(filled) if isinstance(filled, dict) else await _page(desk, asked, filled)


async def _page(desk: Desk, asked: Asked, call: Call) -> Answer:
    once = f"view:{asked.view['id']}" if asked.view and asked.view.get("type") == "modal" else None
    called = await direct_pages.page(
        desk.db,
        desk.catalogue(),
        asked.user,
        call.people,
        call.teams,
        call.services,
        call.groups,
        call.why,
        once=once or f"trigger:{asked.trigger}",
    )
    if not (called.begun or called.running):
        return None
    return Tell(with_unreachable(render.called(called.begun, called.running), called.unreachable))
