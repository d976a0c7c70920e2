"""How hard a page wakes people, and when that changes: the service says it, its support hours may."""

from __future__ import annotations

from datetime import datetime

from bot.core.catalogue import Service, ServiceUrgency
from bot.core.contact import Urgency
from bot.core.schedule import is_open


def urgency_of(service: Service | None, now: datetime) -> tuple[Urgency, datetime | None]:
    """The urgency of a page that begins at `now`, and when a low one becomes high; None: by itself never.

    An unknown service is urgent: nobody said that it is not.
    """
    if service is None or service.urgency is ServiceUrgency.HIGH:
        return Urgency.HIGH, None
    if service.urgency is ServiceUrgency.LOW:
        return Urgency.LOW, None
    hours = service.support_hours
    if hours is None:
        return Urgency.HIGH, None
    running, until = is_open(hours.hours, hours.time_zone, now)
    return (Urgency.HIGH, None) if running else (Urgency.LOW, until)
