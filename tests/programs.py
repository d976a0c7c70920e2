"""What of the system tests use: its programs, and its memory for files."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

MEMORY = Path("/dev/shm")
ROOM_BYTES = 4 * 2**30
"""For the databases of a parallel run, each server with its write-ahead log."""


def missing(program: str, packages: str) -> NoReturn:
    """Skip the test, or fail it where programs are required (`.ci/run`)."""
    sentence = f"{program} is missing: apt-get install {packages}"
    if os.environ.get("TOCSIN_REQUIRE_PROGRAMS") == "1":
        pytest.fail(sentence)
    pytest.skip(sentence)


def in_memory() -> Path | None:
    """Where files never wait for a disk that others keep busy; None where there is no such place or little room."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_BYTES:
        return MEMORY
    return None
