"""Configured objects as they are kept, and the difference between those that are and those that are wanted.

Every object has one owner: the file that declares it, or Slack, where it was made (PRODUCT §10).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from bot.core.catalogue import Integration, Person, Provider, Role, Service, Severity, Team, Webhook
from bot.core.frozen import dataclass
from bot.core.ids import PersonId, PolicyId
from bot.core.policy import Policy
from bot.core.schedule import Schedule


class Kind(StrEnum):
    PERSON = "person"
    TEAM = "team"
    SERVICE = "service"
    SCHEDULE = "schedule"
    POLICY = "policy"
    INTEGRATION = "integration"
    SEVERITY = "severity"
    ROLE = "role"
    PROVIDER = "provider"
    WEBHOOK = "webhook"
    SETTINGS = "settings"


Named = tuple[Kind, str]
"""An object by its kind and id."""


class Owner(StrEnum):
    FILE = "file"
    SLACK = "slack"


@dataclass(frozen=True)
class Defaults:
    """What `settings` say; there is one of them, under the key `settings`."""

    default_policy: PolicyId | None = None
    fallback_channel: str | None = None
    announcement_channel: str | None = None
    admins: tuple[PersonId, ...] = ()
    admins_from: str | None = None


Configured = (
    Person
    | Team
    | Service
    | Schedule
    | Policy
    | Integration
    | Severity
    | Role
    | Provider
    | Webhook
    | Defaults
)

_ADAPTERS: Mapping[Kind, TypeAdapter[Any]] = {
    Kind.PERSON: TypeAdapter(Person),
    Kind.TEAM: TypeAdapter(Team),
    Kind.SERVICE: TypeAdapter(Service),
    Kind.SCHEDULE: TypeAdapter(Schedule),
    Kind.POLICY: TypeAdapter(Policy),
    Kind.INTEGRATION: TypeAdapter(Integration),
    Kind.SEVERITY: TypeAdapter(Severity),
    Kind.ROLE: TypeAdapter(Role),
    Kind.PROVIDER: TypeAdapter(Provider),
    Kind.WEBHOOK: TypeAdapter(Webhook),
    Kind.SETTINGS: TypeAdapter(Defaults),
}
_FROM_SLACK = {"user_id", "reachable"}
"""What the workspace tells of a person is not configuration."""


@dataclass(frozen=True)
class ConfigObject:
    """One configured object; `body` is JSON without what has its default value."""

    kind: Kind
    key: str
    body: Mapping[str, Any]
    owner: Owner = Owner.FILE
    file: str | None = None
    line: int | None = None

    @property
    def digest(self) -> str:
        """The same for the same content, wherever it stands."""
        return _digest(self.body)

    def content(self) -> Configured:
        """The object itself. Raises pydantic's `ValidationError` when the body is not one of its kind."""
        content: Configured = _ADAPTERS[self.kind].validate_python(self.body)
        return content


def packed(
    kind: Kind, key: str, content: Configured, file: str | None = None, line: int | None = None
) -> ConfigObject:
    """An object as a file declares it."""
    return ConfigObject(kind, key, _body(kind, content), Owner.FILE, file, line)


def made_in_slack(kind: Kind, key: str, content: Configured) -> ConfigObject:
    """An object that people made in Slack, and change there."""
    return ConfigObject(kind, key, _body(kind, content), Owner.SLACK)


def _body(kind: Kind, content: Configured) -> Mapping[str, Any]:
    body: Mapping[str, Any] = _ADAPTERS[kind].dump_python(
        content, mode="json", exclude=_FROM_SLACK, exclude_defaults=True
    )
    return body


@dataclass(frozen=True)
class Declared:
    """All that the files want; empty when they have mistakes."""

    objects: tuple[ConfigObject, ...] = ()
    undeclared: frozenset[Named] = frozenset()
    """What the files name and do not declare: it was made in Slack."""

    @property
    def digest(self) -> str:
        """Changes with every change to an object or to where it stands."""
        return _digest(sorted([o.kind, o.key, o.digest, o.file or "", o.line or 0] for o in self.objects))


@dataclass(frozen=True)
class Difference:
    """What an apply does. `moved` are unchanged objects that stand elsewhere now; they are among `unchanged` too.

    What was made in Slack and exported to a file moves there: the file owns it from then on.
    """

    created: tuple[ConfigObject, ...] = ()
    changed: tuple[ConfigObject, ...] = ()
    deleted: tuple[ConfigObject, ...] = ()
    unchanged: tuple[ConfigObject, ...] = ()
    moved: tuple[ConfigObject, ...] = ()
    conflicts: tuple[ConfigObject, ...] = ()
    """Wanted by a file, but made in Slack: the one in Slack stays (PRODUCT §10)."""

    @property
    def is_empty(self) -> bool:
        return not (self.created or self.changed or self.deleted)


def difference(present: Iterable[ConfigObject], wanted: Iterable[ConfigObject]) -> Difference:
    """Compare by content. What Slack owns is neither changed nor deleted; a file that says the same takes it over."""
    known = {(one.kind, one.key): one for one in present}
    sorted_out: dict[str, list[ConfigObject]] = {}
    names = set()
    for want in wanted:
        have = known.get((want.kind, want.key))
        names.add((want.kind, want.key))
        if have is None:
            sorted_out.setdefault("created", []).append(want)
        elif have.digest == want.digest:
            sorted_out.setdefault("unchanged", []).append(want)
            if (have.owner, have.file, have.line) != (want.owner, want.file, want.line):
                sorted_out.setdefault("moved", []).append(want)
        elif have.owner is Owner.SLACK:
            sorted_out.setdefault("conflicts", []).append(want)
        else:
            sorted_out.setdefault("changed", []).append(want)
    sorted_out["deleted"] = [
        have for name, have in known.items() if have.owner is Owner.FILE and name not in names
    ]
    return Difference(**{name: tuple(objects) for name, objects in sorted_out.items()})


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
