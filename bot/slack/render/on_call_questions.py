"""Cover and swap, as whoever asks and whoever is asked see them in their DM; true whatever comes of them."""

from __future__ import annotations

from bot.core.cover import CoverReply, CoverState
from bot.core.swap import SwapReply, SwapState
from bot.core.views import CoverView, SwapView
from bot.slack import ids
from bot.slack.render.message import Block, Message, actions, button, message, section, sentence
from bot.templates import say


def question(view: CoverView | SwapView) -> Message:
    return cover(view) if isinstance(view, CoverView) else swap(view)


def cover(view: CoverView) -> Message:
    """The buttons go when it is settled, or when the reader has declined."""
    mine = view.reader == view.person.user
    text = say("on_call_questions", "cover_mine" if mine else "cover_asked", view)
    state = say("on_call_questions", "cover_state", view)
    return _message(text, state, _cover_buttons(view, mine))


def _cover_buttons(view: CoverView, mine: bool) -> list[Block]:
    if view.state is not CoverState.OPEN:
        return []
    if mine:
        return [button("Withdraw", ids.COVER_WITHDRAW, view.id)]
    if view.reader in [person.user for person in view.declined]:
        return [button("I take it after all", ids.COVER_ACCEPT, view.id)]
    return [
        button("I take it", ids.COVER_ACCEPT, view.id, style="primary"),
        button("I can't", ids.COVER_DECLINE, view.id),
    ]


def swap(view: SwapView) -> Message:
    mine = view.reader == view.first.person.user
    text = say("on_call_questions", "swap_mine" if mine else "swap_asked", view)
    state = say("on_call_questions", "swap_state", view)
    buttons: list[Block] = []
    if view.state is SwapState.PROPOSED:
        buttons = (
            [button("Withdraw", ids.SWAP_WITHDRAW, view.id)]
            if mine
            else [
                button("Agree", ids.SWAP_AGREE, view.id, style="primary"),
                button("Decline", ids.SWAP_DECLINE, view.id),
            ]
        )
    return _message(text, state, buttons)


def _message(text: str, state: str, buttons: list[Block]) -> Message:
    blocks = [section(text), section(state), *([actions(buttons)] if buttons else [])]
    return message(f"{text} {state}", blocks)


def cover_reply(reply: CoverReply, view: CoverView) -> Message:
    """Why a click on it changed nothing."""
    return sentence(say("on_call_questions", "cover_reply", reply.value, view))


def swap_reply(reply: SwapReply, view: SwapView) -> Message:
    return sentence(say("on_call_questions", "swap_reply", reply.value, view))
