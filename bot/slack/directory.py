"""The workspace's people: read whole at the start, then followed by events. Who may do what is answered from this."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from bot.core.ids import UserId
from bot.errors import CannotStart
from bot.slack.gateway import Gateway, RateLimited, Refused, SlackProblem, Unavailable
from bot.store.database import Database
from bot.store.directory import SlackUser
from bot.usecases import directory

log = structlog.get_logger(__name__)

A_PAGE_OF_PEOPLE = 200
"""Slack advises no more than 200 at a time (docs.slack.dev, users.list)."""
RATE_LIMIT_PATIENCE = 10
"""Waits for Slack's limits that one reading takes before it gives up."""
MEET_WITHIN_SECONDS = 1.0
"""Whoever acts waits for it."""


class Directory:
    """Keeps the people table like Slack; `refresh` is called when that changed something."""

    def __init__(self, db: Database, gateway: Gateway, refresh: Callable[[], Awaitable[None]]) -> None:
        self._db = db
        self._gateway = gateway
        self._refresh = refresh
        self._met: set[UserId] = set()

    async def sync(self) -> None:
        """Read everybody. Raises `CannotStart` when the app may not, `Unavailable` when Slack can't be reached."""
        cursor = ""
        changed = 0
        while True:
            answer = await self._page(cursor)
            people = [slack_user(member) for member in answer.get("members", [])]
            changed += await directory.remember(self._db, people)
            cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                break
        if changed:
            log.info("the workspace's people were read", changed=changed)
            await self._refresh()

    async def meet(self, user: UserId) -> None:
        """Ask Slack about somebody whom it has not told of; one that can't be asked about stays unknown."""
        if user in self._met or await directory.is_known(self._db, user):
            self._met.add(user)
            return
        try:
            async with asyncio.timeout(MEET_WITHIN_SECONDS):
                answer = await self._gateway.call("users.info", user=user)
                await self.changed(answer["user"])
            self._met.add(user)
        except (SlackProblem, TimeoutError) as problem:
            log.warning("somebody unknown acts and Slack can't be asked", user=user, problem=str(problem))

    async def changed(self, member: Mapping[str, Any]) -> None:
        """Slack told of one person: somebody joined, left, or is called otherwise."""
        if await directory.remember(self._db, [slack_user(member)]):
            await self._refresh()

    async def _page(self, cursor: str) -> dict[str, Any]:
        for _ in range(RATE_LIMIT_PATIENCE):
            try:
                return await self._gateway.call("users.list", limit=A_PAGE_OF_PEOPLE, cursor=cursor)
            except RateLimited as problem:
                await asyncio.sleep(problem.after)
            except Refused as problem:
                raise CannotStart(
                    f"Slack does not let me read the workspace's people ({problem.error}), so nobody could be paged. "
                    "Add the scopes users:read and users:read.email to the Slack app and install it again."
                ) from problem
        raise Unavailable("users.list", "it goes on asking to wait", certain=True)


def slack_user(member: Mapping[str, Any]) -> SlackUser:
    """A member object of Slack's (docs.slack.dev, user object); what is missing is taken as harmless."""
    profile = member.get("profile") or {}
    return SlackUser(
        id=UserId(member["id"]),
        team_id=member.get("team_id") or "",
        name=member.get("name") or "",
        real_name=profile.get("real_name") or member.get("real_name") or "",
        email=profile.get("email") or "",
        tz=member.get("tz") or "UTC",
        deleted=bool(member.get("deleted")),
        is_bot=bool(member.get("is_bot")) or member["id"] == "USLACKBOT",
        is_restricted=bool(
            member.get("is_restricted") or member.get("is_ultra_restricted") or member.get("is_stranger")
        ),
    )
