"""A team's own wording stands where ours would, escaped, and cannot be a program."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest

from bot.core.contact import MethodKind, Outgoing
from bot.core.incident import IncidentStatus
from bot.core.page import PageState
from bot.core.views import PageView, ServiceView
from bot.notify import sms
from bot.slack.render import page, posts
from bot.templates import outgoing, own
from tests.render.samples import ANA, INCIDENT, TRIGGERED, said

WORDS = {
    "page": "{{ severity }} in {{ service }}: {{ title | upper }}",
    "details": "{{ description }} First: {{ runbook }}",
    "reminder": "Still nobody at level {{ level }}.",
    "update": "[{{ status }}] {{ text }}",
}


def worded(view: PageView, **more: str) -> PageView:
    assert view.service is not None
    return replace(view, service=replace(view.service, texts=WORDS | more))


def test_a_page_says_what_its_team_wrote_while_nobody_has_it() -> None:
    shown = replace(worded(TRIGGERED), title="Latency <!channel>", description="p99 is 3 s.")
    card = page.card(shown)
    assert (
        card.text == f"{shown.severity} in {shown.service and shown.service.name}: LATENCY &lt;!CHANNEL&gt;"
    )
    assert "p99 is 3 s. First: " in said(card)
    assert outgoing.subject(shown, {}, UTC).endswith("LATENCY <!CHANNEL>")
    held = replace(shown, state=PageState.ACKNOWLEDGED, acknowledged_by=ANA, acknowledged_at=shown.started_at)
    assert "has it" in page.card(held).text


def test_a_text_message_and_a_call_have_words_of_their_own_or_those_of_the_page() -> None:
    assert TRIGGERED.service is not None

    def said(kind: MethodKind, **texts: str) -> str:
        service = replace(TRIGGERED.service, texts=texts) if TRIGGERED.service else None
        shown = replace(TRIGGERED, title="Latency <!channel> & https://g.example.com/d?x=1", service=service)
        return outgoing.subject(shown, {}, UTC, kind)

    words = {"page": "Page: {{ title }}", "sms": "SMS: {{ title }}", "voice": "Call:\n{{ title }}"}
    assert said(MethodKind.SMS, **words) == "SMS: Latency <!channel> & https://g.example.com/d?x=1"
    assert said(MethodKind.VOICE, **words) == "Call: Latency <!channel> & a link"
    assert said(MethodKind.PUSH, **words).startswith("Page: Latency")
    assert said(MethodKind.SMS, page=words["page"]).startswith("Page: Latency")
    assert said(MethodKind.VOICE, voice="{% if level == '9' %}x{% endif %}").startswith(
        "SEV2 checkout: Latency"
    )
    assert "a link" in said(MethodKind.VOICE)


def test_a_long_text_of_a_team_leaves_room_for_the_answer_and_the_link() -> None:
    link = "https://tocsin.example.com/v1/p/" + "x" * 80
    long = "{{ title }} " + "every customer waits " * 40
    subject = outgoing.subject(worded(TRIGGERED, sms=long[:1000]), {}, UTC, MethodKind.SMS)
    page = Outgoing("key", "+4915112345678", subject, "", link=link, page=TRIGGERED.id)
    what, answer, last = sms.body(page, can_answer=True).splitlines()
    assert len(what) + len(answer) + len(last) + 2 <= sms.LONGEST
    assert what.endswith("...") and what.removesuffix("...").split()[-1] in ("every", "customer", "waits")
    assert (answer, last) == ("Reply 1 to acknowledge, 4 to escalate.", link)


def test_the_last_resort_reminds_in_the_teams_words() -> None:
    assert TRIGGERED.why is not None
    again = replace(worded(TRIGGERED), why=replace(TRIGGERED.why, last_resort_every_minutes=10, level=3))
    assert "Still nobody at level 3." in str(page.card(again).blocks)
    assert "Still nobody" not in str(page.card(worded(TRIGGERED)).blocks)


def test_an_update_is_worded_by_the_team() -> None:
    view = replace(INCIDENT, service=ServiceView("checkout", texts=WORDS))
    said = posts.update_post(view, "Rolling back", IncidentStatus.IDENTIFIED, ANA)
    assert "[identified] Rolling back" in str(said.blocks)


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{{ title }} {% if severity == 'SEV1' %}now{% endif %}", ""),
        ("{{ title * 1000000 }}", "mul cannot stand in it"),
        ("{{ title.__class__ }}", "getattr cannot stand in it"),
        ("{{ range(9) }}", "call cannot stand in it"),
        ("{% set x = 1 %}", "assign cannot stand in it"),
        ("{{ title | safe }}", "there is no filter safe"),
        ("{{ titel }}", "there is no value titel"),
        ("{{ title", "it is no Jinja2 template"),
        ("x" * 1001, "it is longer than 1000 characters"),
    ],
)
def test_a_text_is_no_program(template: str, problem: str) -> None:
    found = own.problem_of("page", template)
    assert found.startswith(problem) if problem else found == ""


def test_a_call_reads_no_address_out() -> None:
    assert own.problem_of("sms", "{{ title }} {{ runbook }}") == ""
    assert own.problem_of("voice", "{{ title }} {{ runbook }}").startswith("there is no value runbook")


def test_a_text_that_says_nothing_gives_way_to_ours() -> None:
    assert TRIGGERED.service is not None
    empty = replace(
        TRIGGERED, service=replace(TRIGGERED.service, texts={"page": "{% if level == '9' %}x{% endif %}"})
    )
    assert page.card(empty).text == page.card(TRIGGERED).text
