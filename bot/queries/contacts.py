"""How somebody is reached: their methods, their rules, and what this installation can carry."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.catalogue import Catalogue
from bot.core.contact import ContactMethod, MethodKind, Urgency, rings
from bot.core.contact_views import PlannedMethod, ReachView, RuleSet, name_of
from bot.core.ids import ContactId, UserId
from bot.core.reaching import Wishes, plan, slack_dm
from bot.queries import people
from bot.store import contacts, reach_tests


async def reach(conn: AsyncConnection, catalogue: Catalogue, user: UserId, now: datetime) -> ReachView:
    """For `user` alone: it holds their addresses."""
    methods = (await contacts.of_users(conn, [user])).get(user, [])
    wishes = await contacts.wishes_of(conn, [user])
    heard = await reach_tests.latest(conn, user)
    return ReachView(
        user=user,
        methods=tuple(methods),
        high=_rules(methods, wishes.get((user, Urgency.HIGH), Wishes()), Urgency.HIGH, user, now),
        low=_rules(methods, wishes.get((user, Urgency.LOW), Wishes()), Urgency.LOW, user, now),
        zone=(await people.zone_of(conn, user)).key,
        carried=_carried(catalogue),
        slack_heard_at=heard.seen_at if heard else None,
    )


def _rules(
    methods: list[ContactMethod], wishes: Wishes, urgency: Urgency, user: UserId, now: datetime
) -> RuleSet:
    """By the very plan that a page follows, outside all quiet hours."""
    planned = plan((slack_dm(user, now), *methods), Wishes(wishes.rules), urgency, None, now)
    attempts = tuple(
        PlannedMethod(
            one.method.id,
            one.method.kind,
            "Slack" if one.method.kind is MethodKind.SLACK else name_of(one.method),
            one.after,
        )
        for one in planned.attempts
    )
    unused = tuple(name_of(skip.method) for skip in planned.skips if skip.method.verified_at is not None)
    return RuleSet(urgency, wishes.rules is not None, attempts, unused, wishes.quiet)


def _carried(catalogue: Catalogue) -> tuple[MethodKind, ...]:
    """A webhook of one's own needs no provider."""
    found = {kind for provider in catalogue.providers.values() for kind in provider.methods}
    return tuple(kind for kind in MethodKind if kind in found | {MethodKind.WEBHOOK})


async def ringing(conn: AsyncConnection, user: UserId) -> tuple[MethodKind, ...]:
    """The kinds of their verified methods that ring although Slack is silent."""
    return rings((await contacts.of_users(conn, [user])).get(user, ()))


async def of_owner(conn: AsyncConnection, user: UserId, number: ContactId) -> ContactMethod | None:
    """None for somebody else's."""
    method = await contacts.load(conn, number)
    return method if method is not None and method.user == user else None
