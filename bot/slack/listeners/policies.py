"""Escalation policies that are made, changed and deleted in Slack: the list, the form, its levels, and saving."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.config import drafts
from bot.core.ids import PolicyId
from bot.core.permissions import Action, refused_policies
from bot.core.policy import Level, Policy
from bot.core.policy_views import LevelLine, PolicyEditable, level_line
from bot.errors import Wrong
from bot.queries import policies as queries
from bot.slack import ids
from bot.slack.listeners.answering import Click, Submission
from bot.slack.listeners.asking import Answer, Asked, Desk, FieldErrors, Open, Push, Redraw, Tell
from bot.slack.listeners.schedules import identity, person_namer
from bot.slack.listeners.serving import Serve
from bot.slack.modals import policies as modals
from bot.slack.modals import policy_form as form
from bot.slack.modals import policy_level, text
from bot.slack.modals.policies import Previewed
from bot.slack.modals.policy_form import PolicyDraft
from bot.slack.render import policies as render
from bot.slack.render.message import Block
from bot.slack.typed import readable
from bot.templates import say
from bot.usecases import policies
from bot.usecases.policies import Change, Outdated


def register(bolt: AsyncApp, serve: Serve) -> None:
    for action_id, listener, action in (
        (ids.POLICIES, open_list, Action.WORK_INCIDENT),
        (ids.POLICY_OPEN, open_one, Action.WORK_INCIDENT),
        (ids.POLICY_NEW, new, Action.CHANGE_POLICIES),
        (ids.POLICY_EDIT, edit, Action.CHANGE_POLICIES),
        (ids.POLICY_DELETE, delete, Action.CHANGE_POLICIES),
        (ids.POLICY_ADD_LEVEL, add_level, Action.CHANGE_POLICIES),
        (ids.POLICY_EDIT_LEVEL, edit_level, Action.CHANGE_POLICIES),
        (ids.POLICY_RAISE_LEVEL, raise_level, Action.CHANGE_POLICIES),
        (ids.POLICY_REMOVE_LEVEL, remove_level, Action.CHANGE_POLICIES),
        (ids.POLICY_LEAVE_LEVEL, leave_level, Action.CHANGE_POLICIES),
    ):
        bolt.action(action_id)(serve(listener, action, Click))
    for callback_id, listener in (
        (ids.MODAL_POLICY_LEVEL, keep_level),
        (ids.MODAL_POLICY, preview),
        (ids.MODAL_POLICY_PREVIEW, save),
    ):
        bolt.view(callback_id)(serve(listener, Action.CHANGE_POLICIES, Submission))


async def open_list(desk: Desk, asked: Asked) -> Answer:
    """In the place of the modal that was clicked in: Slack stacks three at most, and the preview is the third."""
    return Redraw(await _list(desk, asked, ""))


async def list_named(desk: Desk, asked: Asked, word: str) -> Answer:
    """All policies, or those with a word in their name."""
    return Open(await _list(desk, asked, word))


async def _list(desk: Desk, asked: Asked, word: str) -> dict[str, Any]:
    async with desk.db.read() as conn:
        lines = await queries.listed(conn, desk.catalogue(), asked.user)
    wanted = readable(word).casefold()
    found = [line for line in lines if wanted in f"{line.id} {line.name}".casefold()]
    if word and not found:
        raise Wrong(say("policies", "none_named", word))
    may_make = refused_policies(desk.catalogue(), asked.user) is None
    return modals.listed(found, may_make=may_make)


async def open_one(desk: Desk, asked: Asked) -> Answer:
    found = await _the_policy(desk, asked)
    async with desk.db.read() as conn:
        shown = await queries.preview(conn, desk.catalogue(), found.policy, desk.clock.now())
    return Open(modals.opened(found, shown))


async def new(desk: Desk, asked: Asked) -> Answer:
    if refused := refused_policies(desk.catalogue(), asked.user):
        raise Wrong(refused)
    return Open(_form(desk, PolicyDraft()))


async def edit(desk: Desk, asked: Asked) -> Answer:
    """From the list the form opens above it; from the policy itself it takes its place, for the preview's sake."""
    found = await _the_policy(desk, asked)
    if found.refusal:
        raise Wrong(found.refusal)
    shown = _form(desk, form.draft_of(drafts.policy_entry(found.policy), found.version))
    opened = (asked.view or {}).get("callback_id") == ids.MODAL_POLICY_OPENED
    return Redraw(shown) if opened else Open(shown)


