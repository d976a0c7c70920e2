"""The App Home: am I on call, what is open on me, who is on call, which incidents are open."""

from __future__ import annotations

from typing import Any

from bot.core.ids import UserId
from bot.core.page import PageState
from bot.core.views import CoverView, HomeView, IncidentLine, PageLine, SwapView
from bot.slack import ids
from bot.slack.render.home_manager import health, manager
from bot.slack.render.home_week import week
from bot.slack.render.message import (
    Block,
    actions,
    button,
    context,
    divider,
    header,
    lines,
    section,
    unbroken,
)
from bot.slack.render.on_call import change_schedules, teams
from bot.slack.render.on_call_questions import question
from bot.slack.render.page import acknowledge_all, more, snoozes
from bot.templates import mrkdwn, say

MOST_PAGES = 10
"""Two blocks each; with all other parts at their fullest the Home stays below Slack's 100 blocks."""
MOST_QUESTIONS = 4
MOST_INCIDENTS = 15
MOST_TEAM_BLOCKS = 6
TEAM_BLOCK = 2000


def home(view: HomeView) -> dict[str, Any]:
    """The reader's Home, whole: what is too much for Slack is counted."""
    blocks = _status(view) + _questions(view)
    blocks += [header("On you now"), *_pages(view)]
    blocks += [divider(), header("On call now"), *_teams(view)]
    blocks += [divider(), *(week(view.week) if view.week is not None else _no_schedule())]
    blocks += [divider(), header("Open incidents"), *_incidents(view)]
    if view.manager is not None:
        blocks += [divider(), *manager(view.manager)]
    if view.health is not None:
        blocks += [divider(), *health(view.health)]
    return {"type": "home", "blocks": [unbroken(block) for block in blocks]}


def refused(why: str) -> dict[str, Any]:
    """For somebody who is no full member: the reason, and nothing of what members see."""
    return {"type": "home", "blocks": [section(mrkdwn.escape(why))]}


def _status(view: HomeView) -> list[Block]:
    """Whether one is on call, until when and when next; what one may want to do about it."""
    told = [say("home", "status", view.on_call, view.shifts)]
    if view.shifts:
        told.append(say("home", "next_shifts", view.shifts))
    if view.silent:
        told.append(say("home", "silent", *view.silent, view.ringing))
    buttons = [button("Declare an incident", ids.DECLARE)]
    if view.on_call.mine or view.shifts:
        buttons += [button("Ask for cover…", ids.ON_CALL_COVER), button("I'm away…", ids.ON_CALL_AWAY)]
    if view.silent and not view.ringing:
        buttons.append(button("Add a method that rings", ids.CONTACTS))
    return [
        section("\n".join(told)),
        actions([*buttons, button("Help", ids.HELP)], "home:start"),
    ]


def _questions(view: HomeView) -> list[Block]:
    """Cover and swaps that wait for an answer, as in the DM."""
    if not view.questions:
        return []
    blocks = [header("Waiting for an answer")]
    for number, asked in enumerate(view.questions[:MOST_QUESTIONS]):
        blocks += _question(asked, f"home:question:{number}")
    return blocks + _more(len(view.questions) - MOST_QUESTIONS)


def _question(asked: CoverView | SwapView, block_id: str) -> list[Block]:
    shown = question(asked).blocks
    text = "\n".join(block["text"]["text"] for block in shown if block["type"] == "section")
    buttons = [block for block in shown if block["type"] == "actions"]
    return [section(text), *({**block, "block_id": block_id} for block in buttons)]


def _pages(view: HomeView) -> list[Block]:
    """First what nobody has yet, then what the reader has."""
    if not view.pages:
        return [section(say("home", "nothing_on_you"))]
    ordered = sorted(
        view.pages,
        key=lambda line: (line.state is not PageState.TRIGGERED, line.acknowledged_by != view.reader),
    )
    at_once = acknowledge_all(view.waiting)
    blocks = [actions(at_once, "home:pages")] if at_once else []
    for line in ordered[:MOST_PAGES]:
        blocks.append(section(say("home", "page", line)))
        blocks.append(actions(_page_buttons(line, view.reader), f"home:page:{line.id}:{line.state}"))
    return blocks + _more(len(ordered) - MOST_PAGES)


def _page_buttons(line: PageLine, reader: UserId) -> list[Block]:
    escalate = button("Escalate…", ids.PAGE_ESCALATE, line.id)
    rest = [escalate, snoozes(line.id), more(line.id, line.incident)]
    if line.state is PageState.ACKNOWLEDGED:
        take_over = button("Take over", ids.PAGE_TAKE_OVER, line.id)
        return [*([take_over] if line.acknowledged_by != reader else []), *rest]
    acknowledge = button("Acknowledge", ids.PAGE_ACKNOWLEDGE, line.id, style="primary")
    decline = button("Can't take it", ids.PAGE_DECLINE, line.id)
    return [acknowledge, *([decline] if line.state is PageState.TRIGGERED else []), *rest]


def _incidents(view: HomeView) -> list[Block]:
    if not view.incidents:
        return [section(say("home", "no_incident"))]
    ordered = sorted(view.incidents, key=lambda line: line.id not in view.mine)
    shown = [_incident(line, line.id in view.mine) for line in ordered[:MOST_INCIDENTS]]
    return shown + _more(len(ordered) - MOST_INCIDENTS)


def _incident(line: IncidentLine, is_mine: bool) -> Block:
    """With a way in: its own actions for those who are in it, Join for everybody else."""
    act = (
        button("Update", ids.INCIDENT_UPDATE, line.id)
        if is_mine
        else button("Join", ids.INCIDENT_JOIN, line.id)
    )
    return section(say("home", "incident", line, is_mine), act)


def _no_schedule() -> list[Block]:
    return [section(say("home", "no_schedule")), actions([change_schedules()], "home:changes")]


def _teams(view: HomeView) -> list[Block]:
    paragraphs = lines(teams(view.on_call), TEAM_BLOCK)
    shown = [section(text) for text in paragraphs[:MOST_TEAM_BLOCKS]]
    left = sum(text.count("\n") + 1 for text in paragraphs[MOST_TEAM_BLOCKS:])
    return shown + _more(left)


def _more(left: int) -> list[Block]:
    return [context(say("incident", "more", left))] if left > 0 else []
