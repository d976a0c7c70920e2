"""Every channel against a real peer: what the outside did, and what that means for the message.

To add a channel: its way to be opened among `OPENED`, its rows in `ROWS`.
"""

from __future__ import annotations

import ast
import hmac
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.clock import ManualClock
from bot.core.catalogue import Provider, ProviderType
from bot.core.contact import MethodKind
from bot.core.contact import Outgoing as Message
from bot.core.debts import Failed, Outcome, Retry, Sent
from bot.core.ids import PageId, ProviderId
from bot.notify.channel import Channel, NotNow
from bot.notify.email import Email
from bot.notify.push import Push
from bot.notify.twilio import Twilio
from bot.notify.webhook import Webhook
from bot.outgoing import Outgoing
from tests.contract.source import parsed
from tests.notify.peers import MailServer, WebServer, nobody, silence, trusting

LINK = "https://tocsin.example.com/v1/p/abc"
MESSAGE = Message(
    key="page:7:notification:12",
    to="ana@example.com",
    subject="SEV1 Checkout: <b>latency</b> & errors",
    text=f"Checkout: <b>latency</b> & errors\nYou are on call.\n\nAcknowledge:\n{LINK}",
    link=LINK,
    thread="page:7",
    page=PageId(7),
    data={"page": 7, "severity": "SEV1"},
)
SECRET = "correct-horse-battery"
PATIENCE = 0.3
"""Real seconds for a peer that never answers."""


@dataclass
class Outside:
    """Who answers, as a row wants it."""

    mail: MailServer = field(default_factory=MailServer)
    web: WebServer = field(default_factory=WebServer)
    user: str = ""
    password: str = ""
    trusted: bool = True
    """Whether this machine trusts the mail server's certificate."""
    away: Callable[[], AbstractAsyncContextManager[int]] | None = None
    """Instead of a peer: nobody, or somebody who never says a word."""


def email(port: int, outside: Outside, clock: ManualClock) -> tuple[Channel, str]:
    user = f"{outside.user}@" if outside.user else ""
    provider = Provider(
        ProviderId("mail"),
        ProviderType.SMTP,
        (MethodKind.EMAIL,),
        url=f"{'smtps' if outside.mail.begins_with_tls else 'smtp'}://{user}localhost:{port}",
        sender="Tocsin <tocsin@example.com>",
    )
    checked = outside.user or outside.mail.begins_with_tls
    tls = trusting() if checked and outside.trusted else None
    within = PATIENCE if outside.away is silence else 60.0
    return Email(provider, outside.password, clock, tls=tls, within=within), MESSAGE.to


def webhook(port: int, outside: Outside, clock: ManualClock) -> tuple[Channel, str]:
    within = PATIENCE if outside.away is silence else 60.0
    url = f"http://127.0.0.1:{port}/hook?token={SECRET}"
    return Webhook(url, SECRET, Outgoing(allow_private=True), clock, within=within), "status-board"


def pushed_to(scheme: str) -> Callable[[int, Outside, ManualClock], tuple[Channel, str]]:
    def push(port: int, outside: Outside, _clock: ManualClock) -> tuple[Channel, str]:
        address = f"{scheme}://127.0.0.1:{port}/{SECRET}"
        within = PATIENCE if outside.away is silence else 60.0
        return Push("", Outgoing(allow_private=True), within=within), address

    return push


def carrier(port: int, outside: Outside, _clock: ManualClock) -> tuple[Channel, str]:
    within = PATIENCE if outside.away is silence else 60.0
    url = f"json://user:{SECRET}@127.0.0.1:{port}/?:to={{to}}"
    return Push(url, Outgoing(allow_private=True), within=within), "+447700900123"


