"""The carrier of text messages is down: another one on this machine carries them, and everybody can see why."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import Tocsin
from bot.clock import ManualClock
from bot.core.contact import SLACK_DM, MethodKind, Rule, Urgency
from bot.core.ids import PersonId
from bot.core.reaching import Wishes
from bot.store import contacts
from bot.usecases import contact_methods
from tests.e2e.world import ROOT, Hands, alert, eventually
from tests.notify.peers import WebServer
from tests.notify.twilio_peer import ACCOUNT, SENDER, TwilioPeer

NUMBER = "+34600123456"
PROVIDERS = """
providers:
  - id: twilio
    type: twilio
    account: {account}
    sender: "{sender}"
    url: http://127.0.0.1:{port}
    secret_env: TWILIO_AUTH_TOKEN
  - id: second-carrier
    type: apprise
    methods: [sms]
    secret_env: SECOND_CARRIER_URL
"""


@pytest.fixture
async def second(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WebServer]:
    async with WebServer().running() as server:
        monkeypatch.setenv("SECOND_CARRIER_URL", f"json://127.0.0.1:{server.port}/{{to}}")
        yield server


@pytest.fixture
def config(tmp_path: Path, twilio: TwilioPeer, second: WebServer) -> Path:
    folder = tmp_path / "config"
    shutil.copytree(ROOT / "manifests" / "demo", folder)
    carriers = PROVIDERS.format(account=ACCOUNT, sender=SENDER, port=twilio.port)
    (folder / "carriers.yml").write_text(carriers)
    return folder


async def wants_an_sms_at_once(bot: Tocsin, person: str) -> None:
    user = bot.catalogue().user_id(PersonId(person))
    assert user is not None
    async with bot.db.write() as tx:
        number = await contacts.add(tx.conn, user, MethodKind.SMS, NUMBER, "", tx.now)
        await contacts.change(tx.conn, number, verified_at=tx.now)
    now = timedelta(0)
    rules = Rule(MethodKind.SLACK, now, SLACK_DM), Rule(MethodKind.SMS, now, number)
    await contact_methods.wish(bot.db, user, Urgency.HIGH, Wishes(rules))


async def carried(second: WebServer, title: str) -> str:
    """The text that the second carrier got about this page."""

    async def there() -> list[str]:
        messages = [json.loads(call.body) for call in second.calls if NUMBER[1:] in call.path]
        return [str(one["message"]) for one in messages if title in one["message"]]

    (text,) = await eventually(there, f"the second carrier has {title}")
    return text


async def told(people: Hands, sentence: str) -> bool:
    """Whether `/oncall why` says so by now: it does once the outcome is written."""
    return sentence in (await people.command("ana", "/oncall why"))["reply"]["plain"]


async def test_a_second_carrier_takes_the_sms_and_why_says_what_both_answered(
    bot: Tocsin, people: Hands, twilio: TwilioPeer, second: WebServer, clock: ManualClock
) -> None:
    await wants_an_sms_at_once(bot, "ana")
    at = f"http://127.0.0.1:{bot.settings.http_port}"
    twilio.errors = [(500, None), (401, 20003)]

    await alert(people.http, at, title="checkout latency", severity="warning", service="checkout")
    text = await carried(second, "checkout latency")
    assert len(text) <= 320 and "/v1/p/" in text
    assert "Reply" not in text, "nobody hears what is answered to this carrier"
    down = "(twilio: Twilio answered 500; second-carrier took it)"
    await eventually(lambda: told(people, down), "why says what both answered")
    owner = await people.sees("frank", "@Tocsin", "The provider twilio can't be used")
    assert "I ask second-carrier instead" in owner["plain"]
    await people.click("ana", "Acknowledge", "@Tocsin")
    await people.click("ana", "Resolve", "@Tocsin")

    clock.forward(seconds=61)  # Twilio is tried again, and refuses the account for good
    await alert(people.http, at, title="checkout errors", severity="warning", service="checkout")
    await carried(second, "checkout errors")
    refused = "(twilio: the account or its token is refused (Twilio's error 20003); second-carrier took it)"
    await eventually(lambda: told(people, refused), "why says what both answered")
    assert (twilio.asked, twilio.errors) == ([], [])
