"""When Python looks for memory that nobody uses any more: seldom, because meanwhile everybody waits."""

from __future__ import annotations

import gc

YOUNG = 10_000
"""The young are looked through when there are so many more of them; that takes about a millisecond.

By Python's own 700 it happened six times for each 250 pages that are due at once and found them all at work, which was
a twentieth of what they cost."""


def settle() -> None:
    """What there is stays for good, so that no collection walks through it; from now on there are fewer.

    Of what was imported `bot.__main__` has said so already.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
