"""The company as it is configured: people, teams, services, policies, integrations and their defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from functools import cached_property

from bot.core.contact import MethodKind
from bot.core.frozen import dataclass
from bot.core.ids import (
    IntegrationId,
    PersonId,
    PolicyId,
    ProviderId,
    RoleId,
    ScheduleId,
    ServiceId,
    SeverityId,
    TeamId,
    UserId,
    WebhookId,
)
from bot.core.policy import Policy
from bot.core.running_policy import running
from bot.core.schedule import Restriction, Schedule


@dataclass(frozen=True)
class Person:
    """Somebody named in configuration; `user_id` is None while no such Slack user is known."""

    id: PersonId
    name: str
    slack: str
    """How configuration points at the Slack user: an id, an e-mail address or a handle."""
    user_id: UserId | None = None
    time_zone: str | None = None
    reachable: bool = True
    """False when the Slack account is deactivated or unknown: nothing can be sent to it."""
    manager: PersonId | None = None
    """Whom a level with the target `manager` pages after this person."""


@dataclass(frozen=True)
class Team:
    id: TeamId
    name: str
    members: tuple[PersonId, ...] = ()
    channel: str | None = None
    """A Slack channel name (`#payments`) or id where the team sees its pages."""
    owner: PersonId | None = None
    members_from: str | None = None
    """A Slack user group whose members belong to it too, by handle: `@payments`."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Its own wording, by what is worded (`bot.templates.own`)."""


@dataclass(frozen=True)
class SupportHours:
    """When somebody works on a service anyway, by the clocks of a zone."""

    time_zone: str
    hours: tuple[Restriction, ...]


class ServiceUrgency(StrEnum):
    """How hard the pages of a service wake people."""

    HIGH = "high"
    LOW = "low"
    SUPPORT_HOURS = "support_hours"
    """High in its support hours; low outside, until they begin."""


@dataclass(frozen=True)
class SeverityRule:
    """The severity of a service's alert when a CEL expression holds; see `bot.core.conditions`."""

    when: str
    severity: SeverityId


@dataclass(frozen=True)
class Service:
    id: ServiceId
    name: str
    team: TeamId | None = None
    tier: int | None = None
    policy: PolicyId | None = None
    runbook: str | None = None
    dashboard: str | None = None
    description: str = ""
    urgency: ServiceUrgency = ServiceUrgency.HIGH
    support_hours: SupportHours | None = None
    severity_rules: tuple[SeverityRule, ...] = ()
    """The first whose condition holds decides, over what the source says."""


class IntegrationType(StrEnum):
    GENERIC = "generic"
    ALERTMANAGER = "alertmanager"
    SLACK = "slack"


@dataclass(frozen=True)
class Integration:
    """A source of alerts; `token_hash` is SHA-256 in hex, the token itself is not kept."""

    id: IntegrationId
    name: str
    type: IntegrationType
    token_hash: str | None = None
    channel: str | None = None
    """For `slack`: the watched channel's name or id."""
    service: ServiceId | None = None
    """The service of an alert that names none."""
    severities: Mapping[str, SeverityId] = field(default_factory=dict)
    """The sender's word, lower case, to ours."""


class ProviderType(StrEnum):
    SMTP = "smtp"
    TWILIO = "twilio"
    APPRISE = "apprise"


@dataclass(frozen=True)
class Provider:
    """Who carries messages of some methods; of several for one method the first that is well is asked first.

    Secrets stay in the environment: `secret_env` names the variable.
    """

    id: ProviderId
    type: ProviderType
    methods: tuple[MethodKind, ...]
    rank: int = 0
    """1 is asked first."""
    url: str = ""
    """smtp: `smtp://user@host:587` or `smtps://…`; twilio: another API address, for tests and proxies."""
    account: str = ""
    """twilio: the account SID."""
    sender: str = ""
    """smtp: the From address; twilio: an E.164 number or messaging service SID."""
    secret_env: str = ""
    """smtp: the password; twilio: the auth token; apprise: an Apprise URL in which `{to}` stands for the address."""


