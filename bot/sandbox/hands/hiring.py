"""Who works here: people come, change and go, and keep still at night."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.sandbox import conversing, shapes, silence
from bot.sandbox.events import emit
from bot.sandbox.hands import looks
from bot.sandbox.hands.places import HandError, actor, required
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state import Person, epoch
from bot.sandbox.wire import Json

A_NIGHT = 8 * 60
"""Minutes of silence that `dnd` of `/sandbox/people` begins."""


async def people(sandbox: Sandbox, body: Json) -> Json:
    """Hire somebody, or change their zone, address, rights, presence, silence or whether they are deactivated."""
    name = str(required(body, "name"))
    _check_zone(body.get("tz"))
    person = sandbox.workspace.person(name)
    arrived = person is None
    if person is None:
        person = sandbox.workspace.hire(name, body.get("tz"), body.get("email"), body.get("real_name"))
    _describe(sandbox, person, body)
    if "dnd" in body:
        silence.snooze(sandbox, person, A_NIGHT if body["dnd"] else 0)
    with_email = "users:read.email" in sandbox.manifest.scopes
    user = shapes.user(sandbox.workspace, person, with_email=with_email)
    emit(sandbox, {"type": "team_join" if arrived else "user_change", "user": user, "cache_ts": epoch()})
    if arrived and not (person.organization or person.is_restricted):
        general = next(each for each in sandbox.workspace.conversations.values() if each.is_general)
        conversing.join(sandbox, general, person.id)
    sandbox.live.tell({"type": "people"})
    return looks.person(person)


def _describe(sandbox: Sandbox, person: Person, body: Json) -> None:
    person.tz = body.get("tz") or person.tz
    person.email = body.get("email") or person.email
    person.real_name = body.get("real_name") or person.real_name
    person.deleted = bool(body.get("deactivated", person.deleted))
    person.is_restricted = bool(body.get("guest", body.get("restricted", person.is_restricted)))
    if "guest" in body:
        person.is_ultra_restricted = body["guest"] == "single"
    person.away = bool(body.get("away", person.away))
    if body.get("organization"):
        companies = sandbox.workspace.companies
        person.organization = str(body["organization"])
        person.foreign_team = companies.setdefault(person.organization, sandbox.workspace.ids.new("T"))
    person.updated = epoch()


def _check_zone(zone: str | None) -> None:
    try:
        if zone:
            ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as problem:
        raise HandError(f"no time zone {zone!r}", status=400) from problem


async def do_not_disturb(sandbox: Sandbox, body: Json) -> Json:
    """Keep still daily from `start` to `end` (HH:MM of the person's zone; neither: never), or `snooze_minutes` long."""
    person = actor(sandbox, body)
    if "snooze_minutes" in body:
        silence.snooze(sandbox, person, _minutes(body["snooze_minutes"]))
    else:
        silence.keep_hours(sandbox, person, _hours(body.get("start"), body.get("end")))
    return silence.own_status(person)


def _minutes(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise HandError("snooze_minutes must be a whole number, 0 to end it", status=400)
    return value


def _hours(start: object, end: object) -> tuple[str, str] | None:
    if start is None and end is None:
        return None
    for each in (start, end):
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", str(each)):
            raise HandError("start and end must be HH:MM", status=400)
    if start == end:
        raise HandError("start and end must differ", status=400)
    return str(start), str(end)
