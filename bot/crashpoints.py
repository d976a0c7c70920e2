"""Named points at which a test may kill the process, to show that nothing is lost there.

`TOCSIN_CRASH_AT=after-claim` kills at the first pass of that point, `after-claim:3` at the third. Unset, it costs one
look at a module variable.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

POINTS = (
    "after-journal-commit",
    "after-fold-commit",
    "after-step-commit",
    "after-claim",
    "before-send",
    "mid-send",
    "after-send",
    "after-settle",
    "after-declare-commit",
    "after-channel-created",
    "after-acknowledge-commit",
)

_name, _, _count = os.environ.get("TOCSIN_CRASH_AT", "").partition(":")
_left = int(_count or 1)


def point(name: str) -> None:
    """Die here when a test asked for it."""
    global _left
    if name != _name:
        return
    _left -= 1
    if _left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)


async def during(name: str, work: Coroutine[Any, Any, T]) -> T:
    """Do the work; when a test asked for it, die while its request is out and its answer is not back."""
    if name != _name:
        return await work
    task = asyncio.ensure_future(work)
    await asyncio.wait({task}, timeout=0.05)
    point(name)
    return await task