@dataclass(frozen=True)
class Webhook:
    """An address of a team's own that pages are posted to, signed with the secret in the environment."""

    id: WebhookId
    name: str
    url: str
    secret_env: str = ""
    owner: PersonId | None = None
    """Who is told when it does not answer any more."""


@dataclass(frozen=True)
class Severity:
    id: SeverityId
    name: str
    criteria: str
    rank: int
    """1 is the worst."""


@dataclass(frozen=True)
class KnownGroup:
    """A Slack user group as Slack last told; of its members those whose accounts are active."""

    id: str
    handle: str
    """With its `@`."""
    members: tuple[PersonId, ...] = ()


@dataclass(frozen=True)
class Role:
    id: RoleId
    name: str


COMMANDER = RoleId("commander")


@dataclass(frozen=True)
class Catalogue:
    """All that is configured, by id; `revision` changes with every change to it."""

    revision: int = 0
    people: Mapping[PersonId, Person] = field(default_factory=dict)
    teams: Mapping[TeamId, Team] = field(default_factory=dict)
    services: Mapping[ServiceId, Service] = field(default_factory=dict)
    schedules: Mapping[ScheduleId, Schedule] = field(default_factory=dict)
    policies: Mapping[PolicyId, Policy] = field(default_factory=dict)
    providers: Mapping[ProviderId, Provider] = field(default_factory=dict)
    """In the order in which they are asked."""
    webhooks: Mapping[WebhookId, Webhook] = field(default_factory=dict)
    integrations: Mapping[IntegrationId, Integration] = field(default_factory=dict)
    severities: Mapping[SeverityId, Severity] = field(default_factory=dict)
    roles: Mapping[RoleId, Role] = field(default_factory=dict)
    default_policy: PolicyId | None = None
    fallback_channel: str | None = None
    """Where Tocsin speaks when a page reaches nobody."""
    announcement_channel: str | None = None
    admins: tuple[PersonId, ...] = ()
    admins_from: str | None = None
    """A Slack user group whose members are admins too, by handle."""
    user_groups: Mapping[str, KnownGroup] = field(default_factory=dict)
    """By handle; without those that are disabled."""
    groups_revision: int = 0
    """Changes with everything that Slack tells of user groups."""

    @cached_property
    def service_by_word(self) -> Mapping[str, ServiceId]:
        """Services by id and by shown name, case-folded; of two with the same name the first."""
        found: dict[str, ServiceId] = {}
        for service in self.services.values():
            found.setdefault(service.id.casefold(), service.id)
            found.setdefault(service.name.casefold(), service.id)
        return found

    @cached_property
    def running_policies(self) -> Mapping[PolicyId, Policy]:
        """Each policy as a page that begins now runs it."""
        return {key: running(policy, self.policies) for key, policy in self.policies.items()}

    def policy_for(self, service: ServiceId | None) -> Policy | None:
        """The service's policy as a page runs it; the default for an unknown service or one without (PRODUCT §2)."""
        known = self.services.get(service) if service else None
        chosen = (known and known.policy) or self.default_policy
        return self.running_policies.get(chosen) if chosen else None

    def user_id(self, person: PersonId) -> UserId | None:
        """The Slack user of a person; somebody unlisted is known by the Slack id itself."""
        listed = self.people.get(person)
        if listed is not None:
            return listed.user_id
        return UserId(person) if person[:1] in "UW" and person.isupper() else None

    def person_of(self, user: UserId) -> Person | None:
        return next((p for p in self.people.values() if p.user_id == user), None)

    def ranked_severities(self) -> tuple[Severity, ...]:
        return tuple(sorted(self.severities.values(), key=lambda severity: severity.rank))

    def rank(self, severity: SeverityId | None) -> int:
        """Lower is worse; an unknown or missing severity is the mildest."""
        known = self.severities.get(severity) if severity else None
        return known.rank if known else 1_000

    def worst(self, *severities: SeverityId | None) -> SeverityId | None:
        return min(severities, key=self.rank, default=None)
