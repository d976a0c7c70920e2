"""Schedules that are made, changed and deleted in Slack: the list, the form, the preview, and saving."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

from slack_bolt.async_app import AsyncApp

from bot.config import drafts
from bot.core.catalogue import Catalogue
from bot.core.ids import ScheduleId, UserId, user_of
from bot.core.permissions import Action
from bot.core.schedule import Schedule
from bot.core.schedule_views import Editable
from bot.errors import Wrong
from bot.queries import schedules as queries
from bot.slack import ids
from bot.slack.listeners.answering import Click, Submission
from bot.slack.listeners.asking import Answer, Asked, Desk, FieldErrors, Open, Push, Redraw, Tell
from bot.slack.listeners.serving import Serve
from bot.slack.modals import schedule_form as form
from bot.slack.modals import schedules as modals
from bot.slack.modals import text
from bot.slack.modals.schedule_form import LayerDraft, ScheduleDraft
from bot.slack.modals.schedules import Previewed
from bot.slack.render import schedules as render
from bot.slack.render.message import Block
from bot.slack.typed import readable
from bot.templates import say
from bot.usecases import schedules
from bot.usecases.schedules import Change, Outdated


def register(bolt: AsyncApp, serve: Serve) -> None:
    for action_id, listener, action in (
        (ids.SCHEDULES, open_list, Action.WORK_INCIDENT),
        (ids.SCHEDULE_OPEN, open_one, Action.WORK_INCIDENT),
        (ids.SCHEDULE_NEW, new, Action.CHANGE_SCHEDULES),
        (ids.SCHEDULE_EDIT, edit, Action.CHANGE_SCHEDULES),
        (ids.SCHEDULE_DELETE, delete, Action.CHANGE_SCHEDULES),
        (ids.SCHEDULE_ADD_LAYER, add_layer, Action.CHANGE_SCHEDULES),
        (ids.SCHEDULE_REMOVE_LAYER, remove_layer, Action.CHANGE_SCHEDULES),
    ):
        bolt.action(action_id)(serve(listener, action, Click))
    bolt.action(re.compile(rf"{ids.SCHEDULE_COVERS}:\d+"))(serve(redraw, Action.CHANGE_SCHEDULES, Click))
    bolt.view(ids.MODAL_SCHEDULE)(serve(preview, Action.CHANGE_SCHEDULES, Submission))
    bolt.view(ids.MODAL_SCHEDULE_PREVIEW)(serve(save, Action.CHANGE_SCHEDULES, Submission))


async def open_list(desk: Desk, asked: Asked) -> Answer:
    return await list_named(desk, asked, "")


async def list_named(desk: Desk, asked: Asked, word: str) -> Answer:
    """All schedules, or those with a word in their name or team."""
    async with desk.db.read() as conn:
        lines = await queries.listed(conn, desk.catalogue(), asked.user, desk.clock.now())
    wanted = readable(word).casefold()
    found = [line for line in lines if wanted in f"{line.id} {line.name} {line.team}".casefold()]
    if word and not found:
        raise Wrong(say("schedules", "none_named", word))
    return Open(modals.listed(found))


async def open_one(desk: Desk, asked: Asked) -> Answer:
    found = await _the_schedule(desk, asked)
    async with desk.db.read() as conn:
        plan = await queries.plan(conn, desk.catalogue(), found.schedule, desk.clock.now())
    return Open(modals.opened(found, plan))


async def new(desk: Desk, asked: Asked) -> Answer:
    """For the team that the asker owns, in their own zone, from this week's Monday on."""
    listed = desk.catalogue().person_of(asked.user)
    owned = [team.id for team in desk.catalogue().teams.values() if listed and team.owner == listed.id]
    zone = listed.time_zone if listed and listed.time_zone else "UTC"
    today = desk.clock.now().astimezone(ZoneInfo(zone)).date()
    monday = today - timedelta(days=today.weekday())
    layer = LayerDraft(0, starts_on=monday.isoformat())
    draft = ScheduleDraft(layers=(layer,), team=owned[0] if owned else "", zone=zone)
    return Open(_form(desk, draft))


async def edit(desk: Desk, asked: Asked) -> Answer:
    """From the list the form opens above it; from the schedule itself it takes its place, for the preview's sake."""
    found = await _the_schedule(desk, asked)
    if found.refusal:
        raise Wrong(found.refusal)
    draft = form.draft_of(drafts.entry(found.schedule), found.version, dict(found.users))
    shown = _form(desk, draft)
    opened = (asked.view or {}).get("callback_id") == ids.MODAL_SCHEDULE_OPENED
    return Redraw(shown) if opened else Open(shown)


