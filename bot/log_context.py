"""What a line in the log is about: bound once where the work begins, written with every line until it ends."""

from __future__ import annotations

from contextlib import AbstractContextManager

import structlog

from bot.core.ids import IncidentId, PageId, incident_label, page_label


def about(page: PageId | None = None, incident: IncidentId | None = None) -> AbstractContextManager[None]:
    """Every line within carries `page=P-12`, `incident=INC-3`; what is None is left as it was."""
    return structlog.contextvars.bound_contextvars(**_named(page, incident))


def from_here_on(page: PageId | None = None, incident: IncidentId | None = None) -> None:
    """As `about`, to the end of the task: for a task that does one deed."""
    structlog.contextvars.bind_contextvars(**_named(page, incident))


def _named(page: PageId | None, incident: IncidentId | None) -> dict[str, str]:
    named = {} if page is None else {"page": page_label(page)}
    return named if incident is None else {**named, "incident": incident_label(incident)}
