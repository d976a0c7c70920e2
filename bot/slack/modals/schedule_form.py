"""New schedule, Edit schedule: its name, team and zone, and the layers, each with who takes turns and when.

What is filled in travels as an entry of a configuration file's `schedules` (`bot.config.drafts`). A layer that the form
has no fields for (a calendar, several people at once, other restrictions) is kept as it is, and can be removed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from bot.core.frozen import dataclass
from bot.core.ids import UserId
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.form import Errors
from bot.slack.render.message import Block, actions, button, divider, option, section
from bot.templates import say

MOST_LAYERS = 4
MOST_PEOPLE = 20
"""Of a layer; whoever needs more writes the schedule in a file."""
LONGEST_NAME = 80
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ALWAYS, OFFICE, OFF_HOURS, OWN = "always", "office", "off_hours", "own"
Restrictions = list[dict[str, Any]]
RESTRICTIONS: Mapping[str, Restrictions] = {
    ALWAYS: [],
    OFFICE: [{"starts": "09:00", "ends": "17:00", "weekdays": list(DAYS[:5])}],
    OFF_HOURS: [
        {"starts": "17:00", "ends": "09:00", "weekdays": list(DAYS[:4])},
        {"starts": "friday 17:00", "ends": "monday 09:00"},
    ],
}
COVERS = (
    (ALWAYS, "Always"),
    (OFFICE, "Office hours: Monday to Friday, 09:00 to 17:00"),
    (OFF_HOURS, "Nights and weekends: all other hours"),
    (OWN, "Other hours…"),
)
UNITS = (("hours", "hours"), ("days", "days"), ("weeks", "weeks"))
_AREAS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
_ASKED = ("id", "name", "team", "time_zone", "layers", "user_groups")
_FIELDS = {
    "participants": "people",
    "rotation": "every",
    "hand_off": "hand_off",
    "starts_on": "starts_on",
    "weekday": "starts_on",
    "ends_on": "ends_on",
    "restrictions": "until",
}
"""The field of each key of a layer."""


@dataclass(frozen=True)
class LayerDraft:
    """A layer as it is filled in; `key` tells its fields from the other layers' as long as the form is open."""

    key: int
    people: tuple[UserId, ...] = ()
    every: str = "1"
    unit: str = "weeks"
    hand_off: str = "09:00"
    starts_on: str = ""
    ends_on: str = ""
    covers: str = ALWAYS
    days: tuple[str, ...] = ()
    opens: str = "09:00"
    closes: str = "17:00"
    kept: Mapping[str, Any] | None = None
    """The layer's entry, where the form has no fields for it."""


@dataclass(frozen=True)
class ScheduleDraft:
    """`schedule` and `version` are empty for a new one; `kept` has what the form does not ask."""

    layers: tuple[LayerDraft, ...]
    name: str = ""
    team: str = ""
    zone: str = ""
    schedule: str = ""
    version: str = ""
    kept: Mapping[str, Any] | None = None
    groups: tuple[str, ...] = ()
    """Handles of the Slack user groups that it feeds."""

    def with_another_layer(self) -> ScheduleDraft:
        """Above the others, like the highest of them but for its people."""
        last = self.layers[-1]
        key = max(layer.key for layer in self.layers) + 1
        another = LayerDraft(
            key, every=last.every, unit=last.unit, hand_off=last.hand_off, starts_on=last.starts_on
        )
        return replace(self, layers=(*self.layers, another))

    def without_layer(self, key: int) -> ScheduleDraft:
        return replace(self, layers=tuple(layer for layer in self.layers if layer.key != key))


def draft_of(entry: Mapping[str, Any], version: str, users: Mapping[str, UserId]) -> ScheduleDraft:
    """A schedule that there is; `users` are Slack's users of its people."""
    return ScheduleDraft(
        layers=tuple(_layer_of(number, layer, users) for number, layer in enumerate(entry["layers"])),
        name=entry["name"],
        team=entry.get("team") or "",
        zone=entry["time_zone"],
        schedule=entry["id"],
        version=version,
        kept={key: value for key, value in entry.items() if key not in _ASKED},
        groups=tuple(entry.get("user_groups") or ()),
    )


