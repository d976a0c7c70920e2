"""The composition root: builds, wires, starts and stops everything. The only place that wires."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass

import aiohttp
import structlog
from aiohttp.web import RouteDef
from slack_sdk.web.async_client import AsyncWebClient

from bot import templates
from bot.clock import Anchor, Clock, SteadyClock, SystemClock
from bot.config.load import load
from bot.core import conditions
from bot.core.catalogue import Catalogue, Integration, ProviderType
from bot.core.command_names import NAMES
from bot.core.debts import DebtKind
from bot.core.facts import LevelPaged, SnoozeEnded
from bot.engine.deliver import Outbox
from bot.engine.duties import Audit, Escalate, Fold, HandOff, Reach, duties
from bot.engine.heartbeat import Heartbeat
from bot.engine.lag import Lag
from bot.engine.provider_health import KeptHealth
from bot.engine.refresh import Refresh
from bot.engine.scheduler import Engine
from bot.engine.senders import Sender
from bot.engine.senders.calendars import CalendarSender
from bot.engine.senders.contacts import method_senders
from bot.engine.senders.digests import DigestSender
from bot.engine.senders.home import HomeSender
from bot.engine.senders.incidents import incident_senders
from bot.engine.senders.notices import NoticeSender
from bot.engine.senders.on_call import on_call_senders
from bot.engine.senders.pages import CopySender, PageSender
from bot.engine.senders.user_groups import user_group_senders
from bot.engine.senders.webhooks import WebhookSender
from bot.engine.takeover import TakeOver
from bot.engine.timekeeper import Timekeeper
from bot.errors import CannotStart, TocsinError
from bot.ingest.http import Intake
from bot.ingest.journal import Journal
from bot.ingest.sources import parse_body
from bot.links import Links
from bot.log_context import about
from bot.measured import Durations
from bot.notify.providers import Providers
from bot.outgoing import Outgoing
from bot.queries import health, provider_health
from bot.queries import user_groups as followed_groups
from bot.settings import SANDBOX_APP_TOKEN, SANDBOX_BOT_TOKEN, Settings, environment
from bot.signing import SHORTEST_KEY, Signer
from bot.slack.app import Parts, bolt_app
from bot.slack.channels import Channels
from bot.slack.directory import Directory
from bot.slack.directs import Directs
from bot.slack.gateway import Gateway, Unavailable
from bot.slack.socket import Identity, Sockets
from bot.store.database import Database
from bot.store.lock import LockFile
from bot.store.migrations import migrate
from bot.store.migrations.watch import SchemaWatch
from bot.store.uow import Tx
from bot.store.wakeups import WakeUps
from bot.usecases import configuration, notices, paging, user_groups, workspace
from bot.web.feeds import Feeds
from bot.web.health import Health
from bot.web.metrics import Measured
from bot.web.one_tap import OneTap
from bot.web.server import Server
from bot.web.twilio import TwilioCallbacks

log = structlog.get_logger(__name__)

SLACK_TIMEOUT_SECONDS = 10
CONNECT_AGAIN_AFTER = 5.0
PREPARE_AFTER_SECONDS, PREPARE_PAUSE_SECONDS = 15.0, 0.1
"""A start has enough to do, and each surface that is compiled beside takes a tenth of a second from the loop."""
PARTS_TO_STOP = (
    "schema_watch",
    "timekeeper",
    "server",
    "sockets",
    "journal",
    "engine",
    "outbox",
    "wakeups",
    "lag",
)
STOP_WITHIN_SECONDS = 2.0
"""Each part gets this long to finish what it has begun; all together stay under five seconds."""


@dataclass
class CurrentCatalogue:
    """The configured company as it is now; replaced as a whole when it changes."""

    value: Catalogue

    def __call__(self) -> Catalogue:
        return self.value


class Tocsin:
    """One running copy of the bot."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self._given_clock = clock
        self.connected = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self.configuration_problem = ""
        self._mistakes: tuple[str, ...] = ()
        self._mistaken_after: str | None = None
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def start(self) -> None:
        """Start everything; returns when alerts are accepted and Slack was tried once.

        Raises `CannotStart` with a sentence for the operator. When Slack cannot be reached it goes on trying.
        """
        _check_settings(self.settings)
        await self._open_database()
        try:
            await self._build()
            await self._start()
        except BaseException:  # the edge of the start: whatever ended it, close what was opened
            await self.stop()
            raise

    async def _open_database(self) -> None:
        self.lock = LockFile.for_database(self.settings.database_url)
        self.lock.take()
        self.db = Database(self.settings.database_url, self._given_clock or SystemClock())
        await migrate(self.db)
        if self._given_clock is None:
            await self._set_clock()
        self.clock = self.db.clock

    async def _set_clock(self) -> None:
        if self.db.is_sqlite:
            back = await workspace.catch_up_with_clock(self.db)
            if back:
                log.warning(
                    "the machine's clock was set back while Tocsin was down", seconds=back.total_seconds()
                )
        anchor = await workspace.time_anchor(self.db, self.settings.time_scale)
        self.db.clock = clock = SteadyClock(Anchor(*anchor) if anchor else None)
        self.timekeeper = Timekeeper(self.db, clock)

    async def _build(self) -> None:
        settings = self.settings
        NAMES.incident, NAMES.on_call = settings.command_incident, settings.command_on_call
        await self._apply_configuration()
        self.catalogue = CurrentCatalogue(await self._load_catalogue())
        _refuse_demo_tokens(settings, self.catalogue().integrations.values())
        client = AsyncWebClient(
            token=settings.slack_bot_token.get_secret_value(),
            base_url=settings.slack_api_url,
            timeout=SLACK_TIMEOUT_SECONDS,
            # Connections stay open: to the real Slack a new one for each call is a TLS handshake each.
            session=aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SLACK_TIMEOUT_SECONDS)),
        )
        self.client = client
        self.gateway = Gateway(client, self.clock, Directs(self.db))
        self.channels = Channels(self.gateway)
        self.directory = Directory(self.db, self.gateway, self.refresh_catalogue)
        self.outgoing = Outgoing(allow_private=settings.allow_private_urls or settings.on_sandbox)
        self.signer = Signer(await self._signing_key())
        self.links = Links(settings.public_url, self.signer)
        health_kept = KeptHealth(self.db, self.catalogue)
        self.providers = Providers(self.catalogue, environment, self.outgoing, self.clock, health_kept)
        self.outbox = Outbox(self.db, self._senders())
        url = settings.heartbeat_url
        self.heartbeat = Heartbeat(url.get_secret_value(), self.outgoing) if url else None
        self.audit = Audit(self.db, self.heartbeat)
        self.outbox.hold()
        self.db.before_commit_of_pages(self.outbox.claim_pages)
        parts = (
            Escalate(self.db, self.catalogue),
            Reach(self.db),
            Fold(self.db, self.catalogue, parse_body, lambda: self.journal.crowded),
            HandOff(self.db, self.catalogue),
            self.audit,
        )
        refresh = Refresh(self.db, self.catalogue, self._take_up_configuration, self.refresh_catalogue)
        others = () if self.db.is_sqlite else (TakeOver(self.db, self.outbox.owner).duty(),)
        self.engine = Engine((*duties(self.outbox, *parts), refresh.duty(), *others), self.clock)
        self.lag = Lag()
        self.step_lateness = Durations()
        self.db.on_commit(self._wake)
        self.db.on_commit(self._note_facts)
        self.wakeups = WakeUps(self.db.write_engine, self.engine.wake, self.outbox.owner)
        self.schema_watch = SchemaWatch(self.db, self._fail)
        self.journal = Journal(self.db, on_commit=lambda: self.engine.wake("intake"))
        self.intake = Intake(self.catalogue, self.journal)
        self.server = Server(settings.http_host, self._routes(), self.intake, self.clock)
        slack = Parts(
            db=self.db,
            catalogue=self.catalogue,
            gateway=self.gateway,
            channels=self.channels,
            directory=self.directory,
            journal=self.journal,
            clock=self.clock,
            links=self.links,
        )
        self.bolt = bolt_app(client, slack)
        self.sockets = Sockets(
            self.bolt, settings.slack_app_token.get_secret_value(), self.gateway, self.db, self.catalogue
        )

    async def _start(self) -> None:
        await self.schema_watch.start()
        if self.db.is_sqlite:
            await self.outbox.take_over()
        else:
            await self.wakeups.start()
        if self._given_clock is None:
            await self.timekeeper.start()
        await self.lag.start()
        await self.journal.start()
        await self.engine.start()
        await self.server.start()
        await asyncio.to_thread(templates.prepare, *templates.PAGES)  # the first page must not wait for it
        self._background(self._prepare())
        self._background(self.providers.prepare())
        try:
            await self._connect()
        except Unavailable as problem:
            log.warning(
                "Slack cannot be reached; alerts are accepted, it is tried again", problem=str(problem)
            )
            self._background(self._keep_connecting())

    async def _prepare(self) -> None:
        """What else would be compiled when it is first needed, bit by bit: pages need the processor more."""
        await self.connected.wait()
        await asyncio.to_thread(conditions.prepare, self.catalogue())
        await asyncio.sleep(PREPARE_AFTER_SECONDS)
        for surface in templates.surfaces():
            await asyncio.sleep(PREPARE_PAUSE_SECONDS)
            await asyncio.to_thread(templates.prepare, surface)

    async def _connect(self) -> None:
        identity = await self.sockets.identify()
        await self._own_database(identity)
        self.outbox.release()
        self.engine.wake("deliver")
        await self.directory.sync()
        await paging.look_again(self.db)
        await user_groups.look_again(self.db)
        await self._tell_mistakes()
        await self.sockets.connect()
        self.connected.set()
        log.info("connected to Slack", team=identity.team_id, name=identity.team_name)

    async def _own_database(self, identity: Identity) -> None:
        """The database belongs to one workspace (PRODUCT §10)."""
        await workspace.claim(self.db, identity.team_id, identity.team_name)

    async def _tell_mistakes(self) -> None:
        """The admins hear of the same mistakes in the files once (PRODUCT §10)."""
        if self._mistakes:
            digest = hashlib.sha256("\n".join(self._mistakes).encode()).hexdigest()[:16]
            data = {"mistakes": self._mistakes}
            await notices.tell_admins(
                self.db, self.catalogue(), f"configuration:{digest}", "configuration", data
            )

    async def _keep_connecting(self) -> None:
        while not self.connected.is_set():
            await asyncio.sleep(CONNECT_AGAIN_AFTER)
            try:
                await self._connect()
            except CannotStart as problem:
                self._fail(problem)
                return
            except TocsinError as problem:
                log.warning("Slack cannot be reached yet", problem=str(problem))

    def _fail(self, problem: TocsinError) -> None:
        """Whoever runs this copy learns from `failed` that it must end, and why."""
        if not self.failed.done():
            self.failed.set_exception(problem)

    async def stop(self) -> None:
        """Finish what was begun, write it down, close. Safe to call at any stage of the start."""
        for task in self._tasks:
            task.cancel()
        for part in PARTS_TO_STOP:
            if hasattr(self, part):
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._end(part), STOP_WITHIN_SECONDS + 0.5)
        if hasattr(self, "providers"):
            await self.providers.aclose()
        if hasattr(self, "client") and self.client.session is not None:
            await self.client.session.close()
        if hasattr(self, "db"):
            await self.db.close()
        if hasattr(self, "lock"):
            self.lock.release()

    async def _end(self, part: str) -> None:
        match part:
            case "engine":
                await self.engine.stop(STOP_WITHIN_SECONDS)
            case "outbox":
                await self.outbox.stop(STOP_WITHIN_SECONDS)
            case _:
                await getattr(self, part).stop()

    async def refresh_catalogue(self) -> None:
        """Read the configured company again, after a change to it or to the workspace's people."""
        self.catalogue.value = await self._load_catalogue()

    async def _take_up_configuration(self) -> None:
        """What another process applied, or somebody changed in Slack; files applied since have no mistakes."""
        wanted = await self._load_catalogue()
        _refuse_demo_tokens(self.settings, wanted.integrations.values())
        self.catalogue.value = wanted
        if await configuration.applied_files(self.db) != self._mistaken_after:
            self.configuration_problem = ""
        if self.connected.is_set():
            await self.bolt.on_connected()  # channels that are watched now are to be joined

    async def _apply_configuration(self) -> None:
        """Apply the files when they changed; a mistake in them keeps the last good configuration."""
        path = self.settings.config
        if path is None:
            return
        loaded = load(path, environment(), await configuration.made_in_slack(self.db))
        if loaded.problems:
            lines = "\n".join(str(problem) for problem in loaded.problems)
            if not await configuration.is_configured(self.db):
                raise CannotStart(
                    f"The configuration has mistakes, and there is no earlier one to run with:\n{lines}"
                )
            self._mistakes = loaded.problems_for_people()
            self._mistaken_after = await configuration.applied_files(self.db)
            self.configuration_problem = f"the files have mistakes, the last good configuration runs: {lines}"
            log.error("the configuration has mistakes; the last good one runs", problems=lines)
            return
        applied = await configuration.apply_configuration(self.db, loaded)
        log.info("configuration applied", **applied.counts())
        for sentence in applied.still_needed:
            log.warning("somebody left the files and is still needed", what=sentence)

    async def _signing_key(self) -> bytes:
        """The operator's, or one of the database's own."""
        key = self.settings.secret_key.get_secret_value()
        return key.encode() if key else await workspace.signing_key(self.db)

    async def _load_catalogue(self) -> Catalogue:
        async with self.db.read() as conn:
            return await configuration.load_catalogue(conn)

    def _senders(self) -> dict[DebtKind, Sender]:
        page = PageSender(self.db, self.gateway, self.channels, self.catalogue, self.clock)
        return {
            DebtKind.PAGE_DM: page,
            DebtKind.PAGE_CHANNEL: page,
            DebtKind.PAGE_WEBHOOK: WebhookSender(self.db, self.providers, self.catalogue, self.clock),
            DebtKind.PAGE_DIGEST: DigestSender(self.db, self.gateway, self.catalogue, self.clock),
            DebtKind.PAGE_COPY: CopySender(self.db, self.gateway, self.catalogue, self.clock),
            DebtKind.NOTICE: NoticeSender(
                self.db, self.gateway, self.channels, self.catalogue, self.clock, self.links
            ),
            DebtKind.HOME: HomeSender(self.db, self.gateway, self.catalogue, self.clock, self._problems),
            **incident_senders(self.db, self.gateway, self.channels, self.catalogue, self.clock),
            **on_call_senders(self.db, self.gateway, self.catalogue, self.clock),
            **user_group_senders(self.db, self.gateway, self.catalogue, self.clock),
            **method_senders(self.db, self.providers, self.catalogue, self.clock, self.links),
            DebtKind.CALENDAR: CalendarSender(self.db, self.outgoing, self.catalogue, self.clock),
        }

    def _wake(self, tx: Tx) -> None:
        for duty, at in tx.wakes.items():
            self.engine.wake(duty, at)

    def _note_facts(self, tx: Tx) -> None:
        for fact in tx.recorded:
            with about(fact.page, fact.incident):
                log.debug("recorded", fact=fact.kind, by=fact.by)
            match fact:
                case LevelPaged(cause="timeout") | SnoozeEnded():
                    self.step_lateness.add(fact.late_ms / 1000)

    def _routes(self) -> dict[int, list[RouteDef]]:
        health_routes = Health(
            self._readiness(),
            self._counts,
            self._measured,
            lambda: self.engine.health().stalled,
            {"user_groups": self._user_groups_followed, "providers": self._providers_well},
        )
        feeds = Feeds(self.db, self.catalogue, self.signer)
        main = [*self.intake.routes(), *feeds.routes(), *health_routes.routes()]
        if self.links.are_on:
            reachable = (self.db, self.catalogue, self.signer, self.links)
            main += [*OneTap(*reachable).routes(), *TwilioCallbacks(*reachable, self._twilio_tokens).routes()]
        own_port = self.settings.metrics_port
        if own_port is None or own_port == self.settings.http_port:
            return {self.settings.http_port: [*main, *health_routes.metrics_routes()]}
        return {self.settings.http_port: main, own_port: health_routes.metrics_routes()}

    def _twilio_tokens(self) -> tuple[str, ...]:
        known, providers = environment(), self.catalogue().providers.values()
        named = [one.secret_env for one in providers if one.type is ProviderType.TWILIO]
        return tuple(known[name] for name in named if known.get(name))

    def _background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _readiness(self) -> dict[str, Callable[[], Awaitable[str]]]:
        """What `/readyz` asks; an empty answer is well, any other is the problem in a sentence."""
        return {
            "database": self._database_ready,
            "configuration": self._configured,
            "slack": self._slack_ready,
        }

    async def _database_ready(self) -> str:
        try:
            async with asyncio.timeout(2), self.db.write():
                return ""
        except (TocsinError, TimeoutError) as error:
            return f"it cannot be written: {error}"

    async def _configured(self) -> str:
        if not self.catalogue().default_policy:
            return "there is no default escalation policy; apply a configuration"
        return self.configuration_problem

    async def _slack_ready(self) -> str:
        if problem := self.gateway.access.problem:
            return f"{problem} Then start Tocsin again; until then what is owed waits."
        return "" if await self.sockets.connected() else "no socket to Slack is connected"

    async def _user_groups_followed(self) -> str:
        async with self.db.read() as conn:
            return await followed_groups.problem(conn, self.catalogue())

    async def _providers_well(self) -> str:
        async with self.db.read() as conn:
            return await provider_health.problem(conn)

    async def _problems(self) -> tuple[str, ...]:
        """What admins read on their App Home."""
        said = {
            "Configuration": await self._configured(),
            "Slack": await self._slack_ready(),
            "Providers": await self._providers_well(),
        }
        return tuple(f"{what}: {problem}" for what, problem in said.items() if problem)

    async def _counts(self) -> health.Counts:
        async with self.db.read() as conn:
            return await health.counts(conn, self.clock.now(), self.clock.real(), self.clock.scale)

    async def _measured(self) -> Measured:
        return Measured(
            step_lateness=self.step_lateness,
            loop_lag=self.lag.seen,
            write_wait=self.db.write_wait,
            slack_calls=self.gateway.calls,
            rate_limited_seconds=self.gateway.limited_seconds,
            settled=self.outbox.settled,
            heartbeats=self.heartbeat.pings if self.heartbeat else {},
            sockets=await self.sockets.connected(),
            stalled=len(self.engine.health().stalled),
            bodies_waiting=self.journal.waiting,
            clean_audit_at=self.audit.clean_at,
        )


