"""What a line in the log is about: bound once where the work begins, written with every line until it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from structlog.contextvars import bind_contextvars, get_contextvars, unbind_contextvars

from bot.core.ids import IncidentId, PageId, incident_label, page_label

_NAMES = ("page", "incident")


@contextmanager
def about(page: PageId | None = None, incident: IncidentId | None = None) -> Iterator[None]:
    """Every line within carries `page=P-12`, `incident=INC-3`, and no other's; afterwards it is as it was before."""
    before = {name: value for name, value in get_contextvars().items() if name in _NAMES}
    unbind_contextvars(*_NAMES)
    from_here_on(page, incident)
    try:
        yield
    finally:
        unbind_contextvars(*_NAMES)
        bind_contextvars(**before)


def from_here_on(page: PageId | None = None, incident: IncidentId | None = None) -> None:
    """The same to the end of the task, or of the `about` around it; what is None is left as it was."""
    if page is not None:
        bind_contextvars(page=page_label(page))
    if incident is not None:
        bind_contextvars(incident=incident_label(incident))