async def delete(desk: Desk, asked: Asked) -> Answer:
    gone = await schedules.delete(desk.db, ScheduleId(asked.value), asked.user)
    return Redraw(text.view("Schedules", render.deleted(gone.name if gone else None).blocks))


async def add_layer(desk: Desk, asked: Asked) -> Answer:
    return Redraw(_form(desk, form.read(asked.view or {}).with_another_layer()))


async def remove_layer(desk: Desk, asked: Asked) -> Answer:
    return Redraw(_form(desk, form.read(asked.view or {}).without_layer(int(asked.value))))


async def redraw(desk: Desk, asked: Asked) -> Answer:
    """Another choice shows other fields."""
    return Redraw(_form(desk, form.read(asked.view or {})))


async def preview(desk: Desk, asked: Asked) -> Answer:
    """Nothing is saved; what is wrong is said at its field."""
    draft = form.read(asked.view or {})
    catalogue = desk.catalogue()
    entry = form.entry_of(draft, draft.schedule or identity(draft.name, "schedule"), person_namer(catalogue))
    if not draft.team:
        entry.setdefault("owner", person_namer(catalogue)(asked.user))
    wanted = drafts.schedule(entry)
    if not isinstance(wanted, Schedule):
        return FieldErrors(form.errors(draft, [(one.at, one.sentence) for one in wanted]))
    found = await schedules.refusals(desk.db, Change(wanted, draft.version), asked.user)
    if found:
        return FieldErrors(form.errors(draft, [(_place(one.field), one.sentence) for one in found]))
    shown = await _preview(desk, wanted, Previewed(drafts.entry(wanted), draft.version))
    return FieldErrors({"name": say("schedules", "too_long")}) if shown is None else Push(shown)


async def save(desk: Desk, asked: Asked) -> Answer:
    carried = modals.read_preview(asked.view or {})
    wanted = drafts.schedule(carried.entry)
    if not isinstance(wanted, Schedule):
        raise Wrong(f"{wanted[0].sentence} Go back to the form. Nothing was saved.")
    done = await schedules.save(desk.db, Change(wanted, carried.version), asked.user)
    if isinstance(done, Outdated):
        user = user_of(done.by) if done.by else None
        warning = render.outdated(user, done.at, deleted=not done.version)
        return Redraw(await _preview(desk, wanted, Previewed(carried.entry, done.version), warning) or {})
    return Tell(render.saved(done.schedule.name, done.is_new), closes_all=True)


async def _preview(
    desk: Desk, wanted: Schedule, carried: Previewed, warning: Block | None = None
) -> dict[str, Any] | None:
    async with desk.db.read() as conn:
        shown = await queries.preview(conn, desk.catalogue(), wanted, desk.clock.now())
    return modals.preview(shown, carried, warning)


async def _the_schedule(desk: Desk, asked: Asked) -> Editable:
    async with desk.db.read() as conn:
        found = await queries.editable(
            conn, desk.catalogue(), ScheduleId(asked.value), asked.user, desk.clock.now()
        )
    if found is None:
        raise Wrong(f"There is no schedule {asked.value} any more. Nothing was changed.")
    return found


def _form(desk: Desk, draft: ScheduleDraft) -> dict[str, Any]:
    catalogue = desk.catalogue()
    teams = [(team.id, team.name) for team in catalogue.teams.values()]
    return form.view(draft, teams, [group.handle for group in catalogue.user_groups.values()])


def person_namer(catalogue: Catalogue) -> Callable[[UserId], str]:
    """How configuration names a Slack user."""
    known: Mapping[UserId, str] = {p.user_id: p.id for p in catalogue.people.values() if p.user_id}
    return lambda user: known.get(user, user)


def _place(field: str) -> tuple[str | int, ...]:
    """`people:0` as a place of the entry."""
    name, _, number = field.partition(":")
    return ("layers", int(number), "participants") if number else (name,)


def identity(name: str, kind: str) -> str:
    """An id for a name: `Payments, first call` is `payments-first-call`; of a name in other letters its checksum."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return (
        re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64].rstrip("-") or f"{kind}-{crc32(name.encode()):08x}"
    )