def view(
    draft: ScheduleDraft, teams: Iterable[tuple[str, str]], groups: Iterable[str] = ()
) -> dict[str, Any]:
    """`teams` are ids and names, `groups` the handles of Slack's user groups; those that it feeds are among them."""
    blocks = [
        form.field("Name", "name", form.text(draft.name, LONGEST_NAME, placeholder="Payments, first call")),
        form.field(
            "Team", "team", form.choice(form.named(teams), draft.team or None, "Choose a team"), optional=True
        ),
        form.field(
            "Time zone",
            "zone",
            form.choice(_zones(draft.zone), draft.zone, "Type a city"),
            hint="Hand-offs are by the clocks there, also when they change.",
        ),
    ]
    handles = {*groups, *draft.groups}
    if handles:
        hint = "They always hold whoever is on call by this schedule."
        blocks.append(form.user_groups(((one, one) for one in handles), hint, draft.groups))
    for number, layer in enumerate(draft.layers, 1):
        blocks += _layer_blocks(layer, number, len(draft.layers))
    if len(draft.layers) < MOST_LAYERS:
        blocks.append(actions([button("Add a layer", ids.SCHEDULE_ADD_LAYER)], "more_layers"))
    carried = {
        "schedule": draft.schedule,
        "version": draft.version,
        "kept": draft.kept or {},
        "layers": [{"key": layer.key, "kept": layer.kept} for layer in draft.layers],
    }
    title = "Edit schedule" if draft.schedule else "New schedule"
    return form.modal(ids.MODAL_SCHEDULE, title, blocks, "Preview", carried)


def read(shown: Mapping[str, Any]) -> ScheduleDraft:
    """What stands in the form, submitted or not."""
    carried = form.metadata(shown)
    return ScheduleDraft(
        layers=tuple(_read_layer(shown, one["key"], one["kept"]) for one in carried["layers"]),
        name=" ".join(form.typed(shown, "name").split()),
        team=form.chosen(shown, "team") or "",
        zone=form.chosen(shown, "zone") or "",
        schedule=carried["schedule"],
        version=carried["version"],
        kept=carried["kept"],
        groups=form.all_chosen(shown, form.USER_GROUPS),
    )


def entry_of(draft: ScheduleDraft, identity: str, person: Callable[[UserId], str]) -> dict[str, Any]:
    """The entry of a file that says the same; `identity` is its id, `person` how configuration names a user."""
    entry = {
        "id": identity,
        "name": draft.name,
        "time_zone": draft.zone,
        "layers": [_layer_entry(layer, person) for layer in draft.layers],
        **(draft.kept or {}),
    }
    chosen = {"team": draft.team, "user_groups": list(draft.groups)}
    return entry | {key: value for key, value in chosen.items() if value}


def field_of(draft: ScheduleDraft, at: Sequence[str | int]) -> str:
    """The field that asks for a place of the entry."""
    match at:
        case ("layers", int(number), *inside):
            layer = draft.layers[number]
            key = _FIELDS.get(str(inside[0]) if inside else "", "people")
            return f"{key}:{layer.key}"
        case ("time_zone", *_):
            return "zone"
        case ("team", *_):
            return "team"
        case ("user_groups", *_):
            return form.USER_GROUPS
        case _:
            return "name"


def errors(draft: ScheduleDraft, mistakes: Iterable[tuple[Sequence[str | int], str]]) -> Errors:
    """Each sentence at its field, the first of several."""
    found: Errors = {}
    for at, sentence in mistakes:
        found.setdefault(field_of(draft, at), sentence)
    return found


def _layer_blocks(layer: LayerDraft, number: int, layers: int) -> list[Block]:
    remove = {
        **button("Remove", ids.SCHEDULE_REMOVE_LAYER, layer.key),
        "accessibility_label": f"Remove layer {number}",
    }
    heading = section(say("schedules", "layer", number, layers), remove if layers > 1 else None)
    if layer.kept is not None:
        return [divider(), heading, section(say("schedules", "kept_layer", "calendar" in layer.kept))]
    key = layer.key
    covers = form.choice([option(name, value) for value, name in COVERS], layer.covers)
    return [
        divider(),
        heading,
        form.field(
            "Who takes turns",
            f"people:{key}",
            form.persons("In the order of their turns", layer.people, MOST_PEOPLE),
            hint="One after the other, in this order.",
        ),
        form.field("A turn lasts", f"every:{key}", form.number(layer.every, 1, 1000)),
        form.field(
            "Hours, days or weeks",
            f"unit:{key}",
            form.choice([option(name, value) for value, name in UNITS], layer.unit),
        ),
        form.field("Hand-off at", f"hand_off:{key}", form.time_of_day(layer.hand_off)),
        form.field(
            "First day",
            f"starts_on:{key}",
            form.day(layer.starts_on),
            hint="The first turn begins on it. With weeks, every hand-off is on its weekday.",
        ),
        {**form.field("On call", f"{ids.SCHEDULE_COVERS}:{key}", covers), "dispatch_action": True},
        *(_own_hours(layer) if layer.covers == OWN else []),
        form.field(
            "Last day",
            f"ends_on:{key}",
            form.day(layer.ends_on),
            optional=True,
            hint="It ends at the time of its hand-offs. Left empty, it never ends.",
        ),
    ]


