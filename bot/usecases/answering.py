"""A person answers a page outside Slack: by a one-tap link, an SMS or a telephone's keys."""

from __future__ import annotations

from bot.core import escalation, permissions
from bot.core.called import Answer, may_answer
from bot.core.catalogue import Catalogue
from bot.core.decision import Decision, Reply
from bot.core.ids import PageId, UserId, by_user
from bot.core.permissions import Action
from bot.errors import NotAllowed
from bot.store import members
from bot.store.database import Database
from bot.usecases import paging


async def answer(
    db: Database, catalogue: Catalogue, page: PageId, by: UserId, what: Answer, step: int
) -> Decision:
    """Act as `by`, as the button of the same name in Slack does.

    `step` is the page's step that they know of. A provider repeats its calls and a thumb taps twice: an escalation from
    a step that is over changes nothing and answers `Reply.NOT_DUE`. Raises `NotAllowed` for whoever may not
    answer; see `may_answer`.
    """
    async with db.read() as conn:
        standing = await members.standing(conn, by)
    if not may_answer(standing):
        raise NotAllowed(permissions.refusal(Action.WORK_PAGE, standing))
    match what:
        case Answer.ACKNOWLEDGE:
            return await paging.acknowledge(db, catalogue, page, by)
        case Answer.DECLINE:
            return await paging.decline(db, catalogue, page, by)
        case Answer.ESCALATE:
            return await _escalate(db, catalogue, page, by, step)


async def _escalate(db: Database, catalogue: Catalogue, page: PageId, by: UserId, step: int) -> Decision:
    async with db.write(first=True) as tx:
        return await paging.act(
            tx,
            catalogue,
            page,
            lambda found, roster: (
                escalation.escalate(found, by_user(by), roster, tx.now)
                if found.step == step
                else Decision(found, Reply.OVER if not found.is_open else Reply.NOT_DUE)
            ),
        )
