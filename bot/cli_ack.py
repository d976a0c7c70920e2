"""`tocsin ack`: acknowledge a page from a terminal, also while Slack is down or the bot is."""

from __future__ import annotations

import asyncio
import re
import sys
from typing import Annotated

import typer

from bot.cli_show import database_url
from bot.clock import SystemClock
from bot.core.called import Answer
from bot.core.catalogue import Catalogue
from bot.core.ids import PageId, UserId
from bot.core.page import PageState
from bot.errors import TocsinError, Wrong
from bot.queries import pages
from bot.settings import Settings
from bot.slack.render.replies import Act, acted
from bot.store import directory
from bot.store import pages as page_rows
from bot.store.database import Database
from bot.store.migrations import check_schema
from bot.templates import mrkdwn
from bot.usecases import answering
from bot.usecases.configuration import load_catalogue

_PAGE = re.compile(r"(?:P-?)?(\d{1,9})", re.IGNORECASE)


def register(app: typer.Typer) -> None:
    app.command(name="ack")(ack)


def ack(
    page: Annotated[str, typer.Argument(help="P-204; without it the pages that nobody has are listed")] = "",
    by: Annotated[str, typer.Option("--as", help="who takes it: a person's id, handle or Slack id")] = "",
) -> None:
    """Acknowledge a page from a terminal, also while Slack is down."""
    try:
        said = asyncio.run(_ack(page, by))
    except TocsinError as problem:
        print(problem, file=sys.stderr)
        raise typer.Exit(1) from problem
    print(said)


async def _ack(page: str, by: str) -> str:
    database = Database(database_url(Settings()), SystemClock())
    try:
        await check_schema(database)
        if not page:
            return await _waiting(database)
        async with database.read() as conn:
            catalogue = await load_catalogue(conn)
        return await _acknowledge(database, catalogue, _number(page), _user(catalogue, by))
    finally:
        await database.close()


async def _waiting(database: Database) -> str:
    async with database.read() as conn:
        found = [one for one in await page_rows.open_pages(conn) if one.state is PageState.TRIGGERED]
    lines = [f"P-{one.id}  {one.severity or '-'}  {one.service or '-'}  {one.title}" for one in found]
    return "\n".join(
        [*lines, "Take one: tocsin ack P-204 --as ana"] if lines else ["Nothing waits to be acknowledged."]
    )


async def _acknowledge(database: Database, catalogue: Catalogue, page: PageId, user: UserId) -> str:
    decision = await answering.answer(database, catalogue, page, user, Answer.ACKNOWLEDGE, 0)
    now = database.clock.now()
    async with database.read() as conn:
        view = await pages.card_of(conn, catalogue, decision.page, None, now)
        known = await directory.known(conn, [user, *view.paged, *filter(None, [view.acknowledged_by])])
    names = {str(one): person.real_name or person.name for one, person in known.items()}
    return mrkdwn.plain(acted(Act.ACKNOWLEDGE, decision.reply, view, now).text, names)


def _number(text: str) -> PageId:
    found = _PAGE.fullmatch(text.strip())
    if found is None:
        raise Wrong(f'"{text}" is no page. Write P-204; without a page the open ones are listed.')
    return PageId(int(found[1]))


def _user(catalogue: Catalogue, name: str) -> UserId:
    """Raises `Wrong` for nobody, and for somebody without a Slack account."""
    if not name:
        raise Wrong("Say who takes it: tocsin ack P-204 --as ana.")
    wanted = name.removeprefix("@").casefold()
    for person in catalogue.people.values():
        if wanted in (person.id.casefold(), person.slack.removeprefix("@").casefold(), person.user_id):
            if person.user_id is None:
                raise Wrong(f"{person.name} has no Slack account that I know. Nothing was changed.")
            return person.user_id
    if re.fullmatch(r"[UW][A-Z0-9]{5,}", name):
        return UserId(name)
    raise Wrong(f"I know nobody called {name}. Nothing was changed.")
