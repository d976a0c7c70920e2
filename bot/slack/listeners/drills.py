"""`/incident drill`: who would be paged when, and a live drill with those who agree."""

from __future__ import annotations

import json
from datetime import datetime

from slack_bolt.async_app import AsyncApp

from bot.core import when
from bot.core.ids import DrillId, ServiceId, SeverityId
from bot.core.permissions import Action
from bot.core.simulation import Simulated
from bot.errors import Wrong
from bot.queries import people, simulation
from bot.slack import ids
from bot.slack.listeners.answering import Click, Submission
from bot.slack.listeners.asking import Answer, Asked, Desk, Open, Tell
from bot.slack.listeners.serving import Serve
from bot.slack.modals import drill as modal
from bot.slack.modals.drill import Chain
from bot.slack.render import drills as render
from bot.usecases import drills


def register(bolt: AsyncApp, serve: Serve) -> None:
    bolt.view(ids.MODAL_DRILL)(serve(chosen, Action.WORK_INCIDENT, Submission))
    bolt.action(ids.DRILL_PROPOSE)(serve(propose, Action.PAGE_PEOPLE, Click))
    bolt.action(ids.DRILL_START)(serve(start, Action.PAGE_PEOPLE, Click))
    bolt.action(ids.DRILL_CALL_OFF)(serve(call_off, Action.PAGE_PEOPLE, Click))
    bolt.action(ids.DRILL_YES)(serve(take_part, Action.WORK_PAGE, Click))
    bolt.action(ids.DRILL_NO)(serve(stay_out, Action.WORK_PAGE, Click))


async def typed(desk: Desk, asked: Asked, text: str) -> Answer:
    """`drill checkout SEV1 tomorrow 3am`; without a word, the form."""
    if not text:
        catalogue = desk.catalogue()
        services = [(one.id, one.name) for one in catalogue.services.values()]
        return Open(modal.view(services, catalogue.ranked_severities()))
    return await _show(desk, await _chain(desk, asked, text))


async def chosen(desk: Desk, asked: Asked) -> Answer:
    return await _show(desk, modal.read(asked.view or {}))


async def propose(desk: Desk, asked: Asked) -> Answer:
    carried = json.loads(asked.value)
    at = carried.get("at")
    chain = Chain(carried.get("service"), carried.get("severity"), datetime.fromisoformat(at) if at else None)
    drill = await drills.propose(desk.db, await _simulated(desk, chain), asked.user)
    return Tell(render.proposed(drill))


async def start(desk: Desk, asked: Asked) -> Answer:
    return Tell(render.started(await drills.start(desk.db, desk.catalogue(), _number(asked), asked.user)))


async def call_off(desk: Desk, asked: Asked) -> Answer:
    return Tell(render.called_off(await drills.call_off(desk.db, _number(asked), asked.user)))


async def take_part(desk: Desk, asked: Asked) -> Answer:
    return await _answer(desk, asked, takes_part=True)


async def stay_out(desk: Desk, asked: Asked) -> Answer:
    return await _answer(desk, asked, takes_part=False)


async def _answer(desk: Desk, asked: Asked, *, takes_part: bool) -> Answer:
    drill = await drills.answer(desk.db, _number(asked), asked.user, takes_part=takes_part)
    return Tell(render.answered(drill, takes_part=takes_part))


def _number(asked: Asked) -> DrillId:
    return DrillId(int(asked.value))


async def _show(desk: Desk, chain: Chain) -> Answer:
    carried = {
        "service": chain.service,
        "severity": chain.severity,
        "at": chain.at.isoformat() if chain.at else None,
    }
    return Tell(render.foreseen(await _simulated(desk, chain), json.dumps(carried)))


async def _simulated(desk: Desk, chain: Chain) -> Simulated:
    async with desk.db.read() as conn:
        return await simulation.simulated(
            conn,
            desk.catalogue(),
            chain.at or desk.clock.now(),
            service=chain.service,
            severity=chain.severity,
        )


async def _chain(desk: Desk, asked: Asked, text: str) -> Chain:
    """A service and a severity in either order, then a time. Raises `Wrong` for words that are none of them."""
    catalogue = desk.catalogue()
    severities = {one.casefold(): one for one in catalogue.severities}
    service: ServiceId | None = None
    severity: SeverityId | None = None
    words = text.split()
    while words:
        word = words[0].casefold()
        if service is None and word in catalogue.service_by_word:
            service = catalogue.service_by_word[word]
        elif severity is None and word in severities:
            severity = severities[word]
        else:
            break
        words.pop(0)
    rest = " ".join(words)
    if not rest:
        return Chain(service, severity)
    async with desk.db.read() as conn:
        zone = await people.zone_of(conn, asked.user)
    at = when.instant(rest, desk.clock.now(), zone.key)
    if at is None:
        raise Wrong(
            f'I know no service, severity or time "{rest[:60]}". Write it like drill checkout SEV1 tomorrow 3am.'
        )
    return Chain(service, severity, at)
