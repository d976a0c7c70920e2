"""03:12, checkout is slow: the primary sleeps on, the backup and the manager are called, and the backup takes it."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from multidict import MultiDict

from bot.app import Tocsin
from bot.clock import ManualClock
from bot.core.contact import SLACK_DM, MethodKind, Rule, Urgency
from bot.core.ids import PersonId, UserId
from bot.core.quiet_hours import Quiet
from bot.core.reaching import Wishes
from bot.store import contacts, debts
from bot.usecases import contact_methods, reachability
from tests.e2e.world import ROOT, Hands, alert, eventually
from tests.notify.peers import WebServer
from tests.notify.twilio_peer import ACCOUNT, SENDER, TwilioPeer

TITLE = "Checkout latency p99 above 4 s"
ANA_PHONE, FRANK_PHONE = "+34600123456", "+81312345678"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 21, 3, 12, tzinfo=UTC))


@pytest.fixture
async def phones() -> AsyncIterator[WebServer]:
    """Ana's push service."""
    async with WebServer().running() as server:
        yield server


@pytest.fixture
def config(tmp_path: Path, twilio: TwilioPeer) -> Path:
    """The demo company, where whatever is wrong with checkout at night is SEV1; the manager comes with the backup."""
    folder = tmp_path / "company"
    shutil.copytree(ROOT / "manifests" / "demo", folder)
    _change(
        folder / "company.yml",
        ("time_zone: Europe/Madrid}", "time_zone: Europe/Madrid, manager: frank}"),
        ("    tier: 1\n", '    tier: 1\n    severity_rules: [{when: "hour < 6", severity: SEV1}]\n'),
    )
    _change(
        folder / "on_call.yml",
        (
            "- targets: [{schedule: payments-secondary}]",
            "- targets: [{schedule: payments-secondary}, {manager: true}]",
        ),
        (
            "ack_timeout: 5 min\n    severity_timeouts: {SEV1: 3 min}",
            "ack_timeout: 8 min\n    severity_timeouts: {SEV1: 8 min}",
        ),
    )
    (folder / "reach.yml").write_text(
        f"""
providers:
  - {{id: push, type: apprise}}
  - id: twilio
    type: twilio
    account: {ACCOUNT}
    sender: "{SENDER}"
    url: http://127.0.0.1:{twilio.port}
    secret_env: TWILIO_AUTH_TOKEN
"""
    )
    return folder


def _change(file: Path, *changes: tuple[str, str]) -> None:
    text = file.read_text()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    file.write_text(text)


def user_of(bot: Tocsin, person: str) -> UserId:
    user = bot.catalogue().user_id(PersonId(person))
    assert user is not None
    return user


async def wants(bot: Tocsin, user: UserId, after: timedelta, *ways: tuple[MethodKind, str]) -> None:
    """Slack at once, and these proved methods together so long after it."""
    rules = [Rule(MethodKind.SLACK, timedelta(0), SLACK_DM)]
    for kind, address in ways:
        async with bot.db.write() as tx:
            number = await contacts.add(tx.conn, user, kind, address, "", tx.now)
            await contacts.change(tx.conn, number, verified_at=tx.now)
        rules.append(Rule(kind, after, number))
    await contact_methods.wish(bot.db, user, Urgency.HIGH, Wishes(tuple(rules)))


async def asked(twilio: TwilioPeer, resource: str) -> MultiDict[str]:
    """The form of the message or call, once Twilio has it."""

    async def there() -> list[MultiDict[str]]:
        return [form for what, form in twilio.asked if what == resource]

    (form,) = await eventually(there, f"Twilio has one of {resource}")
    return form


async def test_a_latency_alarm_at_night_finds_somebody_who_is_awake(
    bot: Tocsin, people: Hands, clock: ManualClock, twilio: TwilioPeer, phones: WebServer
) -> None:
    ana, frank = user_of(bot, "ana"), user_of(bot, "frank")
    push = MethodKind.PUSH, f"ntfy://127.0.0.1:{phones.port}/ana-on-call"
    await wants(bot, ana, timedelta(minutes=1), push, (MethodKind.SMS, ANA_PHONE))
    await wants(bot, frank, timedelta(0), (MethodKind.VOICE, FRANK_PHONE))
    night = clock.now() - timedelta(hours=5), clock.now() + timedelta(hours=5)
    await reachability.remember_quiet(bot.db, Quiet(ana, *night))

    at = f"http://127.0.0.1:{bot.settings.http_port}"
    await alert(people.http, at, title=TITLE, severity="warning", service="checkout")
    card = await people.sees("ana", "@Tocsin", TITLE)
    assert "SEV1" in card["plain"]
    sms = await asked(twilio, "Messages")  # the clock stands: Slack is silent, so it comes at once
    assert (sms["To"], TITLE in sms["Body"]) == (ANA_PHONE, True)
    await eventually(lambda: _pushed(phones), "the push")
    await quiet(bot)
    told = (await people.command("ana", "/oncall why"))["reply"]["plain"]
    assert "SMS …3456: sent at 03:12 UTC (Slack is in Do Not Disturb, so this rings at once)" in told

    clock.forward(minutes=7, seconds=59)
    await bot.engine.idle()
    await quiet(bot)
    assert [what for what, _ in twilio.asked] == ["Messages"]
    clock.forward(seconds=1)
    backup = await people.sees("carol", "@Tocsin", TITLE)
    assert "nobody acknowledged" in backup["plain"].lower()
    call = await asked(twilio, "Calls")
    assert call["To"] == FRANK_PHONE
    await people.sees("frank", "@Tocsin", TITLE)

    clock.forward(minutes=1)
    assert f"{clock.now():%H:%M}" == "03:21"
    await people.click("carol", "Acknowledge", "@Tocsin")
    await eventually(lambda: _hung_up(twilio), "frank's telephone rings no more")
    for who in ("ana", "frank"):
        assert "Acknowledge" not in str((await people.sees(who, "@Tocsin", "has it"))["buttons"])
    held = await people.sees("carol", "@Tocsin", "has it: acknowledged 03:21")
    assert "Runbook: https://wiki.example.com/checkout" in held["plain"]
    clock.forward(hours=1)
    await bot.engine.idle()
    assert len(twilio.asked) == 2, "nobody is called after the acknowledgment"


async def quiet(bot: Tocsin) -> None:
    """Until nothing is owed any more, and what came of it is written down."""

    async def settled() -> bool:
        async with bot.db.read() as conn:
            return await debts.next_due(conn) is None and bot.outbox.in_flight == 0

    await eventually(settled, "nothing is owed")


async def _hung_up(twilio: TwilioPeer) -> bool:
    return twilio.hung_up == [f"CA{len(twilio.asked):032x}"]


async def _pushed(phones: WebServer) -> bool:
    return any(TITLE in json.loads(call.body)["title"] for call in phones.calls)
