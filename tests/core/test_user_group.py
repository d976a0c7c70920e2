"""Who belongs in a user group that follows schedules, and what becomes of a person's own change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.core.catalogue import Catalogue
from bot.core.company import with_user_groups
from bot.core.ids import PersonId, PolicyId, ScheduleId, TeamId, UserId
from bot.core.policy import Level, Target, TargetKind
from bot.core.roster import reach
from bot.core.schedule import GroupChanges, Layer, all_changes
from bot.core.user_group import (
    Followed,
    SlackGroup,
    Told,
    belonging,
    changed_by_hand,
    followed,
    named,
    to_set,
)
from tests.company import ANA, BOB, CAROL, DAVE, ERIN, FRANK, company

AT = datetime(2026, 11, 21, 2, 47, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
NOTHING = all_changes([], [], None)
PRIMARY, SECONDARY = ScheduleId("payments-primary"), ScheduleId("payments-secondary")
HANDLE = "@payments-oncall"


def fed(
    *schedules: ScheduleId, changes: GroupChanges = GroupChanges.UNDO, people: Catalogue | None = None
) -> tuple[Catalogue, Followed]:
    base = people or company()
    found = {
        key: replace(one, user_groups=(HANDLE,), user_group_changes=changes) if key in schedules else one
        for key, one in base.schedules.items()
    }
    catalogue = replace(base, schedules=found)
    return catalogue, followed(catalogue)[HANDLE]


def group(*members: UserId, was_set: tuple[UserId, ...] = (), disabled: bool = False) -> SlackGroup:
    set_at = AT if was_set else None
    return SlackGroup("S1", HANDLE, "Payments", members, disabled, was_set, set_at)


def test_several_schedules_are_joined_in_their_order_until_the_first_of_them_changes() -> None:
    catalogue, feeding = fed(PRIMARY, SECONDARY)
    who = belonging(feeding, catalogue, NOTHING, AT)
    assert (who.users, who.until, who.unreachable) == ((ANA, CAROL), MONDAY, ())
    assert belonging(feeding, catalogue, NOTHING, MONDAY).users == (BOB, DAVE)


def test_whoever_has_no_active_account_is_left_out_and_named() -> None:
    base = company()
    ana = replace(base.people[PersonId("ana")], reachable=False)
    catalogue, feeding = fed(PRIMARY, people=replace(base, people={**base.people, ana.id: ana}))
    who = belonging(feeding, catalogue, NOTHING, AT)
    assert (who.users, who.unreachable) == ((), (PersonId("ana"),))


def test_nobody_belongs_in_it_before_the_first_hand_off() -> None:
    base = company()
    layers = tuple(
        replace(layer, starts_on=date(2027, 1, 4))
        for layer in base.schedules[PRIMARY].layers
        if isinstance(layer, Layer)
    )
    later = replace(base.schedules[PRIMARY], layers=layers)
    catalogue, feeding = fed(PRIMARY, people=replace(base, schedules={PRIMARY: later}))
    who = belonging(feeding, catalogue, NOTHING, AT)
    assert (who.users, who.until) == ((), datetime(2027, 1, 4, 9, tzinfo=UTC))
    assert to_set(feeding, group(BOB), who) is None


@pytest.mark.parametrize(
    ("known", "changes", "wanted"),
    [
        (None, GroupChanges.UNDO, (ANA, CAROL)),
        (group(), GroupChanges.UNDO, (ANA, CAROL)),
        (group(CAROL, ANA), GroupChanges.UNDO, None),  # Slack keeps no order
        (group(ERIN, was_set=(ANA, CAROL)), GroupChanges.UNDO, (ANA, CAROL)),
        (group(ERIN, was_set=(ANA, CAROL)), GroupChanges.RESPECT, None),
        (group(ERIN, was_set=(BOB, DAVE)), GroupChanges.RESPECT, (ANA, CAROL)),  # the shift has changed since
        (group(ERIN), GroupChanges.RESPECT, (ANA, CAROL)),  # never set by us
        (group(ERIN, disabled=True), GroupChanges.UNDO, None),
    ],
)
def test_whom_a_group_is_to_hold(
    known: SlackGroup | None, changes: GroupChanges, wanted: tuple[UserId, ...] | None
) -> None:
    catalogue, feeding = fed(PRIMARY, SECONDARY, changes=changes)
    assert to_set(feeding, known, belonging(feeding, catalogue, NOTHING, AT)) == wanted


@pytest.mark.parametrize(
    ("members", "after", "by_hand"),
    [
        ((ERIN,), 5, True),
        ((ERIN,), 0, True),  # within the same second
        ((ERIN,), -5, False),  # Slack was asked before we set it
        ((ANA,), 5, False),  # it holds whom it is to hold
        ((BOB,), 5, False),  # as we left it: the shift has just changed
    ],
)
def test_a_change_by_hand_is_told_from_our_own(
    members: tuple[UserId, ...], after: int, by_hand: bool
) -> None:
    catalogue, feeding = fed(PRIMARY)
    who = belonging(feeding, catalogue, NOTHING, AT)
    told = Told(group(*members), FRANK, AT + timedelta(seconds=after))
    assert changed_by_hand(group(*members, was_set=(BOB,)), told, who) is by_hand


def test_one_schedule_that_respects_changes_speaks_for_the_group() -> None:
    catalogue, _ = fed(PRIMARY, SECONDARY)
    respecting = replace(catalogue.schedules[SECONDARY], user_group_changes=GroupChanges.RESPECT)
    catalogue = replace(catalogue, schedules={**catalogue.schedules, SECONDARY: respecting})
    assert followed(catalogue)[HANDLE].changes is GroupChanges.RESPECT


def test_teams_admins_and_targets_are_read_from_groups() -> None:
    base = company()
    team = replace(base.teams[TeamId("payments")], members=(PersonId("ana"),), members_from="@payments")
    level = Level((Target(TargetKind.USER_GROUP, "@dba"),))
    policy = replace(base.policies[PolicyId("platform-default")], levels=(level,))
    found = replace(base, teams={team.id: team}, admins_from="@admins", policies={policy.id: policy})
    assert set(named(found)) == {"@payments", "@admins", "@dba"}
    groups = (
        SlackGroup("S1", "@payments", "", (BOB, UserId("UNEW"), UserId("UGONE"))),
        SlackGroup("S2", "@admins", "", (ERIN,)),
        SlackGroup("S3", "@dba", "", (DAVE, CAROL)),
        SlackGroup("S4", "@dba-old", "", (ANA,), disabled=True),
    )
    found = with_user_groups(found, groups, frozenset({UserId("UGONE")}))
    assert found.teams[team.id].members == ("ana", "bob", "UNEW")
    assert found.admins == ("frank", "erin")
    reached = reach(level.targets[0], found, NOTHING, AT)
    assert [contact.user for contact in reached.people] == [DAVE, CAROL]
    assert "@dba-old" in reach(Target(TargetKind.USER_GROUP, "@dba-old"), found, NOTHING, AT).reason
