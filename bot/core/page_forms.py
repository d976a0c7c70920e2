"""What the forms about a page show."""

from __future__ import annotations

from bot.core.frozen import dataclass
from bot.core.views import OnCallPerson, PageView


@dataclass(frozen=True)
class LevelChoice:
    """A level (1-based) of the policy that runs, and whom it leads to now."""

    level: int
    people: tuple[OnCallPerson, ...] = ()
    others: tuple[str, ...] = ()
    """Channels and webhooks, by name."""


@dataclass(frozen=True)
class EscalateForm:
    page: PageView
    levels: tuple[LevelChoice, ...]
    """Of the policy that runs."""
    upcoming: LevelChoice | None
    """The one that is next; None when another policy is."""
    generation: int
    step: int
    """With `generation` where the page stands: from somewhere else its next level is another one."""
