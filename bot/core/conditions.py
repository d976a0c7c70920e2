"""Conditions of policies and services: CEL expressions over a page and its alert (https://cel.dev).

No loops to hang in, regular expressions in linear time. What may be asked stands in `VARIABLES`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.alert import Alert, IncomingAlert
from bot.core.catalogue import Catalogue, Service, SupportHours
from bot.core.frozen import dataclass
from bot.core.ids import ServiceId, SeverityId
from bot.core.schedule import is_open

VARIABLES: Mapping[str, str] = {
    "severity": "the page's severity, `SEV1`; empty when it has none",
    "priority": "the alert's priority, as a tag or its payload says it, `P1`; else empty",
    "urgency": "`high` or `low`",
    "service": "the service's id, `checkout`; empty when it is unknown",
    "team": "the id of the team that owns the service, `payments`",
    "tier": "the service's tier, a number; 0 when it has none",
    "title": "the alert's title, or the page's",
    "tags": "the alert's tags, `tags.region`",
    "payload": "whatever else the source sent, `payload.labels.job`",
    "support_hours": "whether the service's support hours run now; true when it has none",
    "hour": "the hour of the day, 0 to 23, by the clocks of the support hours' zone, else UTC",
    "weekday": "`monday` to `sunday`, by the same clocks",
    "held": "how many open pages the least busy person of the level holds already",
}
"""By name: what it stands for. `docs/configuration.md` has the same table."""
LONGEST = 1000
"""Characters of an expression."""
_BREAKS = (RuntimeError, TypeError, ValueError, ArithmeticError, LookupError)
"""What asking raises, whatever a source sent: an expression that breaks must not stop a page."""
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_BOUND = re.compile(r"\.(?:all|exists|exists_one|map|filter)\(\s*(\w+)\s*,")
"""The names that CEL's macros bind."""

Facts = Mapping[str, Any]
"""A value for each of `VARIABLES`; `held` is added where it is asked."""


@dataclass(frozen=True)
class Verdict:
    """Whether a condition holds. One that breaks on what it was given counts as holding, and `problem` says why."""

    holds: bool
    problem: str = ""


def problem_of(expression: str) -> str:
    """What is wrong with an expression, in a sentence that can follow a colon; empty when it can be asked."""
    if len(expression) > LONGEST:
        return f"it is longer than {LONGEST} characters"
    try:
        program = _program(expression)
    except ValueError as error:
        return f"it is no CEL expression ({_first_line(error)})"
    unknown = sorted(set(program.variables()) - VARIABLES.keys() - set(_BOUND.findall(expression)))
    return f"nothing is called {unknown[0]}" if unknown else ""


def asks(expressions: Sequence[str], variable: str) -> bool:
    """Whether any of these checked expressions reads the variable."""
    return any(variable in _program(one).variables() for one in expressions)


def judge(expression: str, facts: Facts) -> Verdict:
    """Ask one condition. A tag or a field of the payload that is not there makes it not hold."""
    try:
        answer = _program(expression).execute(dict(facts))
    except KeyError:
        return Verdict(False)
    except _BREAKS as error:
        return Verdict(True, f"{expression} cannot be asked: {_first_line(error)}")
    if isinstance(answer, bool):
        return Verdict(answer)
    return Verdict(True, f"{expression} is neither true nor false")


def facts_of(
    catalogue: Catalogue,
    *,
    service: ServiceId | None,
    severity: SeverityId | None,
    urgency: str,
    title: str,
    alert: Alert | IncomingAlert | None,
    now: datetime,
) -> Facts:
    """What conditions read of a page, or of an alert before it pages; `alert` is the page's worst one."""
    known = catalogue.services.get(service) if service else None
    hours = known.support_hours if known else None
    local = now.astimezone(ZoneInfo(hours.time_zone if hours else "UTC"))
    tags = dict(alert.tags) if alert else {}
    payload = dict(alert.payload) if alert else {}
    return {
        "severity": severity or "",
        "priority": str(tags.get("priority") or payload.get("priority") or ""),
        "urgency": urgency,
        "service": service or "",
        "team": (known.team if known else None) or "",
        "tier": (known.tier if known else None) or 0,
        "title": alert.title if alert else title,
        "tags": tags,
        "payload": payload,
        "support_hours": in_support_hours(hours, now),
        "hour": local.hour,
        "weekday": _DAYS[local.weekday()],
        "held": 0,
    }


def in_support_hours(hours: SupportHours | None, now: datetime) -> bool:
    """Without support hours somebody is always there."""
    return hours is None or is_open(hours.hours, hours.time_zone, now)[0]


def severity_by_rules(service: Service | None, facts: Facts) -> SeverityId | None:
    """The severity that the service's first rule which holds gives; None: what the source said stands.

    A rule that breaks on what it was given is passed over.
    """
    for rule in service.severity_rules if service else ():
        verdict = judge(rule.when, facts)
        if verdict.holds and not verdict.problem:
            return rule.severity
    return None


def prepare(catalogue: Catalogue) -> None:
    """Compile all that is configured, so that the first page does not wait for it."""
    levels = (level for policy in catalogue.policies.values() for level in policy.levels)
    rules = (rule for service in catalogue.services.values() for rule in service.severity_rules)
    for expression in (*(one for level in levels for one in level.when), *(rule.when for rule in rules)):
        _program(expression)


@lru_cache(maxsize=2048)
def _program(expression: str) -> Any:
    import cel  # brings its own command line, ten megabytes: only a company with conditions has it in memory

    return cel.compile(expression)


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rpartition("ERROR: ")[2].removeprefix("<input>:")[:160]