def twilio(port: int, outside: Outside, _clock: ManualClock) -> tuple[Channel, str]:
    within = PATIENCE if outside.away is silence else 60.0
    provider = Provider(
        ProviderId("twilio"),
        ProviderType.TWILIO,
        (MethodKind.SMS,),
        url=f"http://127.0.0.1:{port}",
        account="AC1",
        sender="+14155550100",
    )
    return Twilio(provider, SECRET, Outgoing(allow_private=True), within=within), "+447700900123"


OPENED = {
    "email": email,
    "webhook": webhook,
    "ntfy": pushed_to("ntfy"),
    "json": pushed_to("json"),
    "carrier": carrier,
    "twilio": twilio,
}


def says(**answers: str) -> Outside:
    return Outside(mail=MailServer(says=answers))


def answers(status: int, **headers: str) -> Outside:
    web = WebServer(status=status, headers={name.replace("_", "-"): value for name, value in headers.items()})
    return Outside(web=web)


def twilio_says(status: int, text: str) -> Outside:
    return Outside(web=WebServer(status=status, text=text))


def with_password(right: str, given: str, *, tls: bool = True) -> Outside:
    return Outside(mail=MailServer(offers_tls=tls, password=right), user="tocsin", password=given)


ROWS: Sequence[tuple[str, str, Outside, Outcome]] = (
    ("email", "takes it", Outside(), Sent()),
    ("email", "takes it over TLS", Outside(mail=MailServer(offers_tls=True)), Sent()),
    ("email", "takes it with the password", with_password(SECRET, SECRET), Sent()),
    (
        "email",
        "speaks TLS from the beginning",
        Outside(mail=MailServer(begins_with_tls=True)),
        Sent(),
    ),
    (
        "email",
        "speaks TLS from the beginning and is somebody else",
        Outside(mail=MailServer(begins_with_tls=True), trusted=False),
        Retry("has a certificate that is not trusted"),
    ),
    (
        "email",
        "is somebody else",
        Outside(mail=MailServer(offers_tls=True), user="tocsin", password=SECRET, trusted=False),
        Retry("has a certificate that is not trusted"),
    ),
    ("email", "refuses the password", with_password(SECRET, "wrong-horse"), Retry("password (535)")),
    ("email", "has a password and no TLS", with_password(SECRET, SECRET, tls=False), Retry("offers no TLS")),
    ("email", "refuses the sender", says(MAIL="550 5.7.1 not you"), Retry("550")),
    ("email", "is busy with the mailbox", says(RCPT="450 4.2.1 try later"), NotNow("450")),
    ("email", "has a full mailbox", says(RCPT="452 4.2.2 over quota"), NotNow("452")),
    ("email", "knows no such mailbox", says(RCPT="550 5.1.1 <ana@example.com> unknown"), Failed("550")),
    ("email", "does not relay", says(RCPT="554 5.7.1 relay access denied"), Retry("554")),
    ("email", "is out of space", says(DATA="452 4.3.1 disk full"), Retry("452")),
    ("email", "takes it for spam", says(DATA="554 5.6.0 no thanks"), Retry("554")),
    (
        "email",
        "hangs up after the message",
        Outside(mail=MailServer(hangs_up_after_data=True)),
        Retry("ended the connection", certain=False),
    ),
    ("email", "is not there", Outside(away=nobody), Retry("could not be reached")),
    ("email", "never greets", Outside(away=silence), Retry("did not answer within")),
    ("webhook", "takes it", answers(204), Sent()),
    ("webhook", "moved", answers(302, Location="/elsewhere"), Failed("302")),
    ("webhook", "does not understand", answers(400), Failed("400")),
    ("webhook", "refuses the signature", answers(401), Failed("401")),
    ("webhook", "has timed out", answers(408), Retry("408")),
    ("webhook", "is gone", answers(410), Failed("it is gone")),
    ("webhook", "asks for patience", answers(429, Retry_After="7"), Retry("429", after=7.0)),
    (
        "webhook",
        "asks for patience until an instant",
        answers(503, Retry_After="Sat, 21 Nov 2026 02:48:30 GMT"),
        Retry("503", after=90.0),
    ),
    ("webhook", "asks for too much patience", answers(429, Retry_After="86400"), Retry("429", after=600.0)),
    ("webhook", "asks for nonsense", answers(429, Retry_After="soon"), Retry("429")),
    ("webhook", "is broken", answers(500), Retry("500")),
    ("webhook", "is not there", Outside(away=nobody), Retry("could not be reached", certain=False)),
    ("webhook", "never answers", Outside(away=silence), Retry("did not answer", certain=False)),
    *(
        row
        for service in ("ntfy", "json")
        for row in (
            (service, "takes it", answers(200), Sent()),
            (service, "knows no such topic", answers(404), Failed("404")),
            (service, "refuses the token", answers(401), Failed("401")),
            (service, "asks for patience", answers(429), NotNow("429")),
            (service, "is broken", answers(503), NotNow("503")),
            (service, "is not there", Outside(away=nobody), NotNow("could not be", certain=False)),
            (service, "never answers", Outside(away=silence), NotNow("did not answer", certain=False)),
        )
    ),
    ("ntfy", "counts in its own way", Outside(web=WebServer(429, text='{"code": 42901}')), NotNow("429")),
    ("carrier", "takes it", answers(200), Sent()),
    ("carrier", "refuses the account", answers(401), Retry("401")),
    ("carrier", "wants money", answers(402), Retry("402")),
    ("carrier", "knows no such number", answers(400), Failed("400")),
    ("carrier", "is broken", answers(502), Retry("502")),
    ("carrier", "is not there", Outside(away=nobody), Retry("could not be reached", certain=False)),
    ("twilio", "takes it", twilio_says(201, '{"sid": "SM1"}'), Sent()),
    ("twilio", "knows no such number", twilio_says(400, '{"code": 21211}'), Failed("21211")),
    ("twilio", "refuses the token", twilio_says(401, '{"code": 20003}'), Retry("20003")),
    ("twilio", "asks for patience", twilio_says(429, '{"code": 20429}'), Retry("20429")),
    ("twilio", "is broken", twilio_says(503, "<html>"), Retry("503")),
    ("twilio", "is not there", Outside(away=nobody), Retry("could not be reached", certain=False)),
    ("twilio", "never answers", Outside(away=silence), Retry("did not answer", certain=False)),
)


