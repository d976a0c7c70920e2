"""One attempt to reach one person for one page, as links and providers name it, and what that person is shown of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from enum import StrEnum

from bot.core.frozen import dataclass
from bot.core.ids import NotificationId, PageId, UserId
from bot.core.permissions import Action, Standing, may
from bot.core.views import PageView

_WRITTEN = re.compile(r"(\d{1,18})\.(\d{1,18})\.([A-Z0-9]+)")


@dataclass(frozen=True)
class Called:
    """What a link in a message stands for.

    It says nothing of when it expires, so that an address fits an SMS: the notification's own row has its time.
    """

    notification: NotificationId
    page: PageId
    user: UserId

    def __str__(self) -> str:
        return f"{self.notification}.{self.page}.{self.user}"

    @staticmethod
    def read(written: str) -> Called | None:
        found = _WRITTEN.fullmatch(written)
        if found is None:
            return None
        return Called(NotificationId(int(found[1])), PageId(int(found[2])), UserId(found[3]))


class Answer(StrEnum):
    """What they can do about it without Slack."""

    ACKNOWLEDGE = "acknowledge"
    DECLINE = "decline"
    ESCALATE = "escalate"


class Told(StrEnum):
    """What a provider tells, later, of a message that it took."""

    DELIVERED = "delivered"
    """The telephone has it, or somebody picked up."""
    UNANSWERED = "unanswered"
    """It rang and nobody picked up; that is for the levels and rules, which keep their own time."""
    UNDELIVERED = "undelivered"
    """It did not come through this time."""
    REFUSED = "refused"
    """It will never come through: the address is wrong."""


@dataclass(frozen=True)
class CalledView:
    """A page as somebody sees it outside Slack."""

    page: PageView
    step: int
    """The step at which the page stands."""
    called_at: datetime
    called_step: int
    """The step that called them."""
    name: str
    """The reader's own."""
    standing: Standing
    names: Mapping[str, str]
    """Of everybody whom the page names, by Slack id."""
    zone: tzinfo
    """Where the reader is, as Slack tells."""


def may_answer(standing: Standing) -> bool:
    """Whether somebody may act on a page outside Slack.

    Nobody whom Slack has not told of: a link can be passed on, and nobody is there to be asked.
    """
    return standing is not Standing.UNKNOWN and may(Action.WORK_PAGE, standing)
