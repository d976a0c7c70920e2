"""Every sentence that the program says exists, and is given all that it asks for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from bot.templates import _surface
from tests.contract.source import nodes, parsed

BOT = Path(__file__).parents[2] / "bot"


def said() -> Iterator[tuple[str, str, str, int]]:
    """Where it is said, surface, macro, and how many values it is given; not where a call spreads its arguments."""
    for path in sorted(BOT.rglob("*.py")):
        for node in nodes(parsed(path)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say"):
                continue
            names = [one.value for one in node.args[:2] if isinstance(one, ast.Constant)]
            if len(names) == 2 and not any(isinstance(one, ast.Starred) for one in node.args):
                place = f"{path.relative_to(BOT.parent)}:{node.lineno}"
                yield place, str(names[0]), str(names[1]), len(node.args) - 2 + len(node.keywords)


def test_every_sentence_is_given_what_it_asks_for() -> None:
    found = list(said())
    assert len(found) > 200
    wrong = []
    for place, surface, macro, given in found:
        asked = getattr(_surface(surface), macro).arguments
        if given != len(asked):
            wrong.append(f"{place}: {surface}.{macro} asks for {', '.join(asked)}")
    assert wrong == []
