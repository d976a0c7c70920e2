"""The bot at work on a sandbox, in one process, with the demo company; and hands for its people."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Anchor, SystemClock
from bot.core.catalogue import Catalogue
from bot.core.company import with_user_groups
from bot.core.contact import MethodKind, Outgoing
from bot.core.debts import DebtKind, Outcome, Sent
from bot.core.ids import IncidentId, PageId, ProviderId, ServiceId, SeverityId, UserId, by_integration
from bot.core.incident import Incident
from bot.core.page import Page
from bot.engine.deliver import Outbox
from bot.engine.duties import Audit, Escalate, Fold, HandOff, Reach, duties
from bot.engine.refresh import Refresh
from bot.engine.scheduler import Engine
from bot.engine.senders.contacts import method_senders
from bot.engine.senders.digests import DigestSender
from bot.engine.senders.home import HomeSender
from bot.engine.senders.incidents import incident_senders
from bot.engine.senders.notices import NoticeSender
from bot.engine.senders.on_call import on_call_senders
from bot.engine.senders.pages import CopySender, PageSender
from bot.engine.senders.user_groups import user_group_senders
from bot.ingest.journal import Journal
from bot.ingest.sources import parse_body
from bot.links import Links
from bot.sandbox.server import Running
from bot.signing import Signer
from bot.slack.app import Parts, bolt_app
from bot.slack.channels import Channels
from bot.slack.directory import Directory
from bot.slack.directs import Directs
from bot.slack.gateway import Gateway
from bot.slack.socket import Sockets
from bot.store import debts, incidents, pages, timeline, user_groups
from bot.store.database import Database
from bot.store.uow import Tx
from bot.templates import prepare
from bot.usecases import configuration, paging, workspace
from tests.company import CHECKOUT, SEV1, company
from tests.real_time import within_slacks_three

T = TypeVar("T")
PATIENCE_SECONDS = 40.0
"""How long a test waits for something to become true; a limit for failures, not a measure."""


async def eventually(look: Callable[[], Awaitable[T]], what: str) -> T:
    """Look again and again until the answer is true; fail saying what was seen last."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE_SECONDS
    while True:
        seen = await look()
        if seen:
            return seen
        if loop.time() > deadline:
            raise AssertionError(f"never came true: {what} (last seen: {seen!r})")
        await asyncio.sleep(0.02)


class NightClock(SystemClock):
    """Product time that begins at a given night and runs, by `scale`; a test may jump ahead."""

    def __init__(self, night: datetime, scale: float = 1.0) -> None:
        super().__init__(Anchor(self.real(), night, scale))

    def forward(self, by: timedelta) -> None:
        self.set(self.now() + by)

    def set(self, at: datetime) -> None:
        self.anchor = Anchor(self.real(), at, self.scale)


