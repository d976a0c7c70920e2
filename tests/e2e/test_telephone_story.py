"""A page leaves by SMS and by a call, through a Twilio on this machine, and is answered there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from multidict import MultiDict

from bot.app import Tocsin
from bot.clock import ManualClock
from bot.core.contact import MethodKind
from bot.core.ids import PersonId
from bot.store import contacts
from tests.e2e.world import ROOT, Hands, alert, eventually
from tests.notify import twilio_peer
from tests.notify.twilio_peer import ACCOUNT, SENDER, TwilioPeer

NUMBER = "+34600123456"
PROVIDER = """
providers:
  - id: twilio
    type: twilio
    account: {account}
    sender: "{sender}"
    url: {url}
    secret_env: TWILIO_AUTH_TOKEN
"""


@pytest.fixture
def config(tmp_path: Path, twilio: TwilioPeer) -> Path:
    """The demo company's, with this Twilio."""
    folder = tmp_path / "config"
    shutil.copytree(ROOT / "manifests" / "demo", folder)
    url = f"http://127.0.0.1:{twilio.port}"
    (folder / "twilio.yml").write_text(PROVIDER.format(account=ACCOUNT, sender=SENDER, url=url))
    return folder


async def has_telephone(bot: Tocsin, who: str) -> None:
    user = bot.catalogue().user_id(PersonId(who))
    assert user is not None
    async with bot.db.write() as tx:
        for kind in (MethodKind.SMS, MethodKind.VOICE):
            number = await contacts.add(tx.conn, user, kind, NUMBER, "", tx.now)
            await contacts.change(tx.conn, number, verified_at=tx.now)


async def taken(twilio: TwilioPeer, resource: str) -> MultiDict[str]:
    """The form of the message or call, once Twilio has it."""

    async def there() -> list[MultiDict[str]]:
        return [form for what, form in twilio.asked if what == resource]

    [form] = await eventually(there, f"Twilio has one of {resource}")
    return form


async def post(people: Hands, url: str, **form: str) -> tuple[int, str]:
    """Twilio calls us."""
    signed = {"X-Twilio-Signature": twilio_peer.signature(url, list(form.items()))}
    async with people.http.post(url, data=form, headers=signed) as answer:
        return answer.status, await answer.text()


async def test_nobody_hears_slack_and_a_key_on_the_telephone_takes_the_page(
    bot: Tocsin, people: Hands, twilio: TwilioPeer, clock: ManualClock
) -> None:
    await has_telephone(bot, "ana")
    at = f"http://127.0.0.1:{bot.settings.http_port}"
    await alert(people.http, at, title="checkout latency", severity="warning", service="checkout")
    await people.sees("ana", "@Tocsin", "checkout latency")
    assert twilio.asked == []

    clock.forward(minutes=3)
    sms = await taken(twilio, "Messages")
    what, reply, link = sms["Body"].splitlines()
    assert (sms["To"], reply) == (NUMBER, "Reply 1 to acknowledge, 4 to escalate.")
    assert "checkout latency" in what
    assert len(sms["Body"]) <= 320
    status = await post(people, sms["StatusCallback"], MessageSid="SM1", MessageStatus="delivered")
    assert status == (204, "")
    async with people.http.get(link) as page:  # a program looks into the link
        assert (page.status, "Nobody has it yet" in await page.text()) == (200, True)

    clock.forward(minutes=2)
    call = await taken(twilio, "Calls")
    await people.sees("carol", "@Tocsin", "checkout latency")
    gather = ElementTree.fromstring(call["Twiml"])[0]
    pressed, said = await post(people, gather.attrib["action"], CallSid="CA1", Digits="1")
    assert pressed == 200
    assert "(checkout latency). Nobody else is paged." in said
    await people.sees("carol", "@Tocsin", "has it")
    async with people.http.get(link) as page:
        assert "You have it since" in await page.text()


async def test_a_button_behind_the_link_takes_the_page(
    bot: Tocsin, people: Hands, twilio: TwilioPeer, clock: ManualClock
) -> None:
    await has_telephone(bot, "ana")
    at = f"http://127.0.0.1:{bot.settings.http_port}"
    await alert(people.http, at, title="checkout latency", severity="warning", service="checkout")
    await people.sees("ana", "@Tocsin", "checkout latency")
    clock.forward(minutes=3)
    link = (await taken(twilio, "Messages"))["Body"].splitlines()[-1]
    async with people.http.get(link) as page:
        proof = re.search(r'name="proof" value="([^"]+)"', await page.text())
    assert proof is not None
    form = {"proof": proof[1], "answer": "acknowledge"}
    async with people.http.post(link, data=form, headers={"Origin": "null"}) as page:
        assert "You have it since" in await page.text()
    await people.sees("ana", "@Tocsin", "has it")
    clock.forward(hours=1)
    await bot.engine.idle()
    assert [what for what, _ in twilio.asked] == ["Messages"], "no call follows"
