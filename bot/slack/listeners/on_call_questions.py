"""The buttons of cover and swaps."""

from __future__ import annotations

from collections.abc import Mapping

from slack_bolt.async_app import AsyncApp

from bot.core.cover import CoverDecision, CoverReply
from bot.core.ids import CoverId, SwapId
from bot.core.permissions import Action
from bot.core.swap import SwapDecision, SwapReply
from bot.queries import on_call_questions as queries
from bot.slack import ids
from bot.slack.listeners.answering import Click
from bot.slack.listeners.asking import Answer, Asked, Desk, Listener, Tell
from bot.slack.listeners.serving import Serve
from bot.slack.render import on_call_questions as render
from bot.usecases import covers, swaps


def register(bolt: AsyncApp, serve: Serve) -> None:
    buttons: Mapping[str, Listener] = {
        ids.COVER_ACCEPT: accept_cover,
        ids.COVER_DECLINE: decline_cover,
        ids.COVER_WITHDRAW: withdraw_cover,
        ids.SWAP_AGREE: agree_to_swap,
        ids.SWAP_DECLINE: decline_swap,
        ids.SWAP_WITHDRAW: withdraw_swap,
    }
    for action_id, listener in buttons.items():
        bolt.action(action_id)(serve(listener, Action.PLAN_ON_CALL, Click))


async def accept_cover(desk: Desk, asked: Asked) -> Answer:
    return _cover(desk, asked, await covers.accept(desk.db, desk.catalogue(), _cover_of(asked), asked.user))


async def decline_cover(desk: Desk, asked: Asked) -> Answer:
    return _cover(desk, asked, await covers.decline(desk.db, desk.catalogue(), _cover_of(asked), asked.user))


async def withdraw_cover(desk: Desk, asked: Asked) -> Answer:
    return _cover(desk, asked, await covers.withdraw(desk.db, desk.catalogue(), _cover_of(asked), asked.user))


async def agree_to_swap(desk: Desk, asked: Asked) -> Answer:
    return _swap(desk, asked, await swaps.agree(desk.db, desk.catalogue(), _swap_of(asked), asked.user))


async def decline_swap(desk: Desk, asked: Asked) -> Answer:
    return _swap(desk, asked, await swaps.decline(desk.db, desk.catalogue(), _swap_of(asked), asked.user))


async def withdraw_swap(desk: Desk, asked: Asked) -> Answer:
    return _swap(desk, asked, await swaps.withdraw(desk.db, desk.catalogue(), _swap_of(asked), asked.user))


def _cover(desk: Desk, asked: Asked, decision: CoverDecision) -> Answer:
    """What went well shows in the message itself; an ephemeral one is replaced."""
    view = queries.cover_view(desk.catalogue(), decision.cover, asked.user)
    if decision.reply is CoverReply.DONE:
        return Tell(render.cover(view)) if asked.ephemeral else None
    return Tell(render.cover_reply(decision.reply, view))


def _swap(desk: Desk, asked: Asked, decision: SwapDecision) -> Answer:
    view = queries.swap_view(desk.catalogue(), decision.swap, asked.user)
    if decision.reply is SwapReply.DONE:
        return Tell(render.swap(view)) if asked.ephemeral else None
    return Tell(render.swap_reply(decision.reply, view))


def _cover_of(asked: Asked) -> CoverId:
    return CoverId(int(asked.value))


def _swap_of(asked: Asked) -> SwapId:
    return SwapId(int(asked.value))
