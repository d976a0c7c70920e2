"""What docs/reaching-people.md tells people to write works."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from bot.clock import SystemClock
from bot.config.load import load
from bot.core.contact import MethodKind
from bot.core.contact import Outgoing as Message
from bot.core.debts import Sent
from bot.notify.push import Push
from bot.notify.webhook import Webhook
from bot.outgoing import Outgoing
from tests.notify.peers import WebServer

PAGE = (Path(__file__).parents[2] / "docs" / "reaching-people.md").read_text()
ADDRESSES = [
    address
    for address in re.findall(r"^\| [^|]+ \| `([a-z]+://[^`]+)`", PAGE, flags=re.MULTILINE)
    if not address.startswith("smtp")
]
PLACES = {"user-key": "u" * 30, "app-token": "a" * 30, "the-bots-token": "b" * 32, "chat-id": "12345"}
"""What a reader replaces, as the services want it to look."""


def test_there_are_addresses_to_be_tried() -> None:
    assert len(ADDRESSES) == 5


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL))
def test_every_piece_of_configuration_is_right(block: str, tmp_path: Path) -> None:
    (tmp_path / "example.yml").write_text(block)
    secrets = dict.fromkeys(re.findall(r"secret_env: (\w+)", block), "clicksend://user:key@{to}")
    problems = load(tmp_path, secrets).problems
    assert [str(one) for one in problems if "there is no" not in one.message] == []


@pytest.mark.parametrize("address", ADDRESSES)
async def test_every_push_address_is_understood(address: str) -> None:
    for place, value in PLACES.items():
        address = address.replace(place, value)
    push = Push("", Outgoing(allow_private=False))
    assert await push.knows(address)
    await push.aclose()


async def test_the_receiver_tells_our_calls_from_others() -> None:
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    written: dict[str, Any] = {}
    exec(block, written)
    web = WebServer()
    async with web.running():
        webhook = Webhook(
            f"http://127.0.0.1:{web.port}/", "secret", Outgoing(allow_private=True), SystemClock()
        )
        outcome = await webhook.send(MethodKind.WEBHOOK, Message("key", "board", "SEV1", "Checkout"))
    assert isinstance(outcome, Sent)
    (call,) = web.calls
    header = call.headers["X-Tocsin-Signature"]
    assert written["is_from_tocsin"](header, call.body, b"secret")
    assert not written["is_from_tocsin"](header, call.body + b" ", b"secret")
    assert not written["is_from_tocsin"](header, call.body, b"another")