@dataclass
class Hands:
    """Acting as people through the sandbox's `/sandbox/*` calls."""

    url: str
    http: aiohttp.ClientSession
    unhindered: bool = False
    """Nothing keeps the bot from acking in time: a click that nobody acks is `TooSlow`."""

    async def do(self, path: str, /, **body: Any) -> Any:
        return await self._call("POST", path, body)

    async def _call(self, verb: str, path: str, body: dict[str, Any]) -> Any:
        async with self.http.request(verb, f"{self.url}sandbox/{path}", json=body or None) as answer:
            assert answer.status < 400, f"{path} {body}: {answer.status} {await answer.text()}"
            seen = await answer.json()
        return within_slacks_three(seen) if self.unhindered else seen

    async def look(self, path: str, **query: Any) -> Any:
        async with self.http.get(f"{self.url}sandbox/{path}", params=query) as answer:
            assert answer.status < 400, f"{path} {query}: {answer.status} {await answer.text()}"
            return await answer.json()

    async def command(self, who: str, text: str, where: str = "#general") -> Any:
        return await self.do("command", **{"as": who, "in": where, "text": text})

    async def submit(self, who: str, **fields: Any) -> Any:
        return await self.do("submit", **{"as": who, "fields": fields})

    async def click(self, who: str, button: str, where: str | None = None, **more: Any) -> Any:
        place = {"in": where} if where else {}
        return await self.do("click", **{"as": who, "button": button, **place, **more})

    async def messages(self, who: str, where: str = "@Tocsin") -> list[dict[str, Any]]:
        return list(await self.look("messages", **{"as": who, "in": where}))

    async def sees(self, who: str, text: str, where: str = "@Tocsin") -> dict[str, Any]:
        """The latest message with this text, once it is there."""

        async def latest() -> dict[str, Any] | None:
            found = [m for m in await self.messages(who, where) if text in m["plain"] or text in m["text"]]
            return found[-1] if found else None

        found = await eventually(latest, f"{who} sees {text!r} in {where}")
        assert found is not None
        return found

    async def channel(self, who: str, prefix: str) -> dict[str, Any]:
        """The channel whose name begins so, once this person is in it."""

        async def there() -> dict[str, Any] | None:
            found = await self.look("channels", **{"as": who})
            return next((c for c in found if c["name"].startswith(prefix) and who in c["members"]), None)

        found = await eventually(there, f"{who} is in the channel {prefix}…")
        assert found is not None
        return found

    async def calls(self, method: str) -> list[dict[str, Any]]:
        return [entry for entry in await self.look("calls", since=0) if entry["method"] == method]

    async def fault(self, **fault: Any) -> None:
        await self.do("faults", **fault)

    async def mend(self) -> None:
        await self._call("DELETE", "faults", {})


class Carried:
    """Whoever carries messages of other methods than Slack: keeps what was handed over, and answers as told."""

    def __init__(self) -> None:
        self.messages: list[tuple[MethodKind, Outgoing]] = []
        self.answers: dict[MethodKind, Outcome] = {}
        self.hung_up: list[str] = []

    async def send(self, kind: MethodKind, message: Outgoing) -> Outcome:
        self.messages.append((kind, message))
        return self.answers.get(kind, Sent({"id": f"M{len(self.messages)}", "provider": "demo"}))

    async def hang_up(self, provider: ProviderId, call: str) -> Outcome:
        self.hung_up.append(call)
        return Sent()

    async def sees(self, kind: MethodKind, text: str) -> Outgoing:
        """The last message of the kind with this text, once there is one."""

        async def came() -> Outgoing | None:
            there = (message for of, message in reversed(self.messages) if of is kind)
            return next((message for message in there if text in message.text), None)

        found = await eventually(came, f"a message by {kind} with {text!r}")
        assert found is not None
        return found


