"""What the screens of these tests show: Saturday 21 November 2026, 02:47 UTC, the demo company."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.alert import Link
from bot.core.catalogue import Severity
from bot.core.decision import Cause
from bot.core.ids import ChannelId, IncidentId, PageId, ServiceId, SeverityId, UserId
from bot.core.incident import IncidentStatus, Update
from bot.core.page import PageState
from bot.core.views import (
    DeclareForm,
    IncidentLine,
    IncidentView,
    NextStep,
    OnCallPerson,
    PagedLine,
    PageView,
    ServiceView,
    Why,
)
from bot.sandbox.blockkit import check_blocks, check_view
from bot.sandbox.blockkit.surfaces import MESSAGE_CHARACTERS, characters, is_too_large
from bot.slack.render.message import Block, Message
from bot.templates import mrkdwn

ANA, BOB, CAROL, DAVE = UserId("UANA"), UserId("UBOB"), UserId("UCAROL"), UserId("UDAVE")
NAMES = {"UANA": "Ana", "UBOB": "Bob", "UCAROL": "Carol", "UDAVE": "Dave"}
NIGHT = datetime(2026, 11, 21, 2, 47, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SEVERITIES = tuple(
    Severity(SeverityId(f"SEV{rank}"), name, criteria, rank)
    for rank, (name, criteria) in enumerate(
        [
            ("Customers can't buy", "Checkout or payment is down"),
            ("Badly degraded", "Many customers notice"),
            ("Minor", "Few customers notice"),
            ("Cosmetic", "Nobody is held up"),
        ],
        1,
    )
)
CHECKOUT = ServiceView(
    "checkout", "payments", 1, "https://wiki.example.com/checkout", "https://g.example.com/d"
)


def after(minutes: float) -> datetime:
    return NIGHT + timedelta(minutes=minutes)


TRIGGERED = PageView(
    id=PageId(204),
    title="Error rate above 5 % on checkout",
    state=PageState.TRIGGERED,
    severity=SeverityId("SEV2"),
    service=CHECKOUT,
    started_at=NIGHT,
    description="5xx ratio is 7.2 %",
    alerts_firing=3,
    alerts=3,
    events=17,
    links=(Link("Graph", "https://prometheus.example.com/graph?g0.expr=a&b"),),
    source="Alertmanager",
    why=Why(Cause.STARTED, 1, "payments-primary", MONDAY),
    next_step=NextStep(after(5), (OnCallPerson("Carol", CAROL),), "payments-secondary"),
    paged=(ANA,),
    paged_now=(ANA,),
)
ACKNOWLEDGED = replace(
    TRIGGERED,
    state=PageState.ACKNOWLEDGED,
    next_step=None,
    acknowledged_by=BOB,
    acknowledged_at=after(2),
    first_acknowledged_by=BOB,
    first_acknowledged_at=after(2),
    paged=(BOB,),
)
SNOOZED = replace(ACKNOWLEDGED, state=PageState.SNOOZED, snoozed_until=after(62))
RESOLVED = replace(
    ACKNOWLEDGED,
    state=PageState.RESOLVED,
    acknowledged_by=None,
    resolved_at=after(25),
    resolved_by_name="Alertmanager",
)
INCIDENT = IncidentView(
    id=IncidentId(12),
    title="Checkout is down",
    severity=SEVERITIES[0],
    status=IncidentStatus.INVESTIGATING,
    service=CHECKOUT,
    declared_by=DAVE,
    declared_at=NIGHT,
    commander=BOB,
    update=Update("rolling back release 4711", after(11), BOB),
    next_update_at=after(26),
    paged=(PagedLine(ANA, "declined", after(1)), PagedLine(BOB, "acknowledged", after(2))),
    alerts_firing=3,
    people=7,
    channel=ChannelId("C12"),
    channel_name="inc-12-checkout-is-down",
    open_pages=(PageId(204),),
)
LINE = IncidentLine(
    IncidentId(12),
    "Checkout is down",
    SeverityId("SEV1"),
    IncidentStatus.INVESTIGATING,
    NIGHT,
    BOB,
    ChannelId("C12"),
    service="checkout",
    declared_by=CAROL,
)
DECLARE = DeclareForm(
    severities=SEVERITIES,
    services=((ServiceId("checkout"), "checkout"), (ServiceId("search"), "search")),
    on_call={ServiceId("checkout"): (OnCallPerson("Ana", ANA, MONDAY),)},
)


def texts(blocks: Iterable[Block]) -> list[str]:
    """What the blocks say, each text object on its own, times in UTC and people by name."""
    return [mrkdwn.plain(text, NAMES) for text in raw_texts(list(blocks))]


def raw_texts(value: Any) -> list[str]:
    if isinstance(value, list | tuple):
        return [text for each in value for text in raw_texts(each)]
    if not isinstance(value, dict):
        return []
    if value.get("type") in ("mrkdwn", "plain_text"):
        return [value["text"]]
    return [text for each in value.values() for text in raw_texts(each)]


def said(message: Message) -> str:
    return "\n".join(texts(message.blocks))


def buttons(message: Message) -> list[str]:
    """The texts of buttons, and of menus' options in brackets."""
    found = []
    for element in (e for block in message.blocks for e in elements(block)):
        if element["type"] == "button":
            found.append(element["text"]["text"])
        elif element["type"] == "overflow":
            found += [f"[{option['text']['text']}]" for option in element["options"]]
        elif element["type"] == "static_select":
            found.append(f"{element['placeholder']['text']} ▾")
    return found


def elements(block: Block) -> list[Block]:
    accessory = [block["accessory"]] if "accessory" in block else []
    return [*accessory, *(block.get("elements", []) if block["type"] == "actions" else [])]


def is_accepted(message: Message) -> bool:
    """Whether Slack takes it: the blocks, their sum, and a text for the notification."""
    blocks = list(message.blocks)
    assert check_blocks(blocks) == []
    assert characters(blocks) <= MESSAGE_CHARACTERS
    assert message.text.strip()
    assert len(message.text) <= 4000
    return True


def is_accepted_view(view: dict[str, Any]) -> bool:
    assert check_view(view) == []
    assert not is_too_large(view)
    return True


PINGS = re.compile(r"<![a-z]+(?!\^)[|>]|<!(?:channel|here|everyone|subteam)|<@U123")


def pings(value: object) -> bool:
    """Whether a markup text calls somebody whom outside text named."""
    if isinstance(value, list | tuple):
        return any(pings(each) for each in value)
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            return bool(PINGS.search(value["text"]))
        return any(pings(each) for each in value.values())
    return False
