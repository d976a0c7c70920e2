"""The company as it is now: configured objects and the workspace's people become one catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.core.catalogue import COMMANDER, Catalogue, Integration, KnownGroup, Person, Role, Severity, Team
from bot.core.configuration import ConfigObject, Defaults, Kind
from bot.core.frozen import dataclass
from bot.core.ids import PersonId, RoleId, SeverityId, TeamId, UserId
from bot.core.schedule import Schedule
from bot.core.user_group import SlackGroup

DEFAULT_SEVERITIES = (
    Severity(SeverityId("SEV1"), "SEV1", "Customers cannot use the product, or data is being lost", 1),
    Severity(SeverityId("SEV2"), "SEV2", "An important function is broken or slow for many customers", 2),
    Severity(SeverityId("SEV3"), "SEV3", "A few customers are affected, or there is a way around it", 3),
    Severity(SeverityId("SEV4"), "SEV4", "No customer notices; it can wait for working hours", 4),
)
"""In force when no severity is configured."""
DEFAULT_ROLES = (
    Role(COMMANDER, "Incident commander"),
    Role(RoleId("communications"), "Communications lead"),
    Role(RoleId("scribe"), "Scribe"),
)
"""In force when no role is configured."""

USUAL_WORDS = (
    ("critical", "page", "sev1", "p1", "fatal", "emergency", "disaster"),
    ("error", "high", "major", "sev2", "p2"),
    ("warning", "warn", "medium", "moderate", "minor", "average", "sev3", "p3"),
    (
        "info",
        "informational",
        "information",
        "low",
        "notice",
        "debug",
        "none",
        "ok",
        "sev4",
        "p4",
        "sev5",
        "p5",
    ),
)
"""What sources say for the worst severity, the second, the third and the fourth."""


@dataclass(frozen=True)
class SlackUser:
    """A member of the workspace, as far as configuration points at one; `usable`: an active account of a person."""

    id: UserId
    name: str
    email: str
    time_zone: str
    usable: bool


def catalogue(
    objects: Iterable[ConfigObject],
    roster: Sequence[SlackUser],
    revision: int,
    groups: Iterable[SlackGroup] = (),
    groups_revision: int = 0,
) -> Catalogue:
    """Everything by id, with defaults filled in and people found in the workspace.

    An empty roster means that Slack has not told yet: people named by their user id count as reachable.
    """
    found: dict[Kind, dict[Any, Any]] = {kind: {} for kind in Kind}
    for one in objects:
        found[one.kind][one.key] = one.content()
    severities = found[Kind.SEVERITY] or {severity.id: severity for severity in DEFAULT_SEVERITIES}
    settings: Defaults = found[Kind.SETTINGS].get("settings", Defaults())
    people = find_people(found[Kind.PERSON], roster)
    words = usual_severities(severities.values())
    company = Catalogue(
        revision=revision,
        people=people,
        teams=found[Kind.TEAM],
        services=found[Kind.SERVICE],
        schedules={key: _with_owner(one, found[Kind.TEAM]) for key, one in found[Kind.SCHEDULE].items()},
        policies=found[Kind.POLICY],
        providers=dict(sorted(found[Kind.PROVIDER].items(), key=lambda one: one[1].rank)),
        webhooks=found[Kind.WEBHOOK],
        integrations={key: _with_words(one, words) for key, one in found[Kind.INTEGRATION].items()},
        severities=severities,
        roles=found[Kind.ROLE] or {role.id: role for role in DEFAULT_ROLES},
        default_policy=settings.default_policy,
        fallback_channel=settings.fallback_channel,
        announcement_channel=settings.announcement_channel,
        admins=settings.admins,
        admins_from=settings.admins_from,
        groups_revision=groups_revision,
    )
    return with_user_groups(company, groups, frozenset(user.id for user in roster if not user.usable))


def with_user_groups(
    company: Catalogue, groups: Iterable[SlackGroup], unusable: frozenset[UserId] = frozenset()
) -> Catalogue:
    """The company with its user groups: their members join the teams and admins that are read from them.

    Whoever is not listed as a person is known by their Slack id; `unusable` accounts belong to no group.
    """
    people = {person.user_id: person.id for person in company.people.values() if person.user_id}
    known = {
        group.handle: KnownGroup(
            group.id,
            group.handle,
            tuple(people.get(user, PersonId(user)) for user in group.members if user not in unusable),
        )
        for group in groups
        if not group.disabled
    }

    def joined(listed: tuple[PersonId, ...], handle: str | None) -> tuple[PersonId, ...]:
        group = known.get(handle) if handle else None
        return tuple(dict.fromkeys((*listed, *group.members))) if group else listed

    return replace(
        company,
        teams={
            key: replace(team, members=joined(team.members, team.members_from))
            for key, team in company.teams.items()
        },
        admins=joined(company.admins, company.admins_from),
        user_groups=known,
    )


def usual_severities(severities: Iterable[Severity]) -> dict[str, SeverityId]:
    """A sender's usual words, lower case, to our severities: by rank, and by the severities' own ids.

    On a shorter scale than four the mildest stands for the rest.
    """
    ranked = sorted(severities, key=lambda severity: severity.rank)
    words = {
        word: ranked[min(rank, len(ranked) - 1)].id
        for rank, usual in enumerate(USUAL_WORDS)
        for word in usual
        if ranked
    }
    return words | {severity.id.casefold(): severity.id for severity in ranked}


def _with_words(integration: Integration, words: Mapping[str, SeverityId]) -> Integration:
    return replace(integration, severities={**words, **integration.severities})


def _with_owner(schedule: Schedule, teams: Mapping[TeamId, Team]) -> Schedule:
    """A schedule that names no owner has its team's."""
    team = teams.get(schedule.team) if schedule.team else None
    return schedule if schedule.owner or not team else replace(schedule, owner=team.owner)


def find_people(people: Mapping[PersonId, Person], roster: Sequence[SlackUser]) -> dict[PersonId, Person]:
    """Each person with their Slack user: by id, then e-mail address, then handle; active accounts before others."""
    # Of two accounts with one name the later entry holds, so the usable ones come last.
    ordered = sorted(roster, key=lambda user: user.usable)
    ids = {user.id: user for user in ordered}
    emails = {user.email.casefold(): user for user in ordered if user.email}
    handles = {user.name.casefold(): user for user in ordered if user.name}

    def find(person: Person) -> Person:
        name = person.slack.removeprefix("@").casefold()
        user = ids.get(UserId(person.slack)) or emails.get(name) or handles.get(name)
        if user is not None:
            zone = person.time_zone or user.time_zone
            return replace(person, user_id=user.id, time_zone=zone, reachable=user.usable)
        if is_user_id(person.slack):
            return replace(person, user_id=UserId(person.slack), reachable=not roster)
        return replace(person, user_id=None, reachable=False)

    return {key: find(person) for key, person in people.items()}


def is_user_id(text: str) -> bool:
    """Whether a text has the form of a Slack user id."""
    return text[:1] in ("U", "W") and len(text) > 5 and text.isalnum() and text.isupper()
