"""People are reached beside Slack by the whole bot: what leaves, what its link does, and what an outage changes."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from bot.app import Tocsin
from bot.core.contact import MethodKind
from bot.core.ids import PageId, UserId
from bot.store import contacts, debts, pages
from tests.e2e.world import ROOT, Hands, alert, eventually
from tests.notify.peers import MailServer, WebServer
from tests.slack.office import NightClock


@pytest.fixture
def clock() -> NightClock:
    """A Saturday night. Product time all but stands until it is set; what is retried waits in real time."""
    return NightClock(datetime(2026, 11, 21, 3, 12, tzinfo=UTC), scale=0.001)


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    async with MailServer().running() as server:
        yield server


@pytest.fixture
async def phones() -> AsyncIterator[WebServer]:
    """Everybody's push service."""
    async with WebServer().running() as server:
        yield server


@pytest.fixture
def config(tmp_path: Path, mail: MailServer) -> Path:
    """The demo company, and providers of e-mail and push."""
    folder = tmp_path / "company"
    shutil.copytree(ROOT / "manifests" / "demo", folder)
    (folder / "reach.yml").write_text(
        f"""
providers:
  - {{id: mail, type: smtp, url: "smtp://127.0.0.1:{mail.port}", sender: Tocsin <tocsin@example.com>}}
  - {{id: push, type: apprise}}
"""
    )
    return folder


@dataclass
class Night:
    """Whoever is on call for payments, and what comes to them."""

    bot: Tocsin
    people: Hands
    clock: NightClock
    mail: MailServer
    phones: WebServer

    async def has(self, person: str, kind: MethodKind, address: str) -> None:
        """They proved that it is theirs."""
        user = next(one.user_id for one in self.bot.catalogue().people.values() if one.id == person)
        assert user is not None
        async with self.bot.db.write() as tx:
            number = await contacts.add(tx.conn, UserId(user), kind, address, "", tx.now)
            await contacts.change(tx.conn, number, verified_at=tx.now)

    async def fires(self, title: str) -> None:
        url = f"http://127.0.0.1:{self.bot.settings.http_port}"
        await alert(self.people.http, url, title=title, service="checkout", severity="critical")

    async def later(self, minutes: int) -> None:
        self.clock.forward(timedelta(minutes=minutes))
        for duty in ("reach", "escalate"):
            self.bot.engine.wake(duty)

    async def quiet(self) -> None:
        """Until nothing is owed any more."""

        async def settled() -> bool:
            async with self.bot.db.read() as conn:
                return await debts.next_due(conn) is None and self.bot.outbox.in_flight == 0

        await eventually(settled, "nothing is owed")

    async def may_press(self, person: str) -> list[str]:
        """The buttons in Slack that would acknowledge."""
        shown = [button["text"] for one in await self.people.dm(person) for button in one["buttons"]]
        return [one for one in shown if one == "Acknowledge"]

    async def states(self) -> dict[str, str]:
        """What became of each attempt to reach somebody, by its method."""
        async with self.bot.db.read() as conn:
            return {note.method: note.state for note in await pages.notifications(conn, PageId(1))}

    async def gets_mail(self, title: str, person: str = "ana") -> EmailMessage:
        async def came() -> EmailMessage | None:
            theirs = (one for one in self.mail.received if one["To"] == f"{person}@example.com")
            return next((one for one in theirs if title in str(one["Subject"])), None)

        found = await eventually(came, f"a mail about {title} for {person}")
        assert found is not None
        return found

    async def is_pushed(self, title: str) -> dict[str, Any]:
        async def came() -> dict[str, Any] | None:
            told = (json.loads(call.body) for call in self.phones.calls)
            return next((one for one in told if title in one["title"]), None)

        found = await eventually(came, f"a push about {title}")
        assert found is not None
        return found

    async def presses(self, link: str, answer: str) -> str:
        """Open the link and press a button; what the page says afterwards."""
        async with self.people.http.get(link) as shown:
            assert shown.status == 200
            proof = re.search(r'name="proof" value="([^"]+)"', await shown.text())
        assert proof is not None
        async with self.people.http.post(link, data={"proof": proof[1], "answer": answer}) as after:
            assert after.status == 200
            return await after.text()


@pytest.fixture
async def night(bot: Tocsin, people: Hands, clock: NightClock, mail: MailServer, phones: WebServer) -> Night:
    night = Night(bot, people, clock, mail, phones)
    await night.has("ana", MethodKind.EMAIL, "ana@example.com")
    await night.has("ana", MethodKind.PUSH, f"ntfy://127.0.0.1:{phones.port}/ana-on-call")
    return night


