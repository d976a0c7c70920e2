"""Escalation policies on screen: the list, the form with its levels, and the preview."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.ids import PolicyId, SeverityId
from bot.core.policy_views import LevelLine, PolicyEditable, PolicyLine, PolicyPreview, level_line
from bot.core.schedule import all_changes
from bot.core.simulation import World, simulate
from bot.errors import Wrong
from bot.slack.modals import policies, policy_form, policy_level
from bot.slack.modals.policies import Previewed
from bot.slack.modals.policy_form import PolicyDraft
from bot.slack.render import policies as render
from bot.templates import mrkdwn
from tests.company import CHECKOUT_CRITICAL, SEV1, company
from tests.render.samples import NIGHT, is_accepted_view, pings, raw_texts
from tests.render.test_modals import submitted

COMPANY = company()
MINUTE = timedelta(minutes=1)
NAMES = {f"U{name.upper()}": name.capitalize() for name in COMPANY.people}
LEVELS = tuple(
    level_line(COMPANY, level, number, CHECKOUT_CRITICAL.ack_timeout)
    for number, level in enumerate(CHECKOUT_CRITICAL.levels, 1)
)
LINE = PolicyLine(
    PolicyId("checkout-critical"),
    "checkout-critical",
    LEVELS,
    repeat=1,
    last_level=3,
    last_every=10 * MINUTE,
    severity_timeouts={SEV1: 3 * MINUTE},
    used_by=("service checkout",),
    file="on_call.yml",
    line=22,
)
OURS = replace(LINE, file=None, line=None, may_change=True)
CHAIN = simulate(World(COMPANY, all_changes(())), CHECKOUT_CRITICAL, NIGHT, severity=SEV1)
PREVIEW = PolicyPreview(LINE, CHAIN)
ENTRY: dict[str, Any] = {
    "id": "nights",
    "name": "Nights",
    "levels": [
        {"targets": [{"schedule": "payments-primary"}], "ack_timeout": "5 min"},
        {
            "targets": [{"user": "bob"}, {"user": "gone"}, {"manager": True}, {"channel": "#payments"}],
            "severity_timeouts": {"SEV1": "2 min"},
            "when": "severity == 'SEV1'",
            "assign": "round_robin",
            "ack": "all",
        },
    ],
    "ack_timeout": "10 min",
    "severity_timeouts": {"SEV1": "3 min", "SEV2": "4 min"},
    "repeat": 2,
    "last_resort": {"level": 1, "every": "20 min"},
    "delay": "1 min",
    "ack_expires": "1 h",
}
DRAFT = policy_form.draft_of(ENTRY, "v1")


def form_of(draft: PolicyDraft) -> dict[str, Any]:
    lines = [LevelLine(number, ("payments",)) for number, _ in enumerate(draft.levels, 1)]
    return policy_form.view(draft, lines, [("standard", "Standard"), ("nights", "Nights")])


def test_a_policy_in_words_says_its_levels_what_follows_and_who_uses_it() -> None:
    assert render.summary(LINE).split("\n") == [
        "*checkout-critical* · declared in on_call.yml, line 22",
        "1. payments-primary · 5 min",
        "2. payments-secondary · 5 min",
        "3. Frank · 5 min",
        "The levels run twice; then level 3 every 10 min, until somebody acknowledges. By severity a level has at "
        "most: SEV1 3 min, others 15 min.",
        "Used by service checkout.",
    ]
    handed = replace(LINE, last_policy="Standard", delay=MINUTE, ack_expires=60 * MINUTE, used_by=())
    said = render.summary(handed)
    assert "then Standard takes over." in said
    assert (
        "It waits 1 min before the first page. After 1 h without work an acknowledged page pages again."
        in said
    )
    assert "Nothing pages by it yet" in said
    odd = LevelLine(2, ("Ana", "Bob"), MINUTE, {SeverityId("SEV1"): MINUTE}, "tier == 1", True, True)
    assert (
        "2. one of Ana and Bob, in turn · 1 min, SEV1 1 min · all must acknowledge · only when `tier == 1`"
        in (render.summary(replace(LINE, levels=(odd,))))
    )


def test_a_preview_says_whom_a_page_reaches_minute_by_minute() -> None:
    said = [mrkdwn.plain(text, NAMES) for text in raw_texts(render.whole(PREVIEW))]
    chain = said[-1].split("\n")
    assert chain[:4] == [
        "A SEV1 that begins now, by today's schedules:",
        "02:47 UTC Ana (payments-primary)",
        "02:50 UTC Carol (payments-secondary)",
        "02:53 UTC Frank",
    ]
    assert chain[-2].endswith("again and again")


def test_slack_accepts_every_view() -> None:
    carried = Previewed(ENTRY, "v1")
    previewed = policies.preview(PREVIEW, carried)
    assert previewed is not None
    assert policies.read_preview(previewed) == carried
    views = [
        policies.listed([replace(OURS, id=PolicyId(f"p{n}")) for n in range(80)], may_make=True),
        policies.listed([], may_make=False),
        policies.opened(PolicyEditable(CHECKOUT_CRITICAL, "v1", OURS), PREVIEW),
        policies.opened(PolicyEditable(CHECKOUT_CRITICAL, "v1", LINE, "It is declared in a file."), PREVIEW),
        previewed,
        form_of(DRAFT),
        form_of(PolicyDraft(levels=ENTRY["levels"][:1] * 20)),
        policy_level.view(DRAFT, 1, COMPANY),
        policy_level.view(PolicyDraft(), 0, COMPANY),
    ]
    for view in views:
        assert is_accepted_view(view)


@pytest.mark.parametrize("words", ["<!channel> & <@U123>", "`code` *bold*", "x" * 5000])
def test_what_people_wrote_is_shown_as_they_wrote_it(words: str) -> None:
    hostile = replace(LINE, name=words, levels=(LevelLine(1, (words,), when=words),), used_by=(words,))
    view = policies.listed([hostile], may_make=True)
    assert is_accepted_view(view)
    assert not pings(view["blocks"])


def test_a_form_that_is_not_touched_says_what_there_was() -> None:
    read = policy_form.read(submitted(form_of(DRAFT)))
    assert read == DRAFT
    assert policy_form.entry_of(read, "nights") == ENTRY
    last = policy_form.draft_of(ENTRY | {"last_resort": {"level": 2, "every": "10 min"}}, "v1")
    assert last.last == "last"
    handed = policy_form.draft_of(ENTRY | {"last_resort": {"policy": "standard"}}, "v1")
    assert policy_form.entry_of(handed, "nights")["last_resort"] == {"policy": "standard"}


def test_a_level_that_is_not_touched_says_what_there_was() -> None:
    known = {user: person.id for person in COMPANY.people.values() if (user := person.user_id)}
    for at, level in enumerate(ENTRY["levels"]):
        shown = submitted(policy_level.view(DRAFT, at, COMPANY))
        read = policy_level.read(shown, lambda user: known.get(user, user))
        assert read["targets"] == sorted(level["targets"], key=read["targets"].index)
        assert {**read, "targets": 0} == {**level, "targets": 0}
        assert policy_form.carried_draft(shown) == DRAFT


def test_levels_move_and_go() -> None:
    raised = DRAFT.with_level_raised(1)
    assert raised.levels == tuple(reversed(DRAFT.levels))
    assert DRAFT.with_level_raised(0) == DRAFT
    assert DRAFT.without_level(0).levels == DRAFT.levels[1:]
    assert DRAFT.with_level(2, {"targets": []}).levels[2] == {"targets": []}


def test_what_is_wrong_is_said_at_its_field() -> None:
    mistakes = [
        (("levels", 1, "when"), "It cannot be asked."),
        (("last_resort", "every"), "Too short."),
        (("last_resort", "level"), "There is no level 9."),
        (("delay",), "Too long."),
    ]
    assert policy_form.errors(DRAFT, mistakes) == {
        "name": "Level 2: It cannot be asked.",
        "every": "Too short.",
        "last": "There is no level 9.",
        "delay": "Too long.",
    }
    level = DRAFT.levels[1]
    at_level = [(("targets", 3, "channel"), "No channel."), (("targets", 0), "Nobody."), (("when",), "Odd.")]
    assert policy_level.errors(level, 1, at_level) == {
        "channels:1": "No channel.",
        "people:1": "Nobody.",
        "when:1": "Odd.",
    }


def test_times_are_typed_as_people_write_them() -> None:
    assert policy_form.read_times("SEV1 3, SEV2: 5 min; SEV3 1 h") == {
        "SEV1": "3 min",
        "SEV2": "5 min",
        "SEV3": "1 h",
    }
    assert policy_form.read_times("SEV1") == {"SEV1": ""}


def test_more_than_a_form_can_carry_is_said() -> None:
    targets = [{"user": f"{number * 7919:x}{number * 104729:x}person"} for number in range(400)]
    with pytest.raises(Wrong, match="more than a form can carry"):
        form_of(PolicyDraft(levels=({"targets": targets},)))
