"""Entries of the files become objects of the catalogue; they must have been checked before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.config.check import token_hash
from bot.config.entries import Item
from bot.config.policy_entries import PolicyEntry
from bot.config.policy_objects import policy_of
from bot.config.schema import (
    WITHOUT_METHODS,
    CalendarLayerEntry,
    IntegrationEntry,
    LayerEntry,
    PersonEntry,
    ProviderEntry,
    RestrictionEntry,
    RoleEntry,
    ScheduleEntry,
    ServiceEntry,
    SettingsEntry,
    SeverityEntry,
    SupportHoursEntry,
    TeamEntry,
    WebhookEntry,
)
from bot.config.values import WEEKDAYS
from bot.core.catalogue import (
    Integration,
    IntegrationType,
    Person,
    Provider,
    ProviderType,
    Role,
    Service,
    ServiceUrgency,
    Severity,
    SeverityRule,
    SupportHours,
    Team,
    Webhook,
)
from bot.core.configuration import ConfigObject, Configured, Defaults, Kind, packed
from bot.core.contact import MethodKind
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
    WebhookId,
)
from bot.core.schedule import (
    REMIND_BEFORE,
    CalendarLayer,
    GroupChanges,
    Layer,
    Restriction,
    RotationUnit,
    Schedule,
    TimeOfDay,
    TimeOfWeek,
    Weekday,
)


def objects(items: Iterable[Item], environ: Mapping[str, str]) -> tuple[ConfigObject, ...]:
    """The objects that the files declare; severities and providers rank in the order in which they stand.

    Each knows its file by its name in the configuration's folder: people read it, for whom the machine's paths mean
    nothing, and a folder that moves changes nothing.
    """
    packs = []
    places = Counter[str]()
    for item in items:
        places[item.section] += 1
        kind, content = _object(item, environ, places[item.section])
        packs.append(packed(kind, item.id, content, Path(item.document.file).name, item.line()))
    return tuple(packs)


def _object(item: Item, environ: Mapping[str, str], rank: int) -> tuple[Kind, Configured]:
    match item.entry:
        case PersonEntry() as entry:
            return Kind.PERSON, _person(entry)
        case TeamEntry() as entry:
            return Kind.TEAM, _team(entry)
        case ServiceEntry() as entry:
            return Kind.SERVICE, _service(entry)
        case ScheduleEntry() as entry:
            return Kind.SCHEDULE, schedule_of(entry)
        case PolicyEntry() as entry:
            return Kind.POLICY, policy_of(entry)
        case IntegrationEntry() as entry:
            return Kind.INTEGRATION, _integration(entry, token_hash(entry, environ))
        case ProviderEntry() as entry:
            return Kind.PROVIDER, _provider(entry, rank)
        case WebhookEntry() as entry:
            return Kind.WEBHOOK, _webhook(entry)
        case SeverityEntry() as entry:
            return Kind.SEVERITY, Severity(
                SeverityId(entry.id), entry.name or entry.id, entry.criteria.strip(), rank
            )
        case RoleEntry() as entry:
            return Kind.ROLE, Role(RoleId(entry.id), entry.name or entry.id)
        case SettingsEntry() as entry:
            return Kind.SETTINGS, _settings(entry)
        case _:
            raise ValueError(f"{item.name} has mistakes and cannot become an object")


def _person(entry: PersonEntry) -> Person:
    return Person(
        PersonId(entry.id),
        entry.name or entry.id,
        entry.slack or entry.id,
        time_zone=entry.time_zone,
        manager=_person_id(entry.manager),
    )


def _team(entry: TeamEntry) -> Team:
    members = _people(entry.members)
    return Team(
        id=TeamId(entry.id),
        name=entry.name or entry.id,
        members=members,
        channel=entry.channel,
        owner=_person_id(entry.owner),
        members_from=entry.members_from,
        texts=dict(entry.texts),
    )


def _service(entry: ServiceEntry) -> Service:
    return Service(
        id=ServiceId(entry.id),
        name=entry.name or entry.id,
        team=TeamId(entry.team) if entry.team else None,
        tier=entry.tier,
        policy=PolicyId(entry.policy) if entry.policy else None,
        runbook=entry.runbook,
        dashboard=entry.dashboard,
        description=entry.description.strip(),
        urgency=ServiceUrgency(entry.urgency),
        support_hours=_support_hours(entry.support_hours),
        severity_rules=tuple(SeverityRule(r.when, SeverityId(r.severity)) for r in entry.severity_rules),
    )


def _support_hours(entry: SupportHoursEntry | None) -> SupportHours | None:
    if entry is None:
        return None
    return SupportHours(entry.time_zone, tuple(_restriction(one) for one in entry.hours))


def schedule_of(entry: ScheduleEntry) -> Schedule:
    """A checked entry as the resolver knows it."""
    return Schedule(
        id=ScheduleId(entry.id),
        name=entry.name or entry.id,
        time_zone=entry.time_zone,
        layers=tuple(_layer(layer) for layer in entry.layers),
        team=TeamId(entry.team) if entry.team else None,
        owner=_person_id(entry.owner),
        holidays=entry.holidays,
        announce=entry.announce,
        remind_before=REMIND_BEFORE if entry.remind_before is None else entry.remind_before,
        user_groups=tuple(dict.fromkeys(entry.user_groups)),
        user_group_changes=GroupChanges(entry.user_group_changes or GroupChanges.UNDO),
    )


def _layer(entry: LayerEntry | CalendarLayerEntry) -> Layer | CalendarLayer:
    if isinstance(entry, CalendarLayerEntry):
        return CalendarLayer(entry.calendar)
    return Layer(
        participants=tuple(_people(place) for place in entry.participants),
        unit=RotationUnit(entry.rotation.unit),
        every=entry.rotation.every,
        hand_off=entry.hand_off,
        starts_on=entry.starts_on,
        ends_on=entry.ends_on,
        restrictions=tuple(_restriction(one) for one in entry.restrictions),
    )


def _restriction(entry: RestrictionEntry) -> Restriction:
    starts, ends = entry.starts, entry.ends
    if starts.weekday is not None and ends.weekday is not None:
        return TimeOfWeek(Weekday(starts.weekday), starts.time, Weekday(ends.weekday), ends.time)
    days = sorted({WEEKDAYS.index(day) for day in entry.weekdays})
    return TimeOfDay(starts.time, ends.time, tuple(Weekday(day) for day in days))


def _integration(entry: IntegrationEntry, token: str | None) -> Integration:
    return Integration(
        id=IntegrationId(entry.id),
        name=entry.name or entry.id,
        type=IntegrationType(entry.type),
        token_hash=token,
        channel=entry.channel,
        service=ServiceId(entry.service) if entry.service else None,
        severities={word.casefold(): SeverityId(name) for word, name in entry.severities.items()},
    )


def _provider(entry: ProviderEntry, rank: int) -> Provider:
    methods = entry.methods or WITHOUT_METHODS[entry.type]
    return Provider(
        id=ProviderId(entry.id),
        type=ProviderType(entry.type),
        methods=tuple(MethodKind(method) for method in dict.fromkeys(methods)),
        rank=rank,
        url=entry.url or "",
        account=entry.account or "",
        sender=entry.sender or "",
        secret_env=entry.secret_env or "",
    )


def _webhook(entry: WebhookEntry) -> Webhook:
    return Webhook(
        id=WebhookId(entry.id),
        name=entry.name or entry.id,
        url=entry.url,
        secret_env=entry.secret_env or "",
        owner=_person_id(entry.owner),
    )


def _settings(entry: SettingsEntry) -> Defaults:
    return Defaults(
        default_policy=PolicyId(entry.default_policy),
        fallback_channel=entry.fallback_channel,
        announcement_channel=entry.announcement_channel,
        admins=_people(entry.admins),
        admins_from=entry.admins_from,
    )


def _people(names: Iterable[str]) -> tuple[PersonId, ...]:
    """Each once: nobody is paged twice because they are listed twice."""
    return tuple(dict.fromkeys(PersonId(name) for name in names))


def _person_id(name: str | None) -> PersonId | None:
    return PersonId(name) if name else None
