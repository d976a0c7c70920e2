"""What is owed to the outside, and in which order it is paid.

Deliver: as recorded, at least once, under a unique key. Converge: make the outside look like the database; rendered
when it is sent, coalesced by key, safe to repeat. Lanes keep order; pages overtake everything; a converge never blocks
a deliver, because their lanes differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from bot.core.frozen import dataclass
from bot.core.ids import ContactId, IncidentId, NotificationId, PageId, UserId, WebhookId


class DebtKind(StrEnum):
    """What a debt does; each has one sender in `bot/engine/senders/`."""

    PAGE_DM = "page_dm"
    PAGE_CHANNEL = "page_channel"
    PAGE_METHOD = "page_method"
    PAGE_WEBHOOK = "page_webhook"
    PAGE_DIGEST = "page_digest"
    PAGE_COPY = "page_copy"
    NOTICE = "notice"
    INCIDENT_CHANNEL = "incident_channel"
    INCIDENT_MEMBERS = "incident_members"
    INCIDENT_CARD = "incident_card"
    INCIDENT_PIN = "incident_pin"
    INCIDENT_NAME = "incident_name"
    INCIDENT_TOPIC = "incident_topic"
    INCIDENT_BOOKMARKS = "incident_bookmarks"
    INCIDENT_ANNOUNCEMENT = "incident_announcement"
    INCIDENT_POST = "incident_post"
    ON_CALL_QUESTION = "on_call_question"
    ON_CALL_QUESTION_COPY = "on_call_question_copy"
    CALENDAR = "calendar"
    HOME = "home"
    USER_GROUP = "user_group"
    USER_GROUPS = "user_groups"
    QUIET_HOURS = "quiet_hours"
    CONTACT_MESSAGE = "contact_message"
    REACH_TEST_COPY = "reach_test_copy"
    HANG_UP = "hang_up"


class Priority(IntEnum):
    """Lower goes first."""

    PAGE = 0
    PAGE_COPY = 10
    NOTICE = 15
    INCIDENT = 20
    DECORATION = 30
    HOME = 40


@dataclass(frozen=True)
class Deliver:
    key: str
    kind: DebtKind
    lane: str
    payload: Mapping[str, Any]
    priority: Priority
    page: PageId | None = None
    generation: int | None = None
    """With `page`: it is withdrawn when the page's generation moves on before it is claimed."""


@dataclass(frozen=True)
class Converge:
    key: str
    kind: DebtKind
    lane: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    priority: Priority = Priority.INCIDENT
    after: float = 0.0
    """Real seconds that it may wait, so that many small changes make one edit; a hurried one overtakes it."""


@dataclass(frozen=True)
class Debt:
    """A claimed debt on its way out."""

    id: int
    key: str
    mode: str
    kind: DebtKind
    lane: str
    payload: Mapping[str, Any]
    tries: int
    wanted: int
    sent_from: datetime | None
    """Not None: an earlier attempt may have gone through; it is looked up before it is sent again."""
    page: PageId | None = None
    generation: int | None = None

    @property
    def subject(self) -> tuple[PageId | None, IncidentId | None]:
        """The page and the incident that it is about."""
        return self.page or self.payload.get("page"), self.payload.get("incident")


@dataclass(frozen=True)
class Sent:
    """It is out. `remote` is what the sender's `settle` needs (a channel and ts, …)."""

    remote: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Retry:
    """Not now; again after so many real seconds (None: by the back-off)."""

    reason: str
    after: float | None = None
    certain: bool = True
    """False: the answer was lost, it may have gone through."""


@dataclass(frozen=True)
class Failed:
    """Never: trying again cannot help."""

    reason: str


@dataclass(frozen=True)
class Withdrawn:
    """No longer wanted; nothing was sent."""

    reason: str


@dataclass(frozen=True)
class Spared(Withdrawn):
    """Not sent, so that what came before it is not drowned; whoever it is for sees why."""


Outcome = Sent | Retry | Failed | Withdrawn


