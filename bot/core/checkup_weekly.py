"""Which findings somebody hears on Mondays: what is theirs to mend, and nobody's to the admins. Pure."""

from __future__ import annotations

from collections.abc import Collection

from bot.core import oversight
from bot.core.catalogue import Catalogue
from bot.core.checkup import Company, Finding, Topic
from bot.core.contact import RINGS
from bot.core.ids import PersonId, UserId

OF_SCHEDULES = frozenset({Topic.GAP})
"""Told with the schedules, day by day."""
OF_PEOPLE = frozenset({Topic.NO_ACCOUNT, Topic.NOTHING_RINGS})


def told_weekly(company: Company, reader: UserId, told: Collection[str] = ()) -> tuple[Finding, ...]:
    """The serious first, and each topic together; `told` are the names of people of whom the reader hears anyway.

    That nothing rings is left out where no provider carries anything that does: nobody could help it.
    """
    found = [
        finding
        for finding in company.findings
        if finding.topic not in OF_SCHEDULES
        and not (finding.topic in OF_PEOPLE and finding.subject in told)
        and (finding.topic is not Topic.NOTHING_RINGS or RINGS & company.carried)
        and _concerns(company.catalogue, finding, reader)
    ]
    topics = list(Topic)
    return tuple(sorted(found, key=lambda one: (not one.is_serious, topics.index(one.topic))))


def _concerns(catalogue: Catalogue, finding: Finding, reader: UserId) -> bool:
    hearing = [owner for owner in finding.owners if not oversight.unreachable(catalogue, owner)]
    return reader in (catalogue.user_id(person) for person in hearing or catalogue.admins)


def readers(catalogue: Catalogue) -> tuple[PersonId, ...]:
    """Everybody of whom `told_weekly` may tell something."""
    owners = [team.owner for team in catalogue.teams.values()]
    owners += [schedule.owner for schedule in catalogue.schedules.values()]
    owners += [webhook.owner for webhook in catalogue.webhooks.values()]
    named = dict.fromkeys(owner for owner in (*owners, *catalogue.admins) if owner)
    return tuple(person for person in named if not oversight.unreachable(catalogue, person))
