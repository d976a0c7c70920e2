"""What people type after /incident and /oncall."""

from __future__ import annotations

import pytest

from bot.core.ids import IncidentId, UserId
from bot.slack import commands, ids, on_call_commands
from bot.slack.commands import (
    Acknowledge,
    Cancel,
    ChangeSeverity,
    Declare,
    Escalate,
    HandOff,
    Help,
    IncidentCommand,
    Lead,
    Link,
    List,
    Merge,
    Note,
    Overview,
    Page,
    Rename,
    Reopen,
    Resolve,
    Runbook,
    Status,
    Task,
    Timeline,
    Unknown,
    Update,
)
from bot.slack.on_call_commands import Asking, OnCallCommand, OnCallNow, Word
from bot.slack.render import help as helping
from bot.slack.render.on_call_usages import ON_CALL
from tests.render.samples import LINE, buttons, elements, is_accepted, said

N = IncidentId(12)
ANN, BOB = UserId("U1"), UserId("U2")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", Overview()),
        ("   ", Overview()),
        ("declare", Declare()),
        ("declare Checkout is down", Declare("Checkout is down")),
        ("DECLARE   Checkout\u00a0is   down ", Declare("Checkout is down")),
        ("declare “Checkout is down”", Declare("Checkout is down")),
        ("declare 'Checkout' is 'down'", Declare("'Checkout' is 'down'")),
        ("declare latency &lt; 2 s &amp; errors", Declare("latency < 2 s & errors")),
        ("declare <@U1|ann> broke <#C1|general>", Declare("@ann broke #general")),
        ("declare see <https://x.example/a|the graph>", Declare("see https://x.example/a")),
        ("declare 12 hosts are down", Declare("12 hosts are down")),
        ("list", List("open")),
        ("list mine", List("mine")),
        ("list ALL", List("all")),
        ("list sev1", List("SEV1")),
        ("list 1", List("SEV1")),
        ("status", Status()),
        ("status INC-12", Status(N)),
        ("status inc-12", Status(N)),
        ("status 12", Status(N)),
        ("status #12", Status(N)),
        ("status inc12", Status(N)),
        ("INC-12", Status(N)),
        ("12", Status(N)),
        ("INC-12 resolve", Resolve(N)),
        ("inc-12 note cache flushed", Note(N, "cache flushed")),
        ("update", Update()),
        ("update INC-12", Update(N)),
        ("update 12", Update(N)),
        ("update INC-12: rolling back 4711", Update(N, "rolling back 4711")),
        ("update rolling back 4711", Update(None, "rolling back 4711")),
        ("severity SEV1", ChangeSeverity(None, "SEV1")),
        ("link", Link()),
        ("INC-12 link", Link(N)),
        ("link https://x.example/a", Link(None, "https://x.example/a")),
        ("link <https://x.example/a|the graph>", Link(None, "https://x.example/a", "the graph")),
        (
            "link <https://x.example/a|x.example/a> CPU &amp; disk",
            Link(None, "https://x.example/a", "CPU & disk"),
        ),
        ("link INC-12 https://x.example/a CPU", Link(N, "https://x.example/a", "CPU")),
        ("link foo bar", Link(None, "foo", "bar")),
        ("link INC-9", Link(other=IncidentId(9))),
        ("link INC-12 INC-9", Link(N, other=IncidentId(9))),
        ("INC-12 link with INC-9", Link(N, other=IncidentId(9))),
        ("merge", Merge()),
        ("merge INC-9", Merge(None, IncidentId(9))),
        ("merge 12 9", Merge(N, IncidentId(9))),
        ("merge INC-12 into INC-9", Merge(N, IncidentId(9))),
        ("merge checkout", Merge(None, None, "checkout")),
        ("task", Task()),
        ("tasks INC-12", Task(N)),
        ("task INC-12 rotate the keys", Task(N, "rotate the keys")),
        ("task rotate the keys <@U1|ann>", Task(None, "rotate the keys", ANN)),
        ("task <@U1|ann>: rotate the keys", Task(None, "rotate the keys", ANN)),
        ("task ask <@U1|ann> for the keys", Task(None, "ask @ann for the keys")),
        ("task rotate <@U1|ann> due tomorrow 9:30", Task(None, "rotate", ANN, "tomorrow 9:30")),
        ("task rotate due in 2 h <@U1|ann>", Task(None, "rotate", ANN, "in 2 h")),
        ("task pay the due invoice", Task(None, "pay the due invoice")),
        ("task 3 hosts are due fri", Task(None, "3 hosts are", None, "fri")),
        ("runbook INC-12", Runbook(N)),
        ("severity sev1", ChangeSeverity(None, "SEV1")),
        ("severity 1", ChangeSeverity(None, "SEV1")),
        ("severity 12 SEV1", ChangeSeverity(N, "SEV1")),
        ("severity INC-12 2", ChangeSeverity(N, "SEV2")),
        ("severity", ChangeSeverity()),
        ("lead", Lead()),
        ("lead me", Lead()),
        ("lead <@U1|ann>", Lead(None, ANN)),
        ("role INC-12 <@U1>", Lead(N, ANN)),
        ("lead bob", Lead(None, None, "bob")),
        ("page <@U1|ann> <@U2|bob>", Page(None, (ANN, BOB))),
        ("page INC-12 <@U1|ann>, platform and <!subteam^S1|@dba>", Page(N, (ANN,), ("S1",), ("platform",))),
        ('page "data platform" search', Page(None, words=("data platform", "search"))),
        ("page", Page()),
        ("escalate 12", Escalate(N)),
        ("escalate level 2", Escalate(None, 2)),
        ("escalate INC-12 to Level 3", Escalate(N, 3)),
        ("escalate bob", Escalate(None, None, "bob")),
        ("ack", Acknowledge()),
        ("acknowledge INC-12", Acknowledge(N)),
        ("note 3 hosts are down", Note(None, "3 hosts are down")),
        ("note INC-12 flushed\nthe cache", Note(N, "flushed\nthe cache")),
        ("timeline #12", Timeline(N)),
        ("timeline", Timeline()),
        ("timeline INC-12 JSON", Timeline(N, "json")),
        ("timeline md", Timeline(None, "markdown")),
        ("resolve INC-12", Resolve(N)),
        ("handoff", HandOff()),
        ("handoff INC-12 <@U1|ann>", HandOff(N, ANN)),
        ("handoff bob", HandOff(None, None, "bob")),
        ("rename", Rename()),
        ("rename 12 hosts are down", Rename(None, "12 hosts are down")),
        ("rename INC-12 “Checkout   is slow”", Rename(N, "Checkout is slow")),
        ("cancel", Cancel()),
        ("cancel inc-12 “a test”", Cancel(N, "a test")),
        ("cancle 12", Unknown("cancle", "cancel", "12")),
        ("reopen INC-12 errors are back", Reopen(N, "errors are back")),
        ("reopen 12", Reopen(N)),
        ("help", Help()),
        ("help page", Help("page")),
        ("?", Help()),
        ("decalre foo", Unknown("decalre", "declare", "foo")),
        ("reslove INC-12", Unknown("reslove", "resolve", "INC-12")),
        ("Checkout is down", Unknown("Checkout", None, "is down")),
        ("<!channel> x", Unknown("@channel", None, "x")),
    ],
)
def test_incident_commands(typed: str, expected: IncidentCommand) -> None:
    assert commands.incident(typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", OnCallNow()),
        ("now", OnCallNow()),
        ("why", Asking(Word.WHY)),
        ("whyy", on_call_commands.Unknown("whyy", "why", "whyy")),
        (" Help ", Asking(Word.HELP)),
        ("hepl", on_call_commands.Unknown("hepl", "help", "hepl")),
        ("tomorrow", on_call_commands.Unknown("tomorrow", None, "tomorrow")),
        ("who payments  tomorrow 9am", Asking(Word.WHO, "payments  tomorrow 9am")),
        ("schedule payments", Asking(Word.SCHEDULES, "payments")),
        ("shift <@U1|ann>", Asking(Word.SHIFTS, "<@U1|ann>")),
        (
            "Override payments-primary <@U1|ann> “sat”",
            Asking(Word.OVERRIDE, 'payments-primary <@U1|ann> "sat"'),
        ),
    ],
)
def test_on_call_commands(typed: str, expected: OnCallCommand) -> None:
    assert on_call_commands.read(typed) == expected