class Office:
    """Everything that `bot.app` wires, but for configuration files and the HTTP server."""

    def __init__(self, sandbox: Running, db: Database, clock: NightClock) -> None:
        self.sandbox = sandbox
        self.db = db
        self.clock = clock
        db.clock = clock
        self._company = replace(company(), revision=0)  # as that of a database without a configuration
        self._catalogue = self._company
        self.gateway = Gateway(
            AsyncWebClient(token="xoxb-sandbox", base_url=sandbox.api_url), clock, Directs(db)
        )
        self.channels = Channels(self.gateway)
        self.directory = Directory(db, self.gateway, self._refresh)
        self.carriers = Carried()
        self.links = Links("https://tocsin.example.com", Signer(b"a key for the tests alone"))
        self.outbox = Outbox(db, self._senders())
        parts = (
            Escalate(db, self.catalogue),
            Reach(db),
            Fold(db, self.catalogue, parse_body),
            HandOff(db, self.catalogue),
            Audit(db),
        )
        refresh = Refresh(db, self.catalogue, self._take_up, self._refresh)
        self.engine = Engine((*duties(self.outbox, *parts), refresh.duty()), clock)
        db.on_commit(self._wake)
        self.journal = Journal(db, on_commit=lambda: self.engine.wake("intake"))
        slack = Parts(
            db, self.catalogue, self.gateway, self.channels, self.directory, self.journal, clock, self.links
        )
        self.bolt = bolt_app(self.gateway.client, slack)
        self.sockets = Sockets(self.bolt, "xapp-sandbox", self.gateway, db, self.catalogue)

    def catalogue(self) -> Catalogue:
        return self._catalogue

    async def start(self) -> None:
        prepare()
        await self.journal.start()
        await self.engine.start()
        identity = await self.sockets.identify()
        await workspace.claim(self.db, identity.team_id, identity.team_name)
        await self.directory.sync()
        await self._refresh()  # also when an earlier office has read the people already
        await self.sockets.connect()

    async def stop(self) -> None:
        await self.sockets.stop()
        await self.journal.stop()
        await self.engine.stop(2.0)
        await self.outbox.stop(2.0)

    async def quiet(self) -> None:
        """Wait until nothing is owed any more and nobody is at work."""

        async def settled() -> bool:
            async with self.db.read() as conn:
                due = await debts.next_due(conn)
            return due is None and self.outbox.in_flight == 0 and await self.bolt.running.drained(0.01)

        await eventually(settled, "nothing is owed")

    async def page(
        self, title: str = "Error rate above 5 %", service: ServiceId = CHECKOUT, severity: SeverityId = SEV1
    ) -> Page:
        """A problem pages whoever is on call."""
        async with self.db.write() as tx:
            by = by_integration(next(iter(self._catalogue.integrations)))
            return await paging.begin(
                tx, self._catalogue, service=service, title=title, severity=severity, by=by
            )

    async def page_now(self, number: PageId) -> Page:
        async with self.db.read() as conn:
            found = await pages.load(conn, number)
        assert found is not None
        return found

    async def incident(self, number: int = 1) -> Incident:
        async with self.db.read() as conn:
            found = await incidents.load(conn, IncidentId(number))
        assert found is not None
        return found

    async def facts(self, number: int = 1) -> list[str]:
        async with self.db.read() as conn:
            return [fact.kind for fact in await timeline.of_incident(conn, IncidentId(number))]

    async def facts_of(self, number: PageId) -> list[str]:
        async with self.db.read() as conn:
            return [fact.kind for fact in await timeline.of_page(conn, number)]

    async def _take_up(self) -> None:
        """What was applied, or changed in Slack; before that it is the company."""
        async with self.db.read() as conn:
            self._company = self._catalogue = await configuration.load_catalogue(conn)

    async def configure(self, change: Callable[[Catalogue], Catalogue]) -> None:
        """Another configuration is applied."""
        self._company = change(self._company)
        await self._refresh()
        self.engine.wake("handoff")

    async def _refresh(self) -> None:
        """The company's people are the sandbox's of the same names."""
        async with self.db.read() as conn:
            groups, number = await user_groups.every(conn), await user_groups.revision(conn)
        there = {person.name: person for person in self.sandbox.sandbox.workspace.people.values()}
        people = {
            key: replace(person, user_id=UserId(found.id), reachable=not found.deleted)
            if (found := there.get(person.slack))
            else person
            for key, person in self._company.people.items()
        }
        now = replace(self._company, people=people, groups_revision=number)
        self._catalogue = with_user_groups(now, groups)

    def _senders(self) -> dict[DebtKind, Any]:
        parts = (self.db, self.gateway, self.channels, self.catalogue, self.clock)
        page = PageSender(*parts)
        return {
            DebtKind.PAGE_DM: page,
            DebtKind.PAGE_CHANNEL: page,
            DebtKind.PAGE_COPY: CopySender(self.db, self.gateway, self.catalogue, self.clock),
            DebtKind.PAGE_DIGEST: DigestSender(self.db, self.gateway, self.catalogue, self.clock),
            DebtKind.NOTICE: NoticeSender(*parts, self.links),
            DebtKind.HOME: HomeSender(self.db, self.gateway, self.catalogue, self.clock),
            **incident_senders(*parts),
            **on_call_senders(self.db, self.gateway, self.catalogue, self.clock),
            **user_group_senders(self.db, self.gateway, self.catalogue, self.clock),
            **method_senders(self.db, self.carriers, self.catalogue, self.clock, self.links),
        }

    def _wake(self, tx: Tx) -> None:
        for duty, at in tx.wakes.items():
            self.engine.wake(duty, at)
