"""Configured objects as YAML; loading it again gives the same objects."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any, TypeVar

from ruamel.yaml import YAML

from bot.config.policy_dump import policy_entry
from bot.config.values import WEEKDAYS, write_duration
from bot.core.catalogue import (
    Integration,
    Person,
    Provider,
    Role,
    Service,
    ServiceUrgency,
    Severity,
    Team,
    Webhook,
)
from bot.core.configuration import ConfigObject, Configured, Defaults, Kind
from bot.core.policy import Policy
from bot.core.schedule import (
    REMIND_BEFORE,
    CalendarLayer,
    GroupChanges,
    Layer,
    Restriction,
    RotationUnit,
    Schedule,
    TimeOfWeek,
)

SECTIONS: Mapping[Kind, str] = {
    Kind.PERSON: "people",
    Kind.TEAM: "teams",
    Kind.SERVICE: "services",
    Kind.SCHEDULE: "schedules",
    Kind.POLICY: "policies",
    Kind.INTEGRATION: "integrations",
    Kind.PROVIDER: "providers",
    Kind.WEBHOOK: "webhooks",
    Kind.SEVERITY: "severities",
    Kind.ROLE: "roles",
    Kind.SETTINGS: "settings",
}
"""The top-level key of each kind, in the order in which they are written."""


def dump(objects: Iterable[ConfigObject]) -> str:
    """One YAML document; severities and providers stand by rank. Of a token only its hash is known."""
    contents: dict[Kind, list[Configured]] = {kind: [] for kind in SECTIONS}
    for one in objects:
        contents[one.kind].append(one.content())
    for ranked in (Kind.SEVERITY, Kind.PROVIDER):
        contents[ranked].sort(key=lambda one: getattr(one, "rank", 0))
    document: dict[str, Any] = {
        section: [entry(content) for content in contents[kind]]
        for kind, section in SECTIONS.items()
        if contents[kind] and kind is not Kind.SETTINGS
    }
    if contents[Kind.SETTINGS]:
        document["settings"] = entry(contents[Kind.SETTINGS][0])
    yaml = YAML(typ="rt")
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 110
    out = io.StringIO()
    yaml.dump(document, out)
    return out.getvalue()


def entry(content: Configured) -> dict[str, Any]:
    """One object as an entry of a file, without the keys that say nothing."""
    match content:
        case Person():
            slack = content.slack if content.slack != content.id else None
            found = _named(content) | {
                "slack": slack,
                "time_zone": content.time_zone,
                "manager": content.manager,
            }
        case Team():
            members = list(content.members)
            found = _named(content) | {
                "members": members,
                "channel": content.channel,
                "owner": content.owner,
                "members_from": content.members_from,
                "texts": dict(content.texts),
            }
        case Service():
            keys = ("team", "tier", "policy", "runbook", "dashboard", "description")
            found = _named(content) | {key: getattr(content, key) for key in keys} | _urgency(content)
        case Schedule():
            found = _schedule(content)
        case Policy():
            found = _named(content) | policy_entry(content)
        case Integration():
            found = _integration(content)
        case Provider():
            found = _provider(content)
        case Webhook():
            found = _named(content) | {
                "url": content.url,
                "secret_env": content.secret_env,
                "owner": content.owner,
            }
        case Severity():
            found = _named(content) | {"criteria": content.criteria}
        case Role():
            found = _named(content)
        case Defaults():
            places = ("default_policy", "fallback_channel", "announcement_channel")
            found = {key: getattr(content, key) for key in places} | {
                "admins": list(content.admins),
                "admins_from": content.admins_from,
            }
    return _filled(found)


T = TypeVar("T", bound=Person | Team | Service | Schedule | Policy | Integration | Webhook | Severity | Role)


def _named(content: T) -> dict[str, Any]:
    return {"id": content.id, "name": content.name if content.name != content.id else None}


def _filled(entry: dict[str, Any]) -> dict[str, Any]:
    """Without the keys that say nothing."""
    return {key: value for key, value in entry.items() if value not in (None, "", [], {})}


def _urgency(service: Service) -> dict[str, Any]:
    hours = service.support_hours
    return {
        "urgency": service.urgency.value if service.urgency is not ServiceUrgency.HIGH else None,
        "support_hours": hours
        and {"time_zone": hours.time_zone, "hours": [_restriction(one) for one in hours.hours]},
        "severity_rules": [{"when": rule.when, "severity": rule.severity} for rule in service.severity_rules],
    }


def _schedule(schedule: Schedule) -> dict[str, Any]:
    before = schedule.remind_before
    return _named(schedule) | {
        "team": schedule.team,
        "owner": schedule.owner,
        "time_zone": schedule.time_zone,
        "holidays": schedule.holidays,
        "announce": schedule.announce,
        "remind_before": write_duration(before) if before != REMIND_BEFORE else None,
        "user_groups": list(schedule.user_groups),
        "user_group_changes": schedule.user_group_changes.value
        if schedule.user_group_changes is not GroupChanges.UNDO
        else None,
        "layers": [_layer(layer) for layer in schedule.layers],
    }


def _layer(layer: Layer | CalendarLayer) -> dict[str, Any]:
    if isinstance(layer, CalendarLayer):
        return {"calendar": layer.url}
    weekly = layer.unit is RotationUnit.WEEKS
    entry = {
        "participants": [place[0] if len(place) == 1 else list(place) for place in layer.participants],
        "rotation": {"every": layer.every, "unit": layer.unit.value},
        "hand_off": _clock(layer.hand_off),
        "starts_on": layer.starts_on,
        "weekday": WEEKDAYS[layer.starts_on.weekday()] if weekly else None,
        "ends_on": layer.ends_on,
        "restrictions": [_restriction(one) for one in layer.restrictions],
    }
    return _filled(entry)


def _restriction(one: Restriction) -> dict[str, Any]:
    if isinstance(one, TimeOfWeek):
        return {
            "starts": f"{WEEKDAYS[one.starts_on]} {_clock(one.starts)}",
            "ends": f"{WEEKDAYS[one.ends_on]} {_clock(one.ends)}",
        }
    weekdays = [WEEKDAYS[day] for day in one.weekdays]
    return _filled({"starts": _clock(one.starts), "ends": _clock(one.ends), "weekdays": weekdays})


def _clock(at: time) -> str:
    return at.strftime("%H:%M")


def _integration(integration: Integration) -> dict[str, Any]:
    return _named(integration) | {
        "type": integration.type.value,
        "token_sha256": integration.token_hash,
        "channel": integration.channel,
        "service": integration.service,
        "severities": {word: str(name) for word, name in integration.severities.items()},
    }


def _provider(provider: Provider) -> dict[str, Any]:
    keys = ("url", "account", "sender", "secret_env")
    return {
        "id": provider.id,
        "type": provider.type.value,
        "methods": [method.value for method in provider.methods],
    } | {key: getattr(provider, key) for key in keys}