@asynccontextmanager
async def running(channel: str, outside: Outside) -> AsyncIterator[int]:
    """The port of whoever is at the other end."""
    if outside.away:
        async with outside.away() as port:
            yield port
    elif channel == "email":
        async with outside.mail.running():
            yield outside.mail.port
    else:
        async with outside.web.running():
            yield outside.web.port


async def sent(channel: str, outside: Outside, clock: ManualClock, message: Message = MESSAGE) -> Outcome:
    async with running(channel, outside) as port:
        opened, to = OPENED[channel](port, outside, clock)
        try:
            return await opened.send(MethodKind.EMAIL, replace(message, to=to))
        finally:
            await opened.aclose()


@pytest.mark.parametrize(
    ("channel", "outside", "outcome"),
    [pytest.param(row[0], row[2], row[3], id=f"{row[0]} {row[1]}") for row in ROWS],
)
async def test_what_the_outside_did_says_what_becomes_of_the_message(
    channel: str, outside: Outside, outcome: Outcome, clock: ManualClock
) -> None:
    found = await sent(channel, outside, clock)
    assert type(found) is type(outcome), found
    if isinstance(outcome, Sent):
        assert isinstance(found, Sent)
        assert "id" in found.remote
        return
    assert isinstance(found, Retry | Failed)
    assert isinstance(outcome, Retry | Failed)
    assert outcome.reason in found.reason
    for secret in (SECRET, "wrong-horse", "ana@", "447700900123"):
        assert secret not in found.reason
    if isinstance(outcome, Retry):
        assert isinstance(found, Retry)
        assert (found.after, found.certain) == (outcome.after, outcome.certain)


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        ("email", "ana"),
        ("email", "ana@example.com\r\nRCPT TO:<eve@example.com>"),
        ("email", "ana@example.com, eve@example.com"),
        ("email", "<ana@example.com>"),
        ("email", ""),
        ("push", ""),
        ("push", "+447700900123"),
        ("push", "carrier-pigeon://loft"),
        ("push", "syslog://"),
        ("push", "dbus://"),
        ("push", "/etc/passwd"),
    ],
)
async def test_what_is_no_address_fails_before_anybody_is_asked(
    channel: str, address: str, clock: ManualClock
) -> None:
    outside = Outside()
    async with outside.mail.running():
        opened = (
            Push("", Outgoing(allow_private=True))
            if channel == "push"
            else email(outside.mail.port, outside, clock)[0]
        )
        found = await opened.send(MethodKind.PUSH, replace(MESSAGE, to=address))
        await opened.aclose()
    assert isinstance(found, Failed)
    assert outside.mail.envelopes == []


