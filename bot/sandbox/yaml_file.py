"""YAML as data; a text is parsed once, however many workspaces are made from it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML


def read(path: Path) -> Any:
    """What the file holds, to be read only: others may hold it, too. Raises `YAMLError`."""
    return _parsed(path.read_text(encoding="utf-8"))


@cache
def _parsed(text: str) -> Any:
    return YAML(typ="safe").load(text)
