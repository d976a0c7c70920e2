"""What a running bot does about Python's collections of memory, and the measurements with it."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from bot import memory


@pytest.fixture
def _collections() -> Iterator[None]:
    """As they were, for all other tests."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


@pytest.mark.usefixtures("_collections")
def test_five_thousand_objects_at_work_are_not_looked_through() -> None:
    memory.settle()
    before = [generation["collections"] for generation in gc.get_stats()]
    at_work = [[number] for number in range(5_000)]
    assert [generation["collections"] for generation in gc.get_stats()] == before
    assert len(at_work) == 5_000