def test_every_command_of_on_call_is_in_the_help_with_examples_that_work_a_hint_and_a_button() -> None:
    assert tuple(usage.word for usage in ON_CALL) == tuple(Word)
    for usage in ON_CALL:
        for typed in (usage.example, *usage.more):
            assert isinstance(on_call_commands.read(typed), Asking), typed
        assert usage.example, usage.word
        assert usage.hint.endswith("."), usage.word
        assert usage.touch, usage.word
        shown = helping.help_text("oncall", usage.word)
        assert is_accepted(shown)
        assert f"/oncall {usage.example}" in said(shown).replace("\ufeff", "")


def test_every_command_is_in_the_help_and_its_example_works() -> None:
    assert tuple(usage.word for usage in helping.INCIDENT) == commands.SUBCOMMANDS
    for usage in helping.INCIDENT:
        assert not isinstance(commands.incident(usage.example or usage.word), Unknown)


def test_every_command_has_examples_that_work_a_hint_and_a_button_or_form() -> None:
    for usage in helping.INCIDENT:
        for typed in (usage.example, *usage.more):
            assert not isinstance(commands.incident(typed), Unknown | Overview), typed
        assert usage.example, usage.word
        assert usage.hint.endswith("."), usage.word
        assert usage.touch, usage.word
        shown = helping.help_text(topic=usage.word)
        assert is_accepted(shown)
        for part in (f"/incident {usage.example}", usage.hint, usage.touch):
            assert part in said(shown).replace("\ufeff", ""), usage.word


