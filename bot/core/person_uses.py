"""Where configuration needs a person: what to mend before somebody can go; and schedules and policies without them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.core.catalogue import Team
from bot.core.command_names import NAMES
from bot.core.configuration import ConfigObject, Defaults, Difference, Kind, Owner
from bot.core.frozen import dataclass
from bot.core.ids import PersonId
from bot.core.policy import Policy, Target, TargetKind
from bot.core.schedule import Layer, Schedule


@dataclass(frozen=True)
class PersonUse:
    """One place: "schedule nights, layer 1"; `file` and `line` of what a file declares, None for what Slack owns."""

    kind: Kind
    key: str
    place: str
    file: str | None = None
    line: int | None = None


def uses(objects: Iterable[ConfigObject], person: PersonId) -> tuple[PersonUse, ...]:
    """Every place, in the order of the objects; the person's own entry is none."""
    return tuple(
        PersonUse(one.kind, one.key, place, one.file, one.line)
        for one in objects
        for place in _places(one, person)
    )


def still_needed(found: Difference, present: Iterable[ConfigObject]) -> tuple[str, ...]:
    """A sentence for each person who leaves the files while something that was made in Slack needs them."""
    made = [one for one in present if one.owner is Owner.SLACK]
    gone = [one for one in found.deleted if one.kind is Kind.PERSON]
    return tuple(
        f"The person {one.key} left the files and is still needed in Slack: "
        f"{'; '.join(use.place for use in needing)}. Replace them with {NAMES.on_call} remove."
        for one in gone
        if (needing := uses(made, PersonId(one.key)))
    )


def replaced(schedule: Schedule, person: PersonId, by: PersonId) -> Schedule:
    """With somebody else in all places of a person, so that nobody else's turns move."""
    layers = tuple(
        replace(layer, participants=tuple(_together(place, person, by) for place in layer.participants))
        if isinstance(layer, Layer)
        else layer
        for layer in schedule.layers
    )
    return replace(schedule, layers=layers, owner=by if schedule.owner == person else schedule.owner)


def replaced_in_policy(policy: Policy, person: PersonId, by: PersonId) -> Policy:
    """As `replaced`, where levels name the person."""

    def other(target: Target) -> Target:
        is_theirs = target.kind is TargetKind.USER and target.id == person
        return replace(target, id=by) if is_theirs else target

    levels = tuple(
        replace(level, targets=tuple(dict.fromkeys(map(other, level.targets)))) for level in policy.levels
    )
    return replace(policy, levels=levels)


def _together(place: tuple[PersonId, ...], person: PersonId, by: PersonId) -> tuple[PersonId, ...]:
    return tuple(dict.fromkeys(by if one == person else one for one in place))


def _places(one: ConfigObject, person: PersonId) -> Iterator[str]:
    match one.content():
        case Schedule() as schedule:
            for number, layer in enumerate(schedule.layers, 1):
                if isinstance(layer, Layer) and any(person in place for place in layer.participants):
                    yield f"schedule {schedule.name}, layer {number}"
            if schedule.owner == person:
                yield f"owner of schedule {schedule.name}"
        case Team() as team:
            if person in team.members:
                yield f"team {team.name}"
            if team.owner == person:
                yield f"owner of team {team.name}"
        case Policy() as policy:
            for number, level in enumerate(policy.levels, 1):
                if any(each.kind is TargetKind.USER and each.id == person for each in level.targets):
                    yield f"policy {policy.name}, level {number}"
        case Defaults() as settings if person in settings.admins:
            yield "the admins"
