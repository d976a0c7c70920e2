"""Another app has /incident already: ours are called otherwise, and everything says so."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest

from bot.core.command_names import NAMES, CommandNames
from bot.sandbox.manifest import load
from bot.sandbox.server import DEFAULT_MANIFEST, Running, serve
from tests.slack.office import Hands, Office
from tests.slack.test_links_story import declared


@pytest.fixture(autouse=True)
def names() -> Iterator[None]:
    NAMES.incident, NAMES.on_call = "/inc", "/duty"
    yield
    NAMES.incident, NAMES.on_call = CommandNames().incident, CommandNames().on_call


@pytest.fixture
async def sandbox() -> AsyncIterator[Running]:
    manifest = load(DEFAULT_MANIFEST).renamed({"/incident": "/inc", "/oncall": "/duty"})
    async with serve(port=0, manifest=manifest) as running:
        yield running


@pytest.fixture
async def people(sandbox: Running) -> AsyncIterator[Hands]:
    async with aiohttp.ClientSession() as session:
        yield RenamedHands(sandbox.url, session, unhindered=True)


class RenamedHands(Hands):
    """What other stories type, by this workspace's names."""

    async def command(self, who: str, text: str, where: str = "#general") -> object:
        renamed = text.replace("/incident", "/inc", 1).replace("/oncall", "/duty", 1)
        return await super().command(who, renamed, where)


async def test_help_hints_and_errors_name_the_commands_as_they_are_called(
    office: Office, people: Hands
) -> None:
    channel = await declared(people)
    for typed, where in (
        ("/inc", "#general"),
        ("/inc help", "#general"),
        ("/inc help merge", "#general"),
        ("/inc help merg", "#general"),
        ("/inc resolve", "#general"),
        ("/inc merge INC-1", "#general"),
        ("/inc status INC-99", "#general"),
        ("/inc merge foo", channel),
        ("/inc page @payments-oncall", channel),
        ("/duty help", "#general"),
        ("/duty wat", "#general"),
    ):
        answer = await people.command("dave", typed, where)
        told = answer["reply"]["plain"]
        assert "/inc" in told or "/duty" in told or "I know no" in told, typed
        assert "/incident" not in told, typed
        assert "/oncall" not in told, typed