PAID_BY_ONE_METHOD = frozenset({DebtKind.PAGE_COPY, DebtKind.HOME})
"""A limit that one of them meets holds for all of the kind: none is tried before it is over (`bot.engine.pace`)."""
BESIDE_SLACK = frozenset({DebtKind.PAGE_METHOD, DebtKind.CONTACT_MESSAGE, DebtKind.HANG_UP})
"""Paid by other providers than Slack: how they fare says nothing of Slack."""
BEHIND_THE_SCENES = frozenset(
    {DebtKind.CALENDAR, DebtKind.USER_GROUP, DebtKind.USER_GROUPS, DebtKind.QUIET_HOURS}
)
"""Reads and sets what nobody is told; it comes at a start and again and again, whatever people do."""
PAGE_KINDS = frozenset(
    {
        DebtKind.PAGE_DM,
        DebtKind.PAGE_CHANNEL,
        DebtKind.PAGE_METHOD,
        DebtKind.PAGE_WEBHOOK,
        DebtKind.PAGE_DIGEST,
        DebtKind.PAGE_COPY,
    }
)


def backoff(tries: int, kind: DebtKind) -> float:
    """Real seconds until the next try after `tries` failed ones: 1, 2, 4 … at most 60, and at most 5 for a page.

    Slack being back must not find a page still waiting; one call each five seconds harms nobody.
    """
    longest = 5 if kind in PAGE_KINDS else 60
    return float(min(longest, 2 ** min(max(tries - 1, 0), 6)))


def page_dm(page: PageId, generation: int, notification: NotificationId, user: UserId) -> Deliver:
    return Deliver(
        key=f"page:{page}:notification:{notification}",
        kind=DebtKind.PAGE_DM,
        lane=f"dm:{user}",
        payload={"page": page, "notification": notification, "user": user},
        priority=Priority.PAGE,
        page=page,
        generation=generation,
    )


def page_method(page: PageId, generation: int, notification: NotificationId, contact: ContactId) -> Deliver:
    """A page by another of somebody's methods than Slack."""
    return Deliver(
        key=f"page:{page}:notification:{notification}",
        kind=DebtKind.PAGE_METHOD,
        lane=f"method:{contact}",
        payload={"page": page, "notification": notification, "contact": contact},
        priority=Priority.PAGE,
        page=page,
        generation=generation,
    )


def page_digest(user: UserId, notifications: Sequence[NotificationId]) -> Deliver:
    """Several pages in one DM, in a storm; each of the notifications is in one digest alone."""
    return Deliver(
        key=f"digest:{user}:{min(notifications)}",
        kind=DebtKind.PAGE_DIGEST,
        lane=f"dm:{user}",
        payload={"user": user, "notifications": list(notifications)},
        priority=Priority.PAGE,
    )


def page_channel(page: PageId, generation: int, notification: NotificationId, channel: str) -> Deliver:
    return Deliver(
        key=f"page:{page}:notification:{notification}",
        kind=DebtKind.PAGE_CHANNEL,
        lane=f"channel:{channel}",
        payload={"page": page, "notification": notification, "channel": channel},
        priority=Priority.PAGE,
        page=page,
        generation=generation,
    )


def page_webhook(page: PageId, generation: int, notification: NotificationId, webhook: WebhookId) -> Deliver:
    return Deliver(
        key=f"page:{page}:notification:{notification}",
        kind=DebtKind.PAGE_WEBHOOK,
        lane=f"webhook:{webhook}",
        payload={"page": page, "notification": notification, "webhook": webhook},
        priority=Priority.PAGE,
        page=page,
        generation=generation,
    )


def page_copy(message: int, after: float = 0.0) -> Converge:
    """One message that shows a page is edited to the page's present state."""
    key = f"copy:{message}"
    return Converge(key, DebtKind.PAGE_COPY, key, {"message": message}, Priority.PAGE_COPY, after)


def notice(key: str, to: str, what: str, data: Mapping[str, Any]) -> Deliver:
    """Tell a channel (`#incidents`) or a user something; `what` names the wording."""
    return Deliver(key, DebtKind.NOTICE, f"notice:{to}", {"to": to, "what": what, **data}, Priority.NOTICE)


