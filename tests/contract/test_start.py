"""A start imports what a bot needs to be ready, and leaves to its first use what it may never need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

LATER = {
    "alembic": "a migration that is due",
    "apprise": "the first message by it",
    "icalendar": "the first calendar or feed",
    "mako": "Alembic",
    "pygments": "Rich",
    "recurring_ical_events": "the first calendar",
    "rich": "a table or a command's help",
}
"""Libraries, with what imports them."""


def told_by(statement: str) -> list[str]:
    """The words that a process prints that has imported what `tocsin` imports."""
    command = [sys.executable, "-c", f"import bot.__main__, gc, sys; print(*{statement})"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()


def test_a_start_leaves_out_what_is_needed_later() -> None:
    imported = {name.partition(".")[0] for name in told_by("sys.modules")}
    assert "aiohttp" in imported
    assert {name: why for name, why in LATER.items() if name in imported} == {}


def test_what_a_start_imports_is_never_walked_through_by_a_collection() -> None:
    full, enabled, frozen = told_by(
        "(gc.get_stats()[2]['collections'], gc.isenabled(), gc.get_freeze_count())"
    )
    assert (full, enabled) == ("0", "True")
    assert int(frozen) > 100_000
