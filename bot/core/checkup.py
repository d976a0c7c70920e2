"""What is wrong with a company's paging before anybody is paged: who cannot be woken, which chains lead nowhere. Pure.

To add a finding: a function from a `Company` to `Finding`s, in `LOOKS`; its sentence in `bot/templates/checkup.j2`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from bot.core import oversight, roster
from bot.core.catalogue import Catalogue
from bot.core.contact import RINGS, ContactMethod, MethodKind
from bot.core.frozen import dataclass
from bot.core.ids import PageId, PersonId, PolicyId, ServiceId, SeverityId, TeamId, UserId, WebhookId
from bot.core.policy import CHOSEN_BY_HAND, Level, Policy, Target, TargetKind
from bot.core.provider_health import Trouble
from bot.core.running_policy import named
from bot.core.schedule import AllChanges

TESTED_WITHIN = timedelta(days=90)
MANY_ALERTS = 10
"""Of one severity alone: fewer say nothing."""
ALERTS_OF = timedelta(days=30)


class Topic(StrEnum):
    NOBODY_KNOWN = "nobody_known"
    NO_ACCOUNT = "no_account"
    EMPTY_LEVEL = "empty_level"
    GAP = "gap"
    NOTHING_RINGS = "nothing_rings"
    METHOD_FAILED = "method_failed"
    NO_CARRIER = "no_carrier"
    PROVIDER_DOWN = "provider_down"
    UNTESTED = "untested"
    JUMP = "jump"
    ALL_WORST = "all_worst"
    UNUSED_POLICY = "unused_policy"
    NO_OWNER = "no_owner"
    TEAM_WITHOUT_OWNER = "team_without_owner"
    OLD_POLICY = "old_policy"
    PAGES_GONE = "pages_gone"
    NO_PUBLIC_URL = "no_public_url"


SERIOUS = frozenset(
    {
        Topic.NOBODY_KNOWN,
        Topic.NO_ACCOUNT,
        Topic.EMPTY_LEVEL,
        Topic.METHOD_FAILED,
        Topic.NO_CARRIER,
        Topic.PROVIDER_DOWN,
    }
)
"""Somebody would not be reached who should be."""


@dataclass(frozen=True)
class Finding:
    topic: Topic
    subject: str
    """The person's, policy's, service's or team's name."""
    detail: Mapping[str, object] = field(default_factory=dict)
    owners: tuple[PersonId, ...] = ()
    """Whose it is to mend: the owners of its teams and schedules; of nobody's, the admins'."""

    @property
    def is_serious(self) -> bool:
        return self.topic in SERIOUS


@dataclass(frozen=True)
class RunningPage:
    """An open page, with the policy as it was when the page began."""

    id: PageId
    policy: Policy
    people: tuple[UserId, ...]


@dataclass(frozen=True)
class Company:
    """All that is looked at."""

    catalogue: Catalogue
    changes: AllChanges
    now: datetime
    methods: Mapping[UserId, Sequence[ContactMethod]] = field(default_factory=dict)
    troubles: Sequence[Trouble] = ()
    open_pages: Sequence[RunningPage] = ()
    alerts: Mapping[ServiceId, Mapping[SeverityId, int]] = field(default_factory=dict)
    """How many of each severity in `ALERTS_OF`."""
    public_url: bool = True

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """As `look`, once for everybody who is told of them."""
        return look(self)

    @cached_property
    def carried(self) -> frozenset[MethodKind]:
        """By which methods some provider carries messages."""
        return frozenset(kind for one in self.catalogue.providers.values() for kind in one.methods)

    def name(self, person: PersonId) -> str:
        known = self.catalogue.people.get(person)
        return known.name if known else person

    def owners(self, *teams: TeamId | None) -> tuple[PersonId, ...]:
        known = [self.catalogue.teams.get(team) for team in teams if team is not None]
        return tuple(dict.fromkeys(team.owner for team in known if team and team.owner))

    def owners_of_service(self, service: ServiceId) -> tuple[PersonId, ...]:
        known = self.catalogue.services.get(service)
        return self.owners(known.team) if known else ()

    def owners_of_policy(self, policy: PolicyId) -> tuple[PersonId, ...]:
        """Of the services whose pages begin with it."""
        services = self.catalogue.services.values()
        return self.owners(*(service.team for service in services if service.policy == policy))

    @cached_property
    def owners_of_people(self) -> Mapping[PersonId, tuple[PersonId, ...]]:
        """The owners of the teams and of the schedules that each person is in."""
        teams, schedules = self.catalogue.teams.values(), self.catalogue.schedules.values()
        looked_after = [(team.owner, team.members) for team in teams if team.owner]
        looked_after += [(one.owner, tuple(one.people)) for one in schedules if one.owner]
        found: dict[PersonId, dict[PersonId, None]] = {}
        for owner, people in looked_after:
            for person in people:
                found.setdefault(person, {})[owner] = None
        return {person: tuple(owners) for person, owners in found.items()}

    def paged(self) -> dict[PersonId, str]:
        """Everybody whom a policy can lead to, with one way by which."""
        found: dict[PersonId, str] = {}
        for policy in self.catalogue.policies.values():
            for target in roster.targets(policy):
                for person, way in _people(self.catalogue, target):
                    found.setdefault(person, way or policy.name)
        return found


def look(company: Company) -> tuple[Finding, ...]:
    """Everything that is wrong, the serious first."""
    found = [finding for one in LOOKS for finding in one(company)]
    return tuple(sorted(found, key=lambda finding: not finding.is_serious))


def _people(catalogue: Catalogue, target: Target) -> Iterator[tuple[PersonId, str]]:
    match target.kind:
        case TargetKind.USER:
            yield PersonId(target.id), ""
        case TargetKind.TEAM:
            teams = [one for one in catalogue.teams.values() if one.id == target.id]
            yield from ((person, team.name) for team in teams for person in team.members)
        case TargetKind.SCHEDULE:
            schedules = [one for one in catalogue.schedules.values() if one.id == target.id]
            yield from ((person, one.name) for one in schedules for person in one.people)
        case TargetKind.USER_GROUP:
            group = catalogue.user_groups.get(target.id)
            yield from ((person, target.id) for person in (group.members if group else ()))
        case _:
            return


def _nobody_known(company: Company) -> Iterator[Finding]:
    people = company.catalogue.people.values()
    if people and not any(person.user_id for person in people):
        yield Finding(Topic.NOBODY_KNOWN, "")


def _accounts(company: Company) -> Iterator[Finding]:
    if any(_nobody_known(company)):
        return
    for person, way in company.paged().items():
        listed = company.catalogue.people.get(person)
        if company.catalogue.user_id(person) is None or (listed is not None and not listed.reachable):
            owners = company.owners_of_people.get(person, ())
            yield Finding(Topic.NO_ACCOUNT, company.name(person), {"way": way}, owners)


def _levels(company: Company) -> Iterator[Finding]:
    """Levels that lead to nobody now. A manager is known only when somebody was paged."""
    if any(_nobody_known(company)):
        return
    for policy in company.catalogue.running_policies.values():
        reached = roster.resolve(policy, company.catalogue, company.changes, company.now)
        for number, level in enumerate(policy.levels, 1):
            if level.origin is None and all(reached[one].is_empty for one in level.targets if one in reached):
                reasons = [reached[one].reason for one in level.targets if one in reached]
                if reasons:
                    detail = {"level": number, "reasons": reasons}
                    owners = company.owners_of_policy(policy.id)
                    yield Finding(Topic.EMPTY_LEVEL, policy.name, detail, owners)


def _gaps(company: Company) -> Iterator[Finding]:
    for schedule in company.catalogue.schedules.values():
        gaps = oversight.ahead((schedule, company.changes.of(schedule.id)), company.now).gaps
        if gaps:
            detail = {"count": len(gaps), "at": gaps[0].starts_at}
            owners = (schedule.owner,) if schedule.owner else ()
            yield Finding(Topic.GAP, schedule.name, detail, owners)


def _methods(company: Company) -> Iterator[Finding]:
    for person, way in company.paged().items():
        user = company.catalogue.user_id(person)
        if user is None:
            continue
        theirs = company.methods.get(user, ())
        usable = [method for method in theirs if method.verified_at is not None]
        if not any(method.kind in RINGS for method in usable):
            owners = company.owners_of_people.get(person, ())
            yield Finding(Topic.NOTHING_RINGS, company.name(person), {"way": way}, owners)
        yield from _each_method(company, person, usable)


def _each_method(company: Company, person: PersonId, usable: Iterable[ContactMethod]) -> Iterator[Finding]:
    owners = company.owners_of_people.get(person, ())
    for method in usable:
        detail = {"method": method.kind.shown, "ending": method.ending, "problem": method.problem}
        if method.kind is not MethodKind.WEBHOOK and method.kind not in company.carried:
            yield Finding(Topic.NO_CARRIER, company.name(person), detail, owners)
        elif method.problem:
            yield Finding(Topic.METHOD_FAILED, company.name(person), detail, owners)
        elif method.tested_at is None or method.tested_at < company.now - TESTED_WITHIN:
            yield Finding(Topic.UNTESTED, company.name(person), detail, owners)


def _providers(company: Company) -> Iterator[Finding]:
    for trouble in company.troubles:
        kind, _, name = trouble.key.partition(":")
        detail = {"kind": kind, "reason": trouble.reason, "disabled": trouble.disabled_at is not None}
        webhook = company.catalogue.webhooks.get(WebhookId(name)) if kind == "webhook" else None
        owners = (webhook.owner,) if webhook and webhook.owner else ()
        yield Finding(Topic.PROVIDER_DOWN, name, detail, owners)


def _jumps(company: Company) -> Iterator[Finding]:
    """Chains that jump from the first responder to an executive, with nobody between them."""
    catalogue = company.catalogue
    for policy in catalogue.running_policies.values():
        if len(policy.levels) < 2:
            continue
        first, second = (_of_level(catalogue, level) for level in policy.levels[:2])
        above = [one for one in second if _is_executive(catalogue, one)]
        if first and above and len(above) == len(second) and not first & second:
            owners = company.owners_of_policy(policy.id)
            yield Finding(Topic.JUMP, policy.name, {"to": company.name(above[0])}, owners)


def _of_level(catalogue: Catalogue, level: Level) -> set[PersonId]:
    return {person for target in level.targets for person, _ in _people(catalogue, target)}


def _is_executive(catalogue: Catalogue, person: PersonId) -> bool:
    """Has no manager, and manages managers."""
    known = catalogue.people.get(person)
    if known is None or known.manager is not None:
        return False
    managers = {one.manager for one in catalogue.people.values() if one.manager}
    return any(one.manager == person and one.id in managers for one in catalogue.people.values())


def _severities(company: Company) -> Iterator[Finding]:
    ranked = company.catalogue.ranked_severities()
    worst = ranked[0].id if len(ranked) > 1 else None
    for service, counts in company.alerts.items():
        total = sum(counts.values())
        if worst and total >= MANY_ALERTS and counts.get(worst, 0) == total:
            known = company.catalogue.services.get(service)
            detail = {"severity": worst, "count": total}
            owners = company.owners_of_service(service)
            yield Finding(Topic.ALL_WORST, known.name if known else service, detail, owners)


def _policies(company: Company) -> Iterator[Finding]:
    used = _used(company.catalogue)
    for policy in company.catalogue.policies.values():
        if policy.id not in used:
            yield Finding(Topic.UNUSED_POLICY, policy.name)


def _used(catalogue: Catalogue) -> Collection[PolicyId]:
    """By the defaults, by services, and by policies that are used."""
    begins = {service.policy for service in catalogue.services.values()} | {catalogue.default_policy}
    found: set[PolicyId] = set()
    waiting = [one for one in begins if one is not None]
    while waiting:
        name = waiting.pop()
        policy = catalogue.policies.get(name)
        if policy is not None and name not in found:
            found.add(name)
            waiting.extend(named(policy))
    return found


def _owners(company: Company) -> Iterator[Finding]:
    for service in company.catalogue.services.values():
        if service.team is None:
            yield Finding(Topic.NO_OWNER, service.name)
    for team in company.catalogue.teams.values():
        if team.owner is None:
            yield Finding(Topic.TEAM_WITHOUT_OWNER, team.name)


def _running(company: Company) -> Iterator[Finding]:
    """Pages that go on as they began although the configuration is another by now."""
    for page in company.open_pages:
        if page.policy.id != CHOSEN_BY_HAND:
            present = company.catalogue.running_policies.get(page.policy.id)
            if present != page.policy:
                detail = {"policy": page.policy.name, "deleted": present is None}
                owners = company.owners_of_policy(page.policy.id)
                yield Finding(Topic.OLD_POLICY, f"P-{page.id}", detail, owners)
        gone = [user for user in page.people if _is_gone(company.catalogue, user)]
        if gone:
            owners = company.owners_of_policy(page.policy.id)
            yield Finding(Topic.PAGES_GONE, f"P-{page.id}", {"people": gone}, owners)


def _is_gone(catalogue: Catalogue, user: UserId) -> bool:
    person = catalogue.person_of(user)
    return person is None or not person.reachable


def _public_url(company: Company) -> Iterator[Finding]:
    outside = [m for theirs in company.methods.values() for m in theirs if m.verified_at is not None]
    if not company.public_url and (outside or company.catalogue.providers):
        yield Finding(Topic.NO_PUBLIC_URL, "")


LOOKS: Sequence[Callable[[Company], Iterator[Finding]]] = (
    _nobody_known,
    _accounts,
    _levels,
    _gaps,
    _methods,
    _providers,
    _jumps,
    _severities,
    _policies,
    _owners,
    _running,
    _public_url,
)