async def test_messages_of_one_page_hang_together_and_a_repetition_is_known(clock: ManualClock) -> None:
    outside = Outside()
    messages = [MESSAGE, MESSAGE, replace(MESSAGE, key="other"), replace(MESSAGE, key="x", thread="page:8")]
    async with outside.mail.running():
        channel, _ = email(outside.mail.port, outside, clock)
        ids = [await channel.send(MethodKind.EMAIL, one) for one in messages]
    first, again, update, elsewhere = outside.mail.received
    assert [one["Message-ID"] for one in outside.mail.received] == [
        one.remote["id"] for one in ids if isinstance(one, Sent)
    ]
    assert first["Message-ID"] == again["Message-ID"] != update["Message-ID"]
    assert first["References"] == update["References"] == update["In-Reply-To"]
    assert elsewhere["References"] != first["References"]
    assert outside.mail.envelopes[0].mail_from == "tocsin@example.com"


async def test_an_email_says_it_in_text_and_in_html_and_escapes_what_came_from_outside(
    clock: ManualClock,
) -> None:
    outside = Outside()
    await sent("email", outside, clock, replace(MESSAGE, subject="SEV1\r\nBcc: eve@example.com"))
    (mail,) = outside.mail.received
    assert mail["Subject"].startswith("SEV1 Bcc: ")
    assert mail["Bcc"] is None
    assert outside.mail.envelopes[0].rcpt_tos == ["ana@example.com"]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == clock.now()
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    assert plain.get_content().splitlines() == MESSAGE.text.splitlines()
    shown = html.get_content()
    assert "&lt;b&gt;latency&lt;/b&gt; &amp; errors" in shown
    assert "<b>" not in shown
    assert shown.count(LINK) == 1
    assert "src=" not in shown


@pytest.mark.parametrize(
    "subject", ["SEV1 Größe – " + "sehr langsam, " * 12 + "ende", "x" * 180, "日本語 " * 40]
)
async def test_a_long_subject_in_any_language_arrives_as_it_was(subject: str, clock: ManualClock) -> None:
    outside = Outside()
    await sent("email", outside, clock, replace(MESSAGE, subject=subject))
    (mail,) = outside.mail.received
    assert mail["Subject"] == subject.strip()
    assert all(len(line) < 998 for line in mail.as_bytes().split(b"\n"))  # RFC 5322 §2.1.1


async def test_a_call_is_signed_over_its_instant_and_its_body(clock: ManualClock) -> None:
    outside = Outside()
    await sent("webhook", outside, clock)
    (call,) = outside.web.calls
    assert json.loads(call.body) == {"page": 7, "severity": "SEV1"}
    at = int(clock.now().timestamp())
    expected = hmac.new(SECRET.encode(), f"{at}.".encode() + call.body, "sha256").hexdigest()
    assert call.headers["X-Tocsin-Signature"] == f"t={at},v1={expected}"
    assert call.headers["Idempotency-Key"] == MESSAGE.key
    assert call.query == {"token": SECRET}


