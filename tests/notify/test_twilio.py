"""SMS and calls, over real HTTP to a Twilio on this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from bot.core.contact import MethodKind, Outgoing
from bot.core.debts import Failed, Retry, Sent
from bot.core.ids import PageId
from bot.notify import sms
from bot.notify.channel import NotNow
from bot.notify.twilio import Twilio
from bot.outgoing import Outgoing as Caller
from tests.notify.twilio_peer import SENDER, TOKEN, TwilioPeer, twilio_peer

ANA = "+4915112345678"
LINK = "https://tocsin.example.com/v1/p/" + "x" * 80
CALLBACK = "https://tocsin.example.com/v1/twilio/MS4xLlVBTkE.signature"
PAGE = Outgoing(
    key="page:7:notification:9",
    to=ANA,
    subject="SEV1 checkout: Error rate <5 % & rising",
    text="A longer text",
    link=LINK,
    thread="page:7",
    page=PageId(7),
    callback=CALLBACK,
)
CODE = Outgoing(key="code:1", to=ANA, subject="Your code", text="Your code for Tocsin is 204816.")


@pytest.fixture
async def peer() -> AsyncIterator[TwilioPeer]:
    async with twilio_peer() as peer:
        yield peer


def twilio(peer: TwilioPeer, token: str = TOKEN, **changed: str) -> Twilio:
    return Twilio(peer.provider(**changed), token, Caller(allow_private=True))


async def test_an_sms_says_what_how_to_answer_and_where_to_look(peer: TwilioPeer) -> None:
    outcome = await twilio(peer).send(MethodKind.SMS, PAGE)
    assert outcome == Sent({"id": f"SM{1:032x}"})
    assert peer.asked[0][0] == "Messages"
    assert dict(peer.form) == {
        "To": ANA,
        "From": SENDER,
        "Body": f"SEV1 checkout: Error rate <5 % & rising\nReply 1 to acknowledge, 4 to escalate.\n{LINK}",
        "StatusCallback": f"{CALLBACK}/status",
    }


async def test_a_messaging_service_sends_sms_and_cannot_call(peer: TwilioPeer) -> None:
    service = "MG" + "0" * 32
    channel = twilio(peer, sender=service)
    assert isinstance(await channel.send(MethodKind.SMS, PAGE), Sent)
    assert peer.form["MessagingServiceSid"] == service and "From" not in peer.form
    outcome = await channel.send(MethodKind.VOICE, PAGE)
    assert isinstance(outcome, Retry) and "cannot call" in outcome.reason
    assert len(peer.asked) == 1


async def test_a_call_reads_the_page_twice_and_asks_for_a_key(peer: TwilioPeer) -> None:
    outcome = await twilio(peer).send(MethodKind.VOICE, PAGE)
    assert outcome == Sent({"id": f"CA{1:032x}"})
    form = peer.form
    assert peer.asked[0][0] == "Calls"
    assert (form["To"], form["From"], form["Timeout"]) == (ANA, SENDER, "30")
    assert form["StatusCallback"] == f"{CALLBACK}/status"
    assert form.getall("StatusCallbackEvent") == ["initiated", "ringing", "answered", "completed"]
    response = ElementTree.fromstring(form["Twiml"])
    gather = response[0]
    assert (gather.tag, gather.get("numDigits"), gather.get("action")) == ("Gather", "1", f"{CALLBACK}/voice")
    said = [say.text for say in gather.findall("Say")]
    assert (
        said
        == [
            "SEV1 checkout: Error rate <5 % & rising. "
            "Press 1 to acknowledge, 4 to escalate, 6 if you can't take it."
        ]
        * 2
    )
    assert len(form["Twiml"]) <= 4000


async def test_without_a_public_address_nothing_is_asked_back(peer: TwilioPeer) -> None:
    alone = replace(PAGE, callback="", link="")
    await twilio(peer).send(MethodKind.SMS, alone)
    assert dict(peer.form) == {"To": ANA, "From": SENDER, "Body": PAGE.subject}
    await twilio(peer).send(MethodKind.VOICE, alone)
    assert set(peer.form) == {"To", "From", "Twiml", "Timeout"}
    assert "Gather" not in peer.form["Twiml"]


async def test_a_code_is_sent_as_it_is_and_read_twice(peer: TwilioPeer) -> None:
    await twilio(peer).send(MethodKind.SMS, CODE)
    assert peer.form["Body"] == "Your code for Tocsin is 204816."
    await twilio(peer).send(MethodKind.VOICE, CODE)
    said = [say.text for say in ElementTree.fromstring(peer.form["Twiml"]).findall("Say")]
    assert said == ["Your code for Tocsin is 204816."] * 2


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Disk “full” – 95 %…", 'Disk "full" - 95 %...'),
        ("SEV1 · api", "SEV1 - api"),
        ("Données à Łódź", "Données à Lodz"),
        ("Größe über 5 €", "Größe über 5 €"),
        ("Ошибка – оплата", "Ошибка – оплата"),
        ("database 🔥", "database 🔥"),
    ],
)
def test_an_sms_uses_the_short_alphabet_when_nothing_but_marks_is_lost(subject: str, body: str) -> None:
    assert sms.body(replace(PAGE, subject=subject), can_answer=True).splitlines()[0] == body


@pytest.mark.parametrize(("word", "ending"), [("latency ", "..."), ("x", "..."), ("ошибка ", "…")])
def test_a_long_title_is_cut_and_how_to_answer_stays(word: str, ending: str) -> None:
    body = sms.body(replace(PAGE, subject=word * 400), can_answer=True)
    title, reply, link = body.splitlines()
    assert 310 <= len(body) <= 320
    assert title.endswith(word.strip() + ending)
    assert (reply, link) == ("Reply 1 to acknowledge, 4 to escalate.", LINK)
    assert len(sms.body(replace(CODE, text=word * 400), can_answer=True)) <= 320


async def test_whatever_a_title_holds_a_call_reads_valid_xml(peer: TwilioPeer) -> None:
    hostile = '</Say><Hangup/> ]]> \x00\x08 "&amp;" \ufffe 🔥'
    await twilio(peer).send(MethodKind.VOICE, replace(PAGE, subject=hostile))
    response = ElementTree.fromstring(peer.form["Twiml"])
    assert [verb.tag for verb in response.iter()] == ["Response", "Gather", "Say", "Pause", "Say", "Say"]
    assert (response[0][0].text or "").startswith('</Say><Hangup/> ]]>  "&amp;"  🔥.')


async def test_a_call_that_rings_is_hung_up_and_one_that_is_over_is_left(peer: TwilioPeer) -> None:
    channel = twilio(peer)
    assert isinstance(await channel.hang_up("CA1"), Sent)
    assert peer.hung_up == ["CA1"]
    peer.errors = [(400, 21220)]
    assert await channel.hang_up("CA1") == Failed("the call is over already (Twilio's error 21220)")
    peer.errors = [(503, None)]
    assert isinstance(await channel.hang_up("CA1"), Retry)


PROVIDERS_FAULT = (
    *(20003, 20404, 20429, 20500, 21212, 21215, 21219, 21408, 21606, 21608, 21611, 21612),
    *(21660, 30001, 30002, 30007, 99999),
)
ADDRESS_FOR_GOOD = (21211, 21214, 21217, 21610, 21614, 21635, 30004, 30005, 30006)
ADDRESS_FOR_NOW = (30003, 30008)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        *((code, Retry) for code in PROVIDERS_FAULT),
        *((code, Failed) for code in ADDRESS_FOR_GOOD),
        *((code, NotNow) for code in ADDRESS_FOR_NOW),
    ],
)
async def test_each_documented_error_says_whose_fault_it_is(peer: TwilioPeer, code: int, kind: type) -> None:
    peer.errors = [(400, code)]
    outcome = await twilio(peer).send(MethodKind.SMS, PAGE)
    assert type(outcome) is kind
    assert isinstance(outcome, Retry | Failed)
    assert str(code) in outcome.reason
    assert "+1415" not in outcome.reason


async def test_a_wrong_token_is_the_providers_fault(peer: TwilioPeer) -> None:
    outcome = await twilio(peer, "another token").send(MethodKind.SMS, PAGE)
    assert outcome == Retry("the account or its token is refused (Twilio's error 20003)")


async def test_too_many_requests_wait_as_long_as_twilio_says(peer: TwilioPeer) -> None:
    peer.errors, peer.headers = [(429, 20429)], {"Retry-After": "3"}
    outcome = await twilio(peer).send(MethodKind.SMS, PAGE)
    assert isinstance(outcome, Retry) and outcome.after == 3


@pytest.mark.parametrize("status", [500, 502, 503, 404, 302])
async def test_an_answer_that_is_none_of_twilios_is_tried_again(peer: TwilioPeer, status: int) -> None:
    peer.errors = [(status, None)]
    assert await twilio(peer).send(MethodKind.SMS, PAGE) == Retry(f"Twilio answered {status}")


async def test_a_lost_answer_may_have_gone_through(peer: TwilioPeer) -> None:
    peer.hang_up = True
    outcome = await twilio(peer).send(MethodKind.SMS, PAGE)
    assert isinstance(outcome, Retry) and not outcome.certain


@pytest.mark.parametrize(
    "number", ["", "0151 1234", "ana@example.com", "+0123456789", "+49151", "+1415555010012345"]
)
async def test_what_is_no_number_is_not_sent(peer: TwilioPeer, number: str) -> None:
    for kind in (MethodKind.SMS, MethodKind.VOICE):
        assert isinstance(await twilio(peer).send(kind, replace(PAGE, to=number)), Failed)
    assert peer.asked == []