def _check_settings(settings: Settings) -> None:
    """What can be seen to be wrong before anything is opened."""
    bot_token, app_token = (
        settings.slack_bot_token.get_secret_value(),
        settings.slack_app_token.get_secret_value(),
    )
    for name, token, prefix in (
        ("SLACK_BOT_TOKEN", bot_token, "xoxb-"),
        ("SLACK_APP_TOKEN", app_token, "xapp-"),
    ):
        if not token:
            raise CannotStart(
                f"{name} is not set. Set it in the environment or .env, or try `make run` with none set."
            )
        if not token.startswith(prefix):
            raise CannotStart(f"{name} must begin with {prefix}. Copy it again from api.slack.com/apps.")
    sandbox_tokens = bot_token == SANDBOX_BOT_TOKEN or app_token == SANDBOX_APP_TOKEN
    if sandbox_tokens and not settings.on_sandbox:
        raise CannotStart(
            "These are the sandbox's tokens, and SLACK_API_URL is Slack's. Set your own app's tokens."
        )
    if settings.command_incident == settings.command_on_call:
        raise CannotStart(
            "TOCSIN_COMMAND_INCIDENT and TOCSIN_COMMAND_ONCALL are the same. Give each its own name, "
            "as in the app's manifest."
        )
    heartbeat = settings.heartbeat_url
    if heartbeat and not heartbeat.get_secret_value().startswith(("https://", "http://")):
        raise CannotStart("TOCSIN_HEARTBEAT_URL must begin with https://. Copy it again from the watcher.")
    if settings.public_url and not settings.public_url.startswith(("https://", "http://")):
        raise CannotStart(
            "TOCSIN_PUBLIC_URL must begin with https://. It is the address at which the outside reaches this server."
        )
    key = settings.secret_key.get_secret_value().encode()
    if key and len(key) < SHORTEST_KEY:
        raise CannotStart(
            "TOCSIN_SECRET_KEY can be guessed: it has fewer than 16 characters. Make one with: openssl rand -hex 32"
        )
    if settings.time_scale != 1 and not settings.on_sandbox:
        raise CannotStart(
            "TOCSIN_TIME_SCALE is for the sandbox alone: with the real Slack a minute is a minute."
        )


def _refuse_demo_tokens(settings: Settings, integrations: Iterable[Integration]) -> None:
    """The demo's tokens are known to everybody."""
    if settings.on_sandbox:
        return
    for integration in integrations:
        if integration.token_hash == hashlib.sha256(integration.id.encode()).hexdigest():
            raise CannotStart(
                f"The integration {integration.id} has the demo's token, which everybody knows. "
                "Give it a secret one before you connect to Slack."
            )
