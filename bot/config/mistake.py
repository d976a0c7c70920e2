"""A mistake at a place within an entry."""

from __future__ import annotations

from typing import NamedTuple

from bot.config.yaml_lines import At


class Mistake(NamedTuple):
    """What is wrong at a place within an entry; `message` and `cure` are as in `Problem`."""

    at: At
    message: str
    cure: str
