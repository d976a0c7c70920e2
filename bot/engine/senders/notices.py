"""What owners, admins and the fallback channel must hear, in a DM or in a channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import structlog

from bot.clock import Clock
from bot.core.catalogue import Catalogue
from bot.core.contact_views import name_of
from bot.core.debts import Debt, Failed, Outcome, Sent, Withdrawn
from bot.core.ids import ChannelId, ContactId, DrillId, IncidentId, PageId, ScheduleId, UserId
from bot.engine.senders import shift_notices
from bot.engine.senders.checkups import Checkups
from bot.engine.senders.incident_messages import post
from bot.links import Links
from bot.queries import contacts, drills, incidents, on_call_notices, pages, user_groups
from bot.slack.channels import Channels
from bot.slack.gateway import Gateway, Refused, is_conversation
from bot.slack.render import contacts as contact_render
from bot.slack.render import drills as drill_render
from bot.slack.render import notices as render
from bot.slack.render import on_call_notices as on_call_render
from bot.slack.render import user_groups as group_render
from bot.slack.render.message import Message
from bot.store.database import Database
from bot.store.uow import Tx

log = structlog.get_logger(__name__)


class NoticeSender:
    """Tells a person or a channel once."""

    def __init__(
        self,
        db: Database,
        gateway: Gateway,
        channels: Channels,
        catalogue: Callable[[], Catalogue],
        clock: Clock,
        links: Links,
    ) -> None:
        self._db = db
        self._gateway = gateway
        self._channels = channels
        self._catalogue = catalogue
        self._clock = clock
        self._checkups = Checkups(db, catalogue, clock, links)

    async def send(self, debt: Debt) -> Outcome:
        message = await self._message(debt)
        if message is None:
            return Withdrawn("what it tells of is gone")
        try:
            return Sent({"ts": await post(self._gateway, debt, await self._place(debt), message)})
        except Refused as problem:
            return Failed(problem.error)

    async def settle(self, tx: Tx, debt: Debt, outcome: Outcome) -> None:
        if isinstance(outcome, Failed):
            log.error("a notice could not be delivered", key=debt.key, reason=outcome.reason)

    async def _place(self, debt: Debt) -> ChannelId:
        to = str(debt.payload["to"])
        if to.startswith("#") or is_conversation(to):
            return await self._channels.find(to)
        return await self._gateway.direct(UserId(to))

    async def _message(self, debt: Debt) -> Message | None:
        data = debt.payload
        match data["what"]:
            case "empty_schedule":
                schedule = self._catalogue().schedules.get(ScheduleId(data["schedule"]))
                name = schedule.name if schedule else data["schedule"]
                return render.empty_schedule(name, PageId(data["page"]), data.get("reason") or "")
            case "nobody_reached":
                return await self._nobody_reached(PageId(data["page"]))
            case "responder_answered":
                return await self._responder_answered(data)
            case "setup_failed":
                return await self._setup_failed(debt)
            case "another_bot":
                return render.other_bot(data["connections"], data["ours"])
            case what if what in render.OF_PROVIDERS:
                return render.of_providers(what, data)
            case "configuration":
                return render.configuration_mistakes(data["mistakes"])
            case "contact_failed":
                return await self._contact_failed(data)
            case what if what in shift_notices.KINDS:
                return await shift_notices.message(
                    self._db,
                    self._gateway,
                    self._catalogue(),
                    data,
                    self._clock,
                    self._checkups,
                )
            case what if what in group_render.KINDS:
                return group_render.notice(what, user_groups.told(self._catalogue(), data))
            case what if what in drill_render.KINDS:
                async with self._db.read() as conn:
                    drill = await drills.view(conn, DrillId(data["drill"]))
                return drill_render.notice(what, drill) if drill else None
            case what if what in on_call_render.KINDS:
                async with self._db.read() as conn:
                    told = await on_call_notices.told(conn, self._catalogue(), data)
                return on_call_render.notice(what, told) if told else None
            case _:
                log.error("a notice has no wording", what=data["what"])
                return None

    async def _contact_failed(self, data: Mapping[str, Any]) -> Message | None:
        async with self._db.read() as conn:
            method = await contacts.of_owner(conn, UserId(data["to"]), ContactId(data["contact"]))
        return contact_render.failed(name_of(method), data["kind"], data["reason"]) if method else None

    async def _nobody_reached(self, page: PageId) -> Message | None:
        async with self._db.read() as conn:
            view = await pages.card(conn, self._catalogue(), page, None, self._clock.now())
        if view is None:
            return None
        service = view.service.name if view.service else ""
        return render.nobody_reached(page, view.title, service, view.next_step.at if view.next_step else None)

    async def _responder_answered(self, data: Mapping[str, Any]) -> Message | None:
        async with self._db.read() as conn:
            view = await pages.card(conn, self._catalogue(), PageId(data["page"]), None, self._clock.now())
        return render.responder_answered(view, UserId(data["user"]), coming=data["coming"]) if view else None

    async def _setup_failed(self, debt: Debt) -> Message | None:
        number = IncidentId(debt.payload["incident"])
        async with self._db.read() as conn:
            view = await incidents.card(conn, self._catalogue(), number)
        if view is None:
            return None
        return render.setup_failed(number, view.title, debt.payload["step"], debt.payload["reason"])
