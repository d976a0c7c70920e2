"""Programs of the system that tests drive."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(program: str, packages: str) -> NoReturn:
    """Skip the test, or fail it where programs are required (`.ci/run`)."""
    sentence = f"{program} is missing: apt-get install {packages}"
    if os.environ.get("TOCSIN_REQUIRE_PROGRAMS") == "1":
        pytest.fail(sentence)
    pytest.skip(sentence)
