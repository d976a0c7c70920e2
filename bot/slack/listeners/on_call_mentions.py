"""Questions put to the bot by name: `@Tocsin who is on call for payments tomorrow 9am?`"""

from __future__ import annotations

from datetime import datetime

from bot.core import when
from bot.core.ids import PersonId
from bot.queries import on_call, who_is_on_call
from bot.slack import naming_words, questions
from bot.slack.listeners.asking import Asked, Desk
from bot.slack.listeners.on_call import asked_for, instant_meant
from bot.slack.listeners.on_call_planning import here
from bot.slack.naming_words import Kind, Subject
from bot.slack.questions import About, Question
from bot.slack.render import on_call as overview
from bot.slack.render import on_call_answers as answers
from bot.slack.render.message import Message


async def answer_mention(desk: Desk, asked: Asked) -> Message:
    """The answer, and for what is no question about on-call what one can ask."""
    question = questions.read(asked.text)
    subject, _ = naming_words.find(desk.catalogue(), asked.text)
    if question is None and subject is None:
        return answers.what_to_ask()
    question = question or Question(About.WHO, asked.text)
    match question.about:
        case About.WHEN:
            return await _when(desk, asked, question.rest)
        case About.WHETHER:
            return await _whether(desk, asked, question.rest)
        case About.NEXT:
            return await _who(desk, asked, question.rest, is_next=True)
        case About.WHO:
            return await _who(desk, asked, question.rest)


async def _who(desk: Desk, asked: Asked, text: str, *, is_next: bool = False) -> Message:
    catalogue = desk.catalogue()
    place = await here(desk, asked)
    subject, words = naming_words.take(catalogue, text, naming_words.PAGED, asked.user)
    if subject is None:
        subject, words = naming_words.find(catalogue, text, naming_words.PAGED)
    words = questions.said_of_time(words)
    if subject is not None and not questions.speaks_of_time(words):
        words = ""
    if subject is not None and subject.kind is Kind.PERSON and words:
        return await _within(desk, asked, subject, words)
    at = instant_meant(catalogue, subject, words, place)
    if subject is None and not words and not is_next:
        async with desk.db.read() as conn:
            return overview.on_call(await on_call.on_call(conn, catalogue, asked.user, place.now))
    if subject is not None and subject.kind is Kind.PERSON:
        return await _person(desk, asked, subject, at, place.now)
    wanted, services = asked_for(catalogue, subject)
    async with desk.db.read() as conn:
        view = await who_is_on_call.who(
            conn, catalogue, subject.name if subject else "", wanted, services, at, place.now
        )
    return answers.who_is_next(view) if is_next else answers.who(view)


async def _when(desk: Desk, asked: Asked, text: str) -> Message:
    now = desk.clock.now()
    subject, _ = naming_words.take(desk.catalogue(), text, (Kind.PERSON,), asked.user)
    me = naming_words.person_subject(desk.catalogue(), asked.user)
    return await _person(desk, asked, subject or me, now, now)


async def _whether(desk: Desk, asked: Asked, text: str) -> Message:
    me = naming_words.person_subject(desk.catalogue(), asked.user)
    return await _within(desk, asked, me, questions.said_of_time(text))


async def _within(desk: Desk, asked: Asked, one: Subject, words: str) -> Message:
    """For an instant, or for all that touches a span such as "this weekend"."""
    place = await here(desk, asked)
    span = when.span(words, place.now, place.zone) if words else None
    if span is not None:
        async with desk.db.read() as conn:
            view = await who_is_on_call.within(conn, desk.catalogue(), PersonId(one.id), asked.user, *span)
        return answers.within_span(view)
    return await _person(desk, asked, one, instant_meant(desk.catalogue(), one, words, place), place.now)


async def _person(desk: Desk, asked: Asked, one: Subject, at: datetime, now: datetime) -> Message:
    async with desk.db.read() as conn:
        view = await who_is_on_call.person(conn, desk.catalogue(), PersonId(one.id), asked.user, at, now)
    return answers.person(view, with_buttons=False)