def _own_hours(layer: LayerDraft) -> list[Block]:
    days = [option(day.capitalize(), day) for day in DAYS]
    return [
        form.field(
            "On these days",
            f"days:{layer.key}",
            form.choices(days, "Every day", layer.days),
            optional=True,
        ),
        form.field("From", f"from:{layer.key}", form.time_of_day(layer.opens)),
        form.field(
            "Until",
            f"until:{layer.key}",
            form.time_of_day(layer.closes),
            hint="Of the next day when it is not later than the beginning.",
        ),
    ]


def _read_layer(shown: Mapping[str, Any], key: int, kept: Mapping[str, Any] | None) -> LayerDraft:
    fresh = LayerDraft(key)
    if kept is not None:
        return replace(fresh, kept=kept)
    return LayerDraft(
        key=key,
        people=tuple(UserId(user) for user in form.persons_chosen(shown, f"people:{key}")),
        every=form.typed(shown, f"every:{key}"),
        unit=form.chosen(shown, f"unit:{key}") or fresh.unit,
        hand_off=form.time_chosen(shown, f"hand_off:{key}"),
        starts_on=form.day_chosen(shown, f"starts_on:{key}"),
        ends_on=form.day_chosen(shown, f"ends_on:{key}"),
        covers=form.chosen(shown, f"{ids.SCHEDULE_COVERS}:{key}") or fresh.covers,
        days=form.all_chosen(shown, f"days:{key}"),
        opens=form.time_chosen(shown, f"from:{key}") or fresh.opens,
        closes=form.time_chosen(shown, f"until:{key}") or fresh.closes,
    )


def _layer_entry(layer: LayerDraft, person: Callable[[UserId], str]) -> dict[str, Any]:
    if layer.kept is not None:
        return dict(layer.kept)
    places = [[person(user)] for user in layer.people] or [
        []
    ]  # one place of nobody is what the checks speak of
    entry: dict[str, Any] = {
        "participants": places,
        "rotation": {"every": int(layer.every) if layer.every.isdecimal() else 0, "unit": layer.unit},
        "hand_off": layer.hand_off,
        "starts_on": layer.starts_on,
        "restrictions": _restrictions(layer),
    }
    return entry | ({"ends_on": layer.ends_on} if layer.ends_on else {})


def _restrictions(layer: LayerDraft) -> Restrictions:
    if layer.covers != OWN:
        return RESTRICTIONS[layer.covers]
    hours: dict[str, Any] = {"starts": layer.opens, "ends": layer.closes}
    chosen = [day for day in DAYS if day in layer.days]
    return [hours | ({"weekdays": chosen} if 0 < len(chosen) < len(DAYS) else {})]


def _layer_of(key: int, entry: Mapping[str, Any], users: Mapping[str, UserId]) -> LayerDraft:
    """Its fields, where the form has them all."""
    given: Restrictions = entry.get("restrictions") or []
    covers = next((name for name, known in RESTRICTIONS.items() if known == given), None)
    own = given[0] if covers is None and len(given) == 1 and " " not in given[0]["starts"] else None
    people = entry.get("participants") or []
    if (covers is None and own is None) or not people or not all(isinstance(one, str) for one in people):
        return LayerDraft(key, kept=entry)
    hours = own or {}
    fresh = LayerDraft(key)
    return LayerDraft(
        key=key,
        people=tuple(dict.fromkeys(users[one] for one in people if one in users)),
        every=str(entry["rotation"].get("every", 1)),
        unit=entry["rotation"]["unit"],
        hand_off=entry["hand_off"],
        starts_on=entry["starts_on"],
        ends_on=entry.get("ends_on") or "",
        covers=covers or OWN,
        days=tuple(hours.get("weekdays") or ()),
        opens=hours.get("starts", fresh.opens),
        closes=hours.get("ends", fresh.closes),
    )


def _zones(present: str) -> list[Block]:
    """The zones of places and UTC; another one only where it is chosen already."""
    return [option(zone.replace("_", " "), zone) for zone in sorted(_places() | {present or "UTC"})]


@cache
def _places() -> frozenset[str]:
    zones = available_timezones()
    return frozenset({"UTC", *(zone for zone in zones if "/" in zone and zone.partition("/")[0] in _AREAS)})