def incident(kind: DebtKind, number: IncidentId, priority: Priority = Priority.INCIDENT) -> Converge:
    """One side of an incident's presence in Slack."""
    return Converge(
        f"incident:{number}:{kind}", kind, f"incident:{number}:{kind}", {"incident": number}, priority
    )


def posts_lane(number: IncidentId) -> str:
    """Everything that is said in an incident's channel, in order."""
    return f"incident:{number}:posts"


def incident_post(key: str, number: IncidentId, what: str, data: Mapping[str, Any]) -> Deliver:
    """A message in the incident's channel; waits until there is one. `what` names the wording."""
    return Deliver(
        key,
        DebtKind.INCIDENT_POST,
        posts_lane(number),
        {"incident": number, "what": what, **data},
        Priority.INCIDENT,
    )


def on_call_question(subject: str, user: UserId) -> Deliver:
    """A cover or swap (`cover:7`, `swap:3`) as this person sees it, in their DM; its copies follow what comes of it."""
    return Deliver(
        f"{subject}:{user}",
        DebtKind.ON_CALL_QUESTION,
        f"question:{user}",
        {"subject": subject, "user": user},
        Priority.NOTICE,
    )


def on_call_question_copy(message: int) -> Converge:
    """One message that shows a cover or swap is edited to its present state."""
    key = f"copy:{message}"
    return Converge(key, DebtKind.ON_CALL_QUESTION_COPY, key, {"message": message}, Priority.NOTICE)


def reach_test_copy(message: int) -> Converge:
    """A message that offered a test of being woken, or is one, is edited to what came of it."""
    key = f"copy:{message}"
    return Converge(key, DebtKind.REACH_TEST_COPY, key, {"message": message}, Priority.NOTICE)


def contact_message(number: ContactId, what: str, once: str, until: datetime) -> Deliver:
    """A code or a test by one of somebody's methods; later than `until` (product time) nobody waits for it."""
    return Deliver(
        f"contact:{once}",
        DebtKind.CONTACT_MESSAGE,
        f"contact:{number}",
        {"contact": number, "what": what, "until": until.isoformat()},
        Priority.NOTICE,
    )


def hang_up(number: NotificationId, provider: str, call: str, until: datetime) -> Deliver:
    """A call that may ring still need not; later than `until` (product time) it has rung out."""
    key = f"hang_up:{number}"
    payload = {"provider": provider, "call": call, "until": until.isoformat()}
    return Deliver(key, DebtKind.HANG_UP, key, payload, Priority.PAGE_COPY)


def calendar(number: int) -> Converge:
    """An outside calendar is read."""
    key = f"calendar:{number}"
    return Converge(key, DebtKind.CALENDAR, key, {"calendar": number}, Priority.HOME)


def home(user: UserId, *, opened: bool = False) -> Converge:
    """`opened`: somebody looks at it for the first time in a while, so it is published even if it shows the same."""
    key = f"home:{user}"
    return Converge(key, DebtKind.HOME, key, {"user": user, "opened": opened}, Priority.HOME)


def user_group(handle: str) -> Converge:
    """A Slack user group that follows schedules holds whoever is on call."""
    key = f"user_group:{handle}"
    return Converge(key, DebtKind.USER_GROUP, key, {"handle": handle}, Priority.DECORATION)


def user_groups(after: float = 0.0) -> Converge:
    """Slack is asked for all user groups and who is in them."""
    key = "user_groups"
    return Converge(key, DebtKind.USER_GROUPS, key, {}, Priority.DECORATION, after)


def quiet_hours(number: int, users: Sequence[UserId], after: float) -> Converge:
    """Slack is asked for the Do Not Disturb of the `number`th so many people."""
    key = f"quiet_hours:{number}"
    payload = {"users": list(users)}
    return Converge(key, DebtKind.QUIET_HOURS, "quiet_hours", payload, Priority.HOME, after)