def test_help_about_a_mistyped_command_names_the_nearest() -> None:
    assert "Did you mean merge? /incident help merge explains it." in said(helping.help_text(topic="merg"))
    assert 'There is no command "xyzzy".' in said(helping.help_text(topic="xyzzy"))


def test_help_lists_commands_or_explains_one() -> None:
    everything = helping.help_text()
    assert is_accepted(everything)
    assert "`/incident resolve [INC-12]`" in said(everything)
    one = said(helping.help_text(topic="page"))
    assert "`/incident page" in one
    assert "`/incident resolve" not in one
    assert is_accepted(helping.help_text("oncall"))


def test_incident_alone_shows_what_is_open_first() -> None:
    answer = helping.help_text(open_incidents=[LINE] * 12)
    assert is_accepted(answer)
    assert said(answer).splitlines()[1:3] == ["*Open:*", "INC-12 Checkout is down (SEV1, Bob)"]
    assert "and 2 more" in said(answer)
    assert "No incident is open." in said(helping.help_text(open_incidents=[]))


def test_a_typo_gets_the_nearest_command_and_a_button_that_does_it() -> None:
    answer = helping.unknown("incident", "decalre", "declare", "foo")
    assert said(answer).startswith('I don\'t know "decalre". Did you mean declare?')
    assert buttons(answer) == ['Declare "foo"', "Help"]
    first = elements(answer.blocks[1])[0]
    assert (first["action_id"], first["value"]) == (ids.DECLARE, "foo")


def test_an_unknown_word_may_be_the_title_of_an_incident() -> None:
    answer = helping.unknown("incident", "Checkout", None, "is down")
    assert buttons(answer) == ['Declare "Checkout is down"', "Help"]
    assert is_accepted(helping.unknown("incident", "x" * 500, None, "y" * 5000))
    assert buttons(helping.unknown("incident", "reslove", "resolve", "INC-12")) == ["Help"]
    several = helping.unknown("incident", "server", "severity", "is on fire")
    assert buttons(several) == ['Declare "server is on fire"', "Help"]
    assert "/oncall help lists what I know." in said(helping.unknown("oncall", "x", None))
