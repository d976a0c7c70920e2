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


def test_a_start_leaves_out_what_is_needed_later() -> None:
    told = "import bot.__main__, sys; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    run = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)
    imported = set(run.stdout.split())
    assert "aiohttp" in imported
    assert {name: why for name, why in LATER.items() if name in imported} == {}
