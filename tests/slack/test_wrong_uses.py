"""Every sub-command used wrongly is answered with a sentence that says what to do; and each has its button or form."""

from __future__ import annotations

from bot.slack import commands
from bot.slack.listeners import incidents as buttons
from bot.slack.modals import more
from tests.render.samples import INCIDENT, texts
from tests.slack.office import Hands, Office
from tests.slack.test_links_story import declared

WHERE = "#general"
WRONG: dict[str, tuple[str, str]] = {
    "declare": ("decalre foo", "Did you mean declare?"),
    "list": ("list sev9", "I can't list \""),
    "status": ("status", "/incident status INC-1"),
    "update": ("update", "/incident update INC-1"),
    "severity": ("severity INC-1 SEV9", "There is no severity SEV9"),
    "rename": ("rename Search is down", "/incident rename INC-1"),
    "lead": ("lead INC-1 zoltan", "zoltan"),
    "handoff": ("handoff INC-1 zoltan", "zoltan"),
    "page": ("page INC-1 zoltan", "zoltan"),
    "escalate": ("escalate", "/incident escalate INC-1"),
    "ack": ("ack", "/incident ack INC-1"),
    "note": ("note INC-99 cache flushed", "There is no INC-99"),
    "task": ("task INC-1 call the bank due tomorrow noonish", "I don't understand the time"),
    "link": ("link INC-1 grafana.example.com", "is not a web address"),
    "runbook": ("runbok", "Did you mean runbook?"),
    "timeline": ("timeline INC-1 pdf", "I can't write a timeline as pdf"),
    "merge": ("merge INC-1 INC-1", "cannot be merged into itself"),
    "resolve": ("reslove", "Did you mean resolve?"),
    "cancel": ("cancel INC-99", "There is no INC-99"),
    "reopen": ("reopen INC-1 again", "is open already"),
    "drill": ("drill the kitchen", "Write it like drill checkout SEV1"),
    "help": ("help merg", "Did you mean merge?"),
}
ELSEWHERE = {
    "declare": "the Home's and the ⚡ menu's form",
    "drill": "its own form, which the command alone opens",
    "update": "Update, on the card",
    "severity": "Change severity, on the card",
    "lead": "Roles, on the card",
    "page": "Page someone, on the card",
    "resolve": "Resolve, on the card",
    "reopen": "Reopen, on the card of one that is over",
}
"""What has a button of its own on the card; everything else is in the modal "More"."""


def test_each_sub_command_has_a_wrong_use_and_a_button_or_form() -> None:
    assert set(WRONG) == set(commands.SUBCOMMANDS)
    offered = {block["accessory"]["action_id"].partition(":")[2] for block in more.view(INCIDENT)["blocks"]}
    assert set(commands.SUBCOMMANDS) == offered | set(ELSEWHERE)
    answered = set(buttons.FORMS) | {"list", "help", "ack", "escalate"}
    assert offered <= answered
    assert all(texts([block]) for block in more.view(INCIDENT)["blocks"])


async def test_each_wrong_use_says_what_to_do(office: Office, people: Hands) -> None:
    await declared(people)
    for word, (typed, told) in WRONG.items():
        answer = await people.command("dave", f"/incident {typed}", WHERE)
        assert answer["acked"], word
        assert told in answer["reply"]["plain"], (word, answer["reply"]["plain"])
    assert (await office.incident()).title == "Checkout is down"