async def test_a_push_brings_subject_text_and_link(clock: ManualClock) -> None:
    outside = Outside()
    await sent("ntfy", outside, clock)
    (call,) = outside.web.calls
    told = json.loads(call.body)
    assert (told["topic"], told["title"]) == (SECRET, MESSAGE.subject)
    assert told["message"] == MESSAGE.text
    assert call.headers["User-Agent"] == "Tocsin"


async def test_a_carrier_gets_the_address_as_one_value_whatever_is_in_it(clock: ManualClock) -> None:
    outside = Outside()
    async with outside.web.running():
        channel, _ = carrier(outside.web.port, outside, clock)
        await channel.send(MethodKind.SMS, replace(MESSAGE, to="+44&:to=evil/../x"))
        await channel.aclose()
    (call,) = outside.web.calls
    assert (call.path, json.loads(call.body)["to"]) == ("/", "+44&:to=evil/../x")


async def test_a_carrier_gets_a_short_text_and_one_sentence_to_read_out(clock: ManualClock) -> None:
    outside = Outside()
    page = replace(MESSAGE, to="+447700900123", subject="SEV1 checkout is" + " slow" * 100)
    async with outside.web.running():
        channel, _ = carrier(outside.web.port, outside, clock)
        for kind in (MethodKind.SMS, MethodKind.VOICE):
            await channel.send(kind, page)
        await channel.aclose()
    text, call = (json.loads(one.body) for one in outside.web.calls)
    assert (text["title"], call["title"], call["message"]) == ("", "", page.subject)
    assert len(text["message"]) <= 320 and text["message"].endswith(f"slow...\n{LINK}")


def test_only_those_who_push_pay_for_apprise() -> None:
    """It takes 25 MB and a second: nothing imports it when it is imported itself."""
    bot = Path(__file__).parents[2] / "bot"
    importing = [
        path.name
        for path in bot.rglob("*.py")
        for node in parsed(path).body
        if isinstance(node, ast.Import | ast.ImportFrom) and "apprise" in ast.unparse(node)
    ]
    assert importing == []
    assert "from apprise import" in (bot / "notify" / "push.py").read_text()


@pytest.mark.parametrize(
    "address",
    [
        "json://[::1]/x",
        "json://[::1]:8080/x",
        "json://0x7f000001/",
        "ntfy://10.0.0.1?mode=private&to=x",
        "mailto://user:password@example.com?smtp=127.0.0.1",
        "matrixs://169.254.169.254/x",
    ],
)
async def test_a_private_address_is_seen_however_it_is_written(address: str) -> None:
    push = Push("", Outgoing(allow_private=False))
    found = await push.send(MethodKind.PUSH, replace(MESSAGE, to=address))
    await push.aclose()
    assert isinstance(found, Failed)
    assert "TOCSIN_ALLOW_PRIVATE_URLS" in found.reason


@pytest.mark.parametrize("scheme", ["json", "ntfy", "gotify"])
async def test_nothing_leads_into_the_network_of_the_machine(scheme: str, clock: ManualClock) -> None:
    web = WebServer()
    outgoing = Outgoing(allow_private=False)
    async with web.running():
        push = Push("", outgoing)
        address = f"{scheme}://localhost:{web.port}/{SECRET}"
        pushed = await push.send(MethodKind.PUSH, replace(MESSAGE, to=address))
        await push.aclose()
        called = await Webhook(f"http://127.0.0.1:{web.port}/", "", outgoing, clock).send(
            MethodKind.WEBHOOK, MESSAGE
        )
    for found in (pushed, called):
        assert isinstance(found, Failed)
        assert "TOCSIN_ALLOW_PRIVATE_URLS" in found.reason
    assert web.calls == []
