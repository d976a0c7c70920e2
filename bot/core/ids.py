"""The names by which things are known, each its own type."""

from __future__ import annotations

from typing import NewType

UserId = NewType("UserId", str)
"""A Slack user id (`U…` or `W…`)."""
PersonId = NewType("PersonId", str)
"""A person as configuration names them; somebody who is not listed is known by their Slack user id."""
TeamId = NewType("TeamId", str)
ServiceId = NewType("ServiceId", str)
ScheduleId = NewType("ScheduleId", str)
PolicyId = NewType("PolicyId", str)
IntegrationId = NewType("IntegrationId", str)
ProviderId = NewType("ProviderId", str)
WebhookId = NewType("WebhookId", str)
SeverityId = NewType("SeverityId", str)
RoleId = NewType("RoleId", str)
ChannelId = NewType("ChannelId", str)
"""A Slack conversation id (`C…`, `G…` or `D…`)."""

AlertId = NewType("AlertId", int)
PageId = NewType("PageId", int)
"""Shown as `P-204`."""
IncidentId = NewType("IncidentId", int)
"""Shown as `INC-12`."""
NotificationId = NewType("NotificationId", int)
ContactId = NewType("ContactId", int)
"""A person's contact method."""
DrillId = NewType("DrillId", int)
CoverId = NewType("CoverId", int)
SwapId = NewType("SwapId", int)
TaskId = NewType("TaskId", int)

Actor = NewType("Actor", str)
"""Who did something: `user:U123`, `integration:demo-alertmanager`, `terminal` or `tocsin`."""

TOCSIN = Actor("tocsin")


def by_user(user: UserId) -> Actor:
    return Actor(f"user:{user}")


def by_integration(integration: IntegrationId) -> Actor:
    return Actor(f"integration:{integration}")


def user_of(actor: Actor) -> UserId | None:
    """The Slack user behind an actor, or None for a machine."""
    kind, _, name = actor.partition(":")
    return UserId(name) if kind == "user" else None


def page_label(page: PageId) -> str:
    return f"P-{page}"


def incident_label(incident: IncidentId) -> str:
    return f"INC-{incident}"