async def delete(desk: Desk, asked: Asked) -> Answer:
    gone = await policies.delete(desk.db, PolicyId(asked.value), asked.user)
    return Redraw(text.view("Escalation policies", render.deleted(gone.name if gone else None).blocks))


async def add_level(desk: Desk, asked: Asked) -> Answer:
    draft = form.read(asked.view or {})
    return Redraw(policy_level.view(draft, len(draft.levels), desk.catalogue()))


async def edit_level(desk: Desk, asked: Asked) -> Answer:
    return Redraw(policy_level.view(form.read(asked.view or {}), int(asked.value), desk.catalogue()))


async def raise_level(desk: Desk, asked: Asked) -> Answer:
    return Redraw(_form(desk, form.read(asked.view or {}).with_level_raised(int(asked.value))))


async def remove_level(desk: Desk, asked: Asked) -> Answer:
    return Redraw(_form(desk, form.read(asked.view or {}).without_level(int(asked.value))))


async def leave_level(desk: Desk, asked: Asked) -> Answer:
    return Redraw(_form(desk, form.carried_draft(asked.view or {})))


async def keep_level(desk: Desk, asked: Asked) -> Answer:
    """The level goes into the form, which comes back; nothing is saved."""
    shown = asked.view or {}
    at, level = policy_level.place(shown), policy_level.read(shown, person_namer(desk.catalogue()))
    wanted = drafts.level(level)
    if not isinstance(wanted, Level):
        mistakes = [(one.at, one.sentence) for one in wanted]
        return FieldErrors(policy_level.errors(level, at, mistakes))
    return Redraw(_form(desk, form.carried_draft(shown).with_level(at, level)))


async def preview(desk: Desk, asked: Asked) -> Answer:
    """Nothing is saved; what is wrong is said at its field."""
    draft = form.read(asked.view or {})
    entry = form.entry_of(draft, draft.policy or identity(draft.name, "policy"))
    wanted = drafts.policy(entry, desk.catalogue())
    if not isinstance(wanted, Policy):
        return FieldErrors(form.errors(draft, [(one.at, one.sentence) for one in wanted]))
    found = await policies.refusals(desk.db, Change(wanted, draft.version), asked.user)
    if found:
        return FieldErrors(form.errors(draft, [(_place(one.field), one.sentence) for one in found]))
    shown = await _preview(desk, wanted, Previewed(drafts.policy_entry(wanted), draft.version))
    return FieldErrors({"name": say("policies", "too_long")}) if shown is None else Push(shown)


async def save(desk: Desk, asked: Asked) -> Answer:
    carried = modals.read_preview(asked.view or {})
    wanted = drafts.policy(carried.entry, desk.catalogue())
    if not isinstance(wanted, Policy):
        raise Wrong(f"{wanted[0].sentence} Go back to the form. Nothing was saved.")
    done = await policies.save(desk.db, Change(wanted, carried.version), asked.user)
    if isinstance(done, Outdated):
        warning = render.outdated(deleted=not done.version)
        return Redraw(await _preview(desk, wanted, Previewed(carried.entry, done.version), warning) or {})
    return Tell(render.saved(done.policy.name, done.is_new), closes_all=True)


async def _preview(
    desk: Desk, wanted: Policy, carried: Previewed, warning: Block | None = None
) -> dict[str, Any] | None:
    async with desk.db.read() as conn:
        shown = await queries.preview(conn, desk.catalogue(), wanted, desk.clock.now())
    return modals.preview(shown, carried, warning)


async def _the_policy(desk: Desk, asked: Asked) -> PolicyEditable:
    async with desk.db.read() as conn:
        found = await queries.editable(conn, desk.catalogue(), PolicyId(asked.value), asked.user)
    if found is None:
        raise Wrong(f"There is no policy {asked.value} any more. Nothing was changed.")
    return found


def _form(desk: Desk, draft: PolicyDraft) -> dict[str, Any]:
    catalogue = desk.catalogue()
    others = sorted((one.name, one.id) for one in catalogue.policies.values())
    return form.view(draft, _lines(desk, draft), [(policy, name) for name, policy in others])


def _lines(desk: Desk, draft: PolicyDraft) -> list[LevelLine]:
    found = (drafts.level(level) for level in draft.levels)
    levels = [level if isinstance(level, Level) else Level(()) for level in found]
    return [level_line(desk.catalogue(), level, number) for number, level in enumerate(levels, 1)]


def _place(field: str) -> tuple[str | int, ...]:
    """`targets:2` as a place of the entry."""
    name, _, number = field.partition(":")
    return ("levels", int(number), name) if number else (name,)
