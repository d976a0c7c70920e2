"""Who is on call now, for the reader first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from bot.core.ids import PageId, UserId
from bot.core.page import PageState
from bot.core.views import AttemptView, OnCallView, PageView, TeamOnCall
from bot.slack import ids
from bot.slack.render.message import Block, Message, actions, button, lines, message, section, within
from bot.slack.render.page import attempts
from bot.templates import say


def on_call(view: OnCallView, *, with_buttons: bool = False) -> Message:
    """The answer to `/oncall`."""
    you = mine(view)
    shown, left = within(teams(view))
    shown += [say("incident", "more", left)] if left else []
    further = [
        button("All schedules", ids.ON_CALL_ALL),
        button("My shifts", ids.ON_CALL_SHIFTS),
        button("Override…", ids.ON_CALL_OVERRIDE),
        button("Take over…", ids.ON_CALL_TAKE),
        change_schedules(),
        button("Page someone…", ids.ON_CALL_PAGE),
    ]
    blocks = (section(you), *map(section, lines(shown)))
    return message(you, (*blocks, actions(further)) if with_buttons else blocks)


def change_schedules() -> Block:
    """All of them, to look at, to make and to change."""
    return button("Change schedules…", ids.SCHEDULES)


def why(
    view: OnCallView,
    pages: Sequence[PageView],
    reader: UserId,
    tried: Mapping[PageId, Sequence[AttemptView]],
) -> Message:
    """The answer to `/oncall why`: each open page of the reader's with its reason, or that there is none.

    `tried`: how each page tries to reach them.
    """
    if not pages:
        text = say("on_call", "not_paged")
        return message(text, (section(text), section(mine(view))))
    told, left = within([_why(page, reader, tried.get(page.id, ())) for page in pages])
    told += [say("incident", "more", left)] if left else []
    paragraphs = map(section, lines(told, between="\n\n"))
    return message(say("on_call", "paged", len(pages)), (*paragraphs, section(mine(view))))


def _why(page: PageView, reader: UserId, tried: Sequence[AttemptView]) -> str:
    reason = say("page", "why", page.why) if page.why else ""
    step = page.next_step if page.state is PageState.TRIGGERED else None
    following = say("page", "next", step, reader) if step else ""
    told = " ".join(filter(None, (say("on_call", "page", page, reader), reason, following)))
    return "\n".join([told, *attempts(tried)])


def mine(view: OnCallView) -> str:
    """The reader's own shift, or the next one, in a sentence."""
    if view.mine:
        return say("on_call", "mine", view.mine)
    return say("on_call", "not_mine", view.next)


def teams(view: OnCallView) -> list[str]:
    """A line for each team, level 1 first."""
    return [_team(team) for team in view.teams] or [say("on_call", "no_teams")]


@lru_cache(maxsize=4096)
def _team(team: TeamOnCall) -> str:
    """Kept, because it stands on everybody's Home and changes with a shift."""
    return say("on_call", "team", team)
