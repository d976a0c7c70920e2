"""Compiled wording is kept between starts, and never stands in the way of a changed one."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from bot.templates.compiled import BesideTheTemplates


def said(text: str, folder: Path) -> str:
    """What a new process would say, whose template has this text."""
    environment = Environment(loader=DictLoader({"page.j2": text}), bytecode_cache=BesideTheTemplates(folder))
    return environment.get_template("page.j2").render()


def test_what_was_compiled_is_taken_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert said("one", tmp_path) == "one"
    monkeypatch.setattr(Environment, "_compile", None)
    assert said("one", tmp_path) == "one"


def test_a_changed_template_is_compiled_anew(tmp_path: Path) -> None:
    assert [said("one", tmp_path), said("two", tmp_path), said("one", tmp_path)] == ["one", "two", "one"]
    assert len(list(tmp_path.iterdir())) == 1


def test_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    said("one", tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:20])
    assert said("one", tmp_path) == "one"


def test_without_a_place_to_keep_it_the_wording_is_there_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder would be")
    assert said("one", tmp_path / "taken") == "one"
