"""The reference of commands is what the help says, and nothing names a command otherwise than the operator does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from bot.slack import commands
from bot.slack.on_call_commands import Word
from bot.slack.render import help as helping
from bot.slack.render.on_call_usages import ON_CALL
from bot.slack.render.usage import Usage
from tests.contract.source import nodes, parsed

ROOT = Path(__file__).parents[2]
BOT = ROOT / "bot"
LITERAL = re.compile(r"(?<![\w`])/(?:incident|oncall)\b")
NAMING_THEM = {"core/command_names.py", "settings.py", "cli_sandbox.py"}
"""Where the names that hold unless an operator sets others are written down."""


def rows(command: str, usages: Iterable[Usage]) -> list[str]:
    """A table of docs/commands.md."""
    return [
        f"| `{command} {' '.join(filter(None, (usage.word, usage.arguments)))}` | {usage.what}. {usage.hint} | "
        + " ".join(f"`{example}`" for example in (usage.example, *usage.more))
        + f" | {usage.touch} |"
        for usage in (_escaped(usage) for usage in usages)
    ]


def _escaped(usage: Usage) -> Usage:
    """A bar would end the table's cell."""
    return replace(usage, arguments=usage.arguments.replace("|", "\\|"))


def test_the_reference_lists_every_sub_command_as_the_help_does() -> None:
    lines = (ROOT / "docs" / "commands.md").read_text().splitlines()
    for command, usages, words in (
        ("/incident", helping.INCIDENT, commands.SUBCOMMANDS),
        ("/oncall", ON_CALL, tuple(Word)),
    ):
        assert [line for line in lines if line.startswith(f"| `{command} ")] == rows(command, usages)
        assert tuple(usage.word for usage in usages) == words


def _texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """String constants that are no docstrings."""
    loose = {id(node.value) for node in nodes(tree) if isinstance(node, ast.Expr)}
    for node in nodes(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in loose:
            yield node.lineno, node.value


def test_no_sentence_of_the_code_names_a_command_by_itself() -> None:
    found = [
        f"{path.relative_to(BOT)}:{line}: {text}"
        for path in sorted(BOT.rglob("*.py"))
        if "sandbox" not in path.relative_to(BOT).parts and str(path.relative_to(BOT)) not in NAMING_THEM
        for line, text in _texts(parsed(path))
        if LITERAL.search(text)
    ]
    assert found == []


def test_no_template_names_a_command_by_itself() -> None:
    found = [
        f"{path.name}: {line}"
        for path in sorted((BOT / "templates").glob("*.j2"))
        for line in re.sub(r"{#.*?#}", "", path.read_text(), flags=re.DOTALL).splitlines()
        if LITERAL.search(line)
    ]
    assert found == []
