"""Somebody goes: the form that shows where they are needed, and replacing them."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from bot.core.command_names import NAMES
from bot.core.ids import PersonId, UserId
from bot.core.permissions import Action
from bot.errors import Wrong
from bot.queries import schedules as queries
from bot.slack import ids, naming_words
from bot.slack.listeners.answering import Click, Submission
from bot.slack.listeners.asking import Answer, Asked, Desk, Open, Tell
from bot.slack.listeners.serving import Serve
from bot.slack.modals import person as modal
from bot.slack.naming_words import Kind
from bot.slack.render import schedules as render
from bot.usecases import people


def register(bolt: AsyncApp, serve: Serve) -> None:
    bolt.action(ids.PERSON_REPLACE)(serve(open_form, Action.CHANGE_SCHEDULES, Click))
    bolt.view(ids.MODAL_PERSON)(serve(replace, Action.CHANGE_SCHEDULES, Submission))


async def remove(desk: Desk, asked: Asked, text: str) -> Answer:
    """`remove @bob`; alone it asks who goes."""
    subject, rest = naming_words.take(desk.catalogue(), text, (Kind.PERSON,), asked.user)
    if rest or (text and subject is None):
        raise Wrong(
            f'I know nobody called "{(rest or text)[:60]}". Name a person: {NAMES.on_call} remove @bob.'
        )
    return await _form(desk, PersonId(subject.id) if subject else None)


async def open_form(desk: Desk, asked: Asked) -> Answer:
    return await _form(desk, PersonId(asked.value) if asked.value else None)


async def _form(desk: Desk, person: PersonId | None) -> Open:
    if person is None:
        return Open(modal.view(None))
    async with desk.db.read() as conn:
        shown = await queries.person_uses(conn, desk.catalogue(), person, desk.clock.now())
    return Open(modal.view(shown))


async def replace(desk: Desk, asked: Asked) -> Answer:
    filled = modal.read(asked.view or {})
    person = filled.person or _person(desk, filled.user)
    done = await people.remove(desk.db, person, filled.replacement, asked.user)
    gone, *others = queries.people(desk.catalogue(), [done.person, *([done.by] if done.by else [])])
    places = (*done.schedules, *(f"policy {name}" for name in done.policies))
    answer = render.removed(gone, next(iter(others), None), places, done.overrides, done.left)
    return Tell(answer, closes_all=True)


def _person(desk: Desk, user: UserId | None) -> PersonId:
    """How configuration names whom somebody chose."""
    if user is None:
        raise Wrong("Choose who goes.", "person")
    listed = desk.catalogue().person_of(user)
    return listed.id if listed else PersonId(user)
