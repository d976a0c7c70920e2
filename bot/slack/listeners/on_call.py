"""`/oncall`, and questions put to the bot by name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from slack_bolt.async_app import AsyncApp

from bot.core.catalogue import Catalogue
from bot.core.command_names import NAMES
from bot.core.ids import TeamId
from bot.core.permissions import Action
from bot.core.views import OnCallView
from bot.queries import on_call, pages
from bot.slack import commands
from bot.slack.listeners.asking import Answer, Asked, Desk, Tell
from bot.slack.listeners.serving import Serve
from bot.slack.render import help as help_render
from bot.slack.render import on_call as render
from bot.slack.render.message import Message

_ASKS_WHO = re.compile(r"\bon[\s-]?call\b", re.IGNORECASE)


def register(bolt: AsyncApp, serve: Serve) -> None:
    bolt.command(NAMES.on_call)(serve(on_call_command, Action.WORK_INCIDENT))


async def on_call_command(desk: Desk, asked: Asked) -> Answer:
    command = commands.on_call(asked.text)
    match command:
        case commands.OnCallNow():
            return Tell(render.on_call(await _view(desk, asked)))
        case commands.Why():
            return Tell(await _why(desk, asked))
        case commands.Help(topic):
            return Tell(help_render.help_text("oncall", topic))
        case commands.Unknown(word, nearest, rest):
            teams = teams_named(desk.catalogue(), f"{word} {rest}")
            if teams:
                return Tell(render.on_call(_only(desk, await _view(desk, asked), teams)))
            return Tell(help_render.unknown("oncall", word, nearest, rest))


async def answer_mention(desk: Desk, asked: Asked) -> Message:
    """`@Tocsin who is on call for payments?`, and for everything else what one can ask."""
    teams = teams_named(desk.catalogue(), asked.text)
    if not teams and not _ASKS_WHO.search(asked.text):
        return help_render.help_text("incident")
    view = await _view(desk, asked)
    return render.on_call(_only(desk, view, teams) if teams else view)


def teams_named(catalogue: Catalogue, text: str) -> frozenset[TeamId]:
    """The teams that a text speaks of, by their own names or those of their services or schedules."""
    words = frozenset(re.findall(r"[\w-]+", text.casefold()))
    found = {team.id for team in catalogue.teams.values() if _speaks_of(words, (team.id, team.name))}
    for service in catalogue.services.values():
        if service.team and _speaks_of(words, (service.id, service.name)):
            found.add(service.team)
    for schedule in catalogue.schedules.values():
        if schedule.team and _speaks_of(words, (schedule.id, schedule.name)):
            found.add(schedule.team)
    return frozenset(found)


def _speaks_of(words: frozenset[str], names: Iterable[str]) -> bool:
    return any(set(re.findall(r"[\w-]+", name.casefold())) <= words for name in names if name)


def _only(desk: Desk, view: OnCallView, teams: frozenset[TeamId]) -> OnCallView:
    """A team is shown by its name, followed by its services in parentheses where it has several policies."""
    names = tuple(team.name for team in desk.catalogue().teams.values() if team.id in teams)
    kept = tuple(line for line in view.teams if line.team in names or line.team.startswith(_opened(names)))
    return replace(view, teams=kept or view.teams)


def _opened(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{name} (" for name in names)


async def _why(desk: Desk, asked: Asked) -> Message:
    now = desk.clock.now()
    async with desk.db.read() as conn:
        shifts = await on_call.on_call(conn, desk.catalogue(), asked.user, now)
        own = await pages.of_person(conn, desk.catalogue(), asked.user, now)
    return render.why(shifts, own, asked.user)


async def _view(desk: Desk, asked: Asked) -> OnCallView:
    async with desk.db.read() as conn:
        return await on_call.on_call(conn, desk.catalogue(), asked.user, desk.clock.now())
