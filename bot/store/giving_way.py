"""How long work lets others have their turn."""

from __future__ import annotations

import asyncio


async def let_others() -> None:
    """What came from outside meanwhile is taken in by the first turn; whoever it woke goes on in the second."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)
