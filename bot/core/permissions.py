"""Who may do what: one table, asked by every use case that a person starts (PRODUCT §2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from bot.core.catalogue import Catalogue
from bot.core.ids import PersonId, TeamId, UserId
from bot.core.schedule import Schedule


class Standing(StrEnum):
    """What somebody is to this workspace, as Slack tells it."""

    MEMBER = "member"
    GUEST = "guest"
    BOT = "bot"
    FOREIGNER = "foreigner"
    """Of another organization, in a channel shared with it."""
    GONE = "gone"
    """The account is deactivated."""
    UNKNOWN = "unknown"
    """Slack has not told of them yet: they joined a moment ago, or come from a shared channel."""


class Action(StrEnum):
    """What a person can start; configuration and integrations have their own owners (PRODUCT §10)."""

    DECLARE = "declare incidents"
    WORK_INCIDENT = "work on incidents"
    JOIN_INCIDENT = "join incidents"
    WORK_PAGE = "answer pages"
    PAGE_PEOPLE = "page people"
    SEE_ON_CALL = "see who is on call"
    PLAN_ON_CALL = "change who is on call"
    CHANGE_SCHEDULES = "change schedules"
    """Of full members only those who are `ENTITLED`."""
    CHANGE_POLICIES = "change escalation policies"


EVERYTHING = frozenset(Action)
NOTHING: frozenset[Action] = frozenset()

ALLOWED: Mapping[Standing, frozenset[Action]] = {
    Standing.MEMBER: EVERYTHING,
    Standing.GUEST: NOTHING,
    Standing.BOT: NOTHING,
    Standing.FOREIGNER: NOTHING,
    Standing.GONE: NOTHING,
    Standing.UNKNOWN: EVERYTHING,  # an alarm is not turned away; the edge that meets a stranger asks Slack who it is
}

_WHAT_THEY_ARE: Mapping[Standing, str] = {
    Standing.MEMBER: "a member",
    Standing.GUEST: "a guest",
    Standing.BOT: "a bot",
    Standing.FOREIGNER: "from another organization",
    Standing.GONE: "deactivated",
    Standing.UNKNOWN: "not known",
}


def may(action: Action, standing: Standing) -> bool:
    return action in ALLOWED[standing]


def refusal(action: Action, standing: Standing) -> str:
    """The sentence for whoever may not."""
    return (
        f"Only full members of this workspace may {action.value}, and you are {_WHAT_THEY_ARE[standing]} here. "
        "Ask a member to do it for you."
    )


def unfit(standing: Standing) -> str:
    """Why somebody can't be paged, lead or be on call; empty for whoever can.

    Of whoever is gone the roster tells, with what is configured of them.
    """
    if standing in (Standing.GUEST, Standing.BOT, Standing.FOREIGNER):
        return f"is {_WHAT_THEY_ARE[standing]} here, and only full members can be paged, lead or be on call"
    return ""


class Tie(StrEnum):
    """What somebody is to a schedule."""

    ADMIN = "the admins"
    OWNER = "its owner"
    TEAM_OWNER = "its team's owner"


ENTITLED: Mapping[Action, frozenset[Tie]] = {
    Action.CHANGE_SCHEDULES: frozenset(Tie),
    Action.CHANGE_POLICIES: frozenset({Tie.ADMIN}),
}
"""What a full member must be besides, one of these; nothing where an action is not named."""


def refused_schedule(
    catalogue: Catalogue, user: UserId, schedule: Schedule | None, team: TeamId | None = None
) -> str | None:
    """Why somebody may not change a schedule, and whom to ask; None when they may.

    Without a schedule: a new one, for `team`.
    """
    tied = _tied(catalogue, schedule, team)
    allowed = ENTITLED[Action.CHANGE_SCHEDULES]
    listed = catalogue.person_of(user)
    me = listed.id if listed else PersonId(user)
    if any(me in people for tie, people in tied.items() if tie in allowed):
        return None
    what = f"change {schedule.name}" if schedule else "make schedules"
    names = _names(catalogue, (person for people in tied.values() for person in people))
    if not names:
        return f"Nobody may {what} yet. Name `admins` under `settings` in the configuration first."
    whose = "its owner or its team's" if schedule else "a team's owner, for the team"
    return f"Only admins may {what}, and {whose}. Ask {names}. Nothing was changed."


def refused_policies(catalogue: Catalogue, user: UserId) -> str | None:
    """Why somebody may not change escalation policies, and whom to ask; None when they may."""
    listed = catalogue.person_of(user)
    if (listed.id if listed else PersonId(user)) in catalogue.admins:
        return None
    names = _names(catalogue, catalogue.admins)
    if not names:
        return "Nobody may change escalation policies yet. Name `admins` under `settings` in the configuration first."
    return f"Only admins may change escalation policies. Ask {names}. Nothing was changed."


def _tied(
    catalogue: Catalogue, schedule: Schedule | None, team: TeamId | None
) -> dict[Tie, tuple[PersonId, ...]]:
    its_team = catalogue.teams.get((schedule.team if schedule else team) or TeamId(""))
    team_owner = its_team.owner if its_team else None
    owner = schedule.owner if schedule else None
    return {
        Tie.OWNER: (owner,) if owner else (),
        Tie.TEAM_OWNER: (team_owner,) if team_owner else (),
        Tie.ADMIN: catalogue.admins,
    }


def _names(catalogue: Catalogue, people: Iterable[PersonId]) -> str:
    """`Ana`, `Ana or Bob`, at most three."""
    known = [catalogue.people[one].name if one in catalogue.people else one for one in dict.fromkeys(people)]
    *most, last = known[:3] or [""]
    return f"{', '.join(most)} or {last}" if most else last