async def test_a_page_comes_by_mail_and_its_link_acknowledges_it(night: Night) -> None:
    await night.fires("Checkout latency")
    mail = await night.gets_mail("Checkout latency")
    await night.people.sees("ana", "@Tocsin", "Checkout latency")
    link = link_in(mail)
    assert night.phones.calls == []  # a push comes only when nobody answered for a minute

    for method in ("GET", "HEAD"):  # a scanner of links opens it first
        async with night.people.http.request(method, link, headers={"Purpose": "prefetch"}):
            pass
    assert "You have it" in await night.presses(link, "acknowledge")

    await night.quiet()
    assert await night.may_press("ana") == []
    assert await night.states() == {"slack": "sent", "email": "sent", "push": "canceled"}


async def test_with_the_mail_server_down_a_push_comes_at_once_and_the_admins_hear_once(night: Night) -> None:
    night.mail.says["DATA"] = "451 4.3.0 try later"
    await night.fires("Checkout latency")
    pushed = await night.is_pushed("Checkout latency")  # its minute has not passed
    assert pushed["topic"] == "ana-on-call"
    told = await night.people.sees("frank", "@Tocsin", "The provider mail can't be used")
    assert "451" in told["plain"]
    assert "People are reached by their other methods" in told["plain"]

    url = f"http://127.0.0.1:{night.bot.settings.http_port}/readyz"
    async with night.people.http.get(url) as ready:
        assert (ready.status, "provider mail: " in (await ready.json())["providers"]) == (200, True)

    night.mail.says.clear()
    count = len(night.mail.received)
    await eventually(lambda: _more(night.mail, count), "the mail is tried again and taken")
    dms = await night.people.dm("frank")
    assert len([one for one in dms if "can't be used" in one["plain"]]) == 1


def link_in(mail: EmailMessage) -> str:
    """The one-tap link in its text."""
    plain = mail.get_body(("plain",))
    assert plain is not None
    found = re.search(r"http://127\.0\.0\.1:\d+/v1/p/\S+", plain.get_content())
    assert found is not None
    return found[0]


async def _called(phones: WebServer) -> bool:
    return bool(phones.calls)


async def _more(mail: MailServer, than: int) -> bool:
    return len(mail.received) > than


async def test_with_slack_down_a_page_comes_by_mail_and_push_and_is_answered(night: Night) -> None:
    await night.people.call("POST", "faults", http=503)
    await night.fires("Checkout latency")
    mail = await night.gets_mail("Checkout latency")
    await night.is_pushed(
        "Checkout latency"
    )  # Slack is a provider that is down: the next that rings does not wait
    assert "You have it" in await night.presses(link_in(mail), "acknowledge")


async def test_with_slack_down_for_ten_minutes_the_levels_keep_their_time(night: Night) -> None:
    await night.has("carol", MethodKind.EMAIL, "carol@example.com")
    await night.people.call("POST", "faults", http=503)
    await night.fires("Checkout latency")
    await night.gets_mail("Checkout latency")
    assert not [one for one in night.mail.received if one["To"] == "carol@example.com"]
    await night.later(minutes=3)  # nobody answered: the second level is paged as it would be with Slack
    mail = await night.gets_mail("Checkout latency", "carol")
    assert "You have it" in await night.presses(link_in(mail), "acknowledge")
    await night.later(minutes=7)
    await night.people.call("DELETE", "faults")
    await night.quiet()
    assert (
        await night.may_press("ana") == await night.may_press("carol") == await night.may_press("frank") == []
    )


async def test_with_all_but_slack_down_slack_is_enough_and_nothing_is_given_up(night: Night) -> None:
    night.mail.says["MAIL"] = "421 4.3.0 shutting down"
    night.phones.status = 503
    await night.fires("Checkout latency")
    await night.people.sees("ana", "@Tocsin", "Checkout latency")
    await night.people.sees("frank", "@Tocsin", "The provider mail can't be used")
    await eventually(
        lambda: _called(night.phones), "the push is tried, since nothing else that rings is left"
    )
    await night.people.click("ana", "Acknowledge", "@Tocsin")
    await night.quiet()
    assert await night.may_press("ana") == []
    assert set((await night.states()).values()) == {"sent", "canceled"}
