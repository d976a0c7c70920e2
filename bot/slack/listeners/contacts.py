"""How somebody is reached: their methods, codes, tests and rules, in one modal whose forms take its place."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from bot.core.contact import ContactMethod, Urgency
from bot.core.contact_views import ReachView
from bot.core.ids import ContactId
from bot.core.permissions import Action
from bot.queries import contacts as queries
from bot.slack import ids
from bot.slack.listeners.answering import Click, Submission
from bot.slack.listeners.asking import Answer, Asked, Desk, FieldErrors, Open, Redraw
from bot.slack.listeners.serving import Serve
from bot.slack.modals import contacts as modal
from bot.usecases import contact_methods, reachability


def register(bolt: AsyncApp, serve: Serve) -> None:
    for action_id, listener in (
        (ids.CONTACTS, show),
        (ids.CONTACT_ADD, open_new),
        (ids.CONTACT_DO, do),
        (ids.CONTACT_RESEND, resend),
        (ids.CONTACT_RULES, open_rules),
        (ids.CONTACT_HEARD, heard),
    ):
        bolt.action(action_id)(serve(listener, Action.PLAN_ON_CALL, Click))
    bolt.view(ids.MODAL_CONTACT)(serve(add, Action.PLAN_ON_CALL, Submission, once=True))
    bolt.view(ids.MODAL_CONTACT_CODE)(serve(verify, Action.PLAN_ON_CALL, Submission))
    bolt.view(ids.MODAL_CONTACT_RULES)(serve(save_rules, Action.PLAN_ON_CALL, Submission))


async def show(desk: Desk, asked: Asked) -> Answer:
    return Open(modal.listed(await _view(desk, asked)))


async def open_new(desk: Desk, asked: Asked) -> Answer:
    return Redraw(modal.new((await _view(desk, asked)).carried))


async def add(desk: Desk, asked: Asked) -> Answer:
    filled = modal.read_new(asked.view or {})
    if isinstance(filled, dict):
        return FieldErrors(filled)
    method = await contact_methods.add(desk.db, asked.user, filled.kind, filled.address, filled.label)
    return await _listed(desk, asked) if method.verified_at else Redraw(modal.code(method))


async def verify(desk: Desk, asked: Asked) -> Answer:
    number, typed = modal.read_code(asked.view or {})
    await contact_methods.verify(desk.db, asked.user, number, typed)
    return await _listed(desk, asked)


async def do(desk: Desk, asked: Asked) -> Answer:
    """What was chosen of a method's menu."""
    number = ContactId(int(asked.value.rpartition(":")[2]))
    match asked.option:
        case "test":
            test = await contact_methods.test(desk.db, asked.user, number)
            async with desk.db.read() as conn:
                method = await queries.of_owner(conn, asked.user, number)
            return await _listed(desk, asked, (test, method) if method else None)
        case "code":
            async with desk.db.read() as conn:
                method = await queries.of_owner(conn, asked.user, number)
            return Redraw(modal.code(method)) if method else await _listed(desk, asked)
        case "resend":
            return Redraw(modal.code(await contact_methods.send_code(desk.db, asked.user, number)))
        case _:
            await contact_methods.remove(desk.db, asked.user, number)
            return await _listed(desk, asked)


async def resend(desk: Desk, asked: Asked) -> Answer:
    return Redraw(
        modal.code(await contact_methods.send_code(desk.db, asked.user, ContactId(int(asked.value))))
    )


async def heard(desk: Desk, asked: Asked) -> Answer:
    await reachability.heard(desk.db, int(asked.value), asked.user)
    return await _listed(desk, asked)


async def open_rules(desk: Desk, asked: Asked) -> Answer:
    return Redraw(modal.rules(await _view(desk, asked), Urgency(asked.value)))


async def save_rules(desk: Desk, asked: Asked) -> Answer:
    filled = modal.read_rules(asked.view or {}, await _view(desk, asked))
    if isinstance(filled, dict):
        return FieldErrors(filled)
    await contact_methods.wish(desk.db, asked.user, *filled)
    return await _listed(desk, asked)


async def _listed(desk: Desk, asked: Asked, tested: tuple[int, ContactMethod] | None = None) -> Answer:
    return Redraw(modal.listed(await _view(desk, asked), tested))


async def _view(desk: Desk, asked: Asked) -> ReachView:
    async with desk.db.read() as conn:
        return await queries.reach(conn, desk.catalogue(), asked.user, desk.clock.now())
