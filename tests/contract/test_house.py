"""The rules of the house that no linter knows: one clock, short functions, honest excepts, nothing of one machine."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

from tests.contract.source import nodes, parsed

ROOT = Path(__file__).parents[2]
SANDBOX = ROOT / "bot" / "sandbox"
MIGRATIONS = ROOT / "bot" / "store" / "migrations" / "versions"

# Asked for by these, the time is today's or now's. `time.monotonic` measures and is not among them.
ASKS_FOR_THE_TIME = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "gmtime", "localtime", "ctime"},
    "func": {"now", "current_timestamp", "current_date", "current_time", "localtimestamp"},
}
MACHINE = re.compile(
    r"(?<![\w.*])/(?:root|work)/|/opt/(?:wheels|pypi)|(?:files\.)?pythonhosted\.org|pypi\.org"
)
UNFINISHED = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX")).join((r"\b(?:", r")\b")))


def _sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def _where(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def _times_asked(tree: ast.Module) -> Iterator[ast.AST]:
    """Where a module asks for the time, also under another name (`from time import time as t`, `dt.datetime.now`)."""
    aliases = {
        alias.asname: alias.name
        for node in nodes(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if alias.asname
    }
    for node in nodes(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name):
                if name in ASKS_FOR_THE_TIME.get(aliases.get(owner, owner), ()):
                    yield node
            case ast.ImportFrom(module="time", names=names):
                if any(alias.name in ASKS_FOR_THE_TIME["time"] for alias in names):
                    yield node


@pytest.mark.parametrize(
    "source",
    [
        "datetime.now(UTC)",
        "field(default_factory=datetime.utcnow)",
        "import datetime as dt\ndt.datetime.now()",
        "from datetime import datetime as moment\nmoment.today()",
        "date.today()",
        "time.time()",
        "import time as t\nt.time_ns()",
        "from time import time",
        "select(func.now())",
    ],
)
def test_asking_for_the_time_is_recognised(source: str) -> None:
    assert list(_times_asked(ast.parse(source)))


@pytest.mark.parametrize(
    "source", ["clock.now()", "time.monotonic()", "datetime.fromisoformat(x)", "loop.time()"]
)
def test_what_does_not_ask_for_the_time_is_left_alone(source: str) -> None:
    assert not list(_times_asked(ast.parse(source)))


def test_only_the_clock_asks_for_the_time() -> None:
    # The sandbox is Slack: it has a clock of its own, as Slack has.
    asked = [
        _where(path, node)
        for path in _sources("bot")
        if path != ROOT / "bot" / "clock.py" and SANDBOX not in path.parents
        for node in _times_asked(parsed(path))
    ]
    assert asked == []


@cache
def _functions() -> list[tuple[int, str]]:
    """Every function of the bot: its lines from `def` to its end, and where it is; longest first.

    Not those of the migrations: each lists a schema as it was on one day, and is never changed again.
    """
    return sorted(
        (
            ((node.end_lineno or node.lineno) - node.lineno + 1, f"{_where(path, node)} {node.name}")
            for path in _sources("bot")
            if MIGRATIONS not in path.parents
            for node in nodes(parsed(path))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ),
        reverse=True,
    )


def test_no_function_reaches_eighty_lines() -> None:
    assert [function for function in _functions() if function[0] >= 80] == []


def test_nine_functions_in_ten_are_under_thirty_lines() -> None:
    functions = _functions()
    long = [function for function in functions if function[0] >= 30]
    assert len(long) <= len(functions) / 10, long


BROAD = {"Exception", "BaseException"}


def _broad_catches(tree: ast.Module) -> Iterator[ast.AST]:
    """`except:`, `except Exception`, alone or among others, and `suppress(Exception)`."""
    for node in nodes(tree):
        match node:
            case ast.ExceptHandler(type=None):
                yield node
            case (
                ast.ExceptHandler(type=caught)
                | ast.Call(func=ast.Name(id="suppress") | ast.Attribute(attr="suppress"), args=[caught, *_])
            ):
                names = (
                    {name.id for name in ast.walk(caught) if isinstance(name, ast.Name)} if caught else set()
                )
                if names & BROAD:
                    yield node


def _says_which_edge(lines: list[str], lineno: int) -> bool:
    return any(re.search(r"#.*\bedge\b", line) for line in lines[max(lineno - 2, 0) : lineno])


def test_a_broad_except_names_the_edge_that_it_guards() -> None:
    unexplained = []
    for path in _sources("bot"):
        lines = path.read_text().splitlines()
        for node in _broad_catches(parsed(path)):
            if not _says_which_edge(lines, getattr(node, "lineno", 0)):
                unexplained.append(_where(path, node))
    assert unexplained == []


def _project_files() -> Iterator[tuple[Path, str]]:
    """Every text file that .gitignore does not keep out, but for this one: it names what it forbids."""
    ignored = [pattern.rstrip("/") for pattern in (ROOT / ".gitignore").read_text().split()] + [".git"]

    def walk(folder: Path) -> Iterator[Path]:
        for path in sorted(folder.iterdir()):
            if any(fnmatch(path.name, pattern) for pattern in ignored):
                continue
            if path.is_dir():
                yield from walk(path)
            else:
                yield path

    for path in walk(ROOT):
        content = path.read_bytes()
        if b"\0" not in content and path != Path(__file__):
            yield path.relative_to(ROOT), content.decode(errors="replace")


@pytest.mark.parametrize(
    ("pattern", "kind"), [(MACHINE, "a path or an index of one machine"), (UNFINISHED, "unfinished work")]
)
def test_no_file_holds(pattern: re.Pattern[str], kind: str) -> None:
    found = [
        f"{path}:{number}: {line.strip()[:100]}"
        for path, text in _project_files()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == [], kind


def test_frozen_classes_are_made_the_quick_way() -> None:
    """By `bot.core.frozen`; the sandbox, which imports nothing of the bot, has the standard library's."""
    standard = re.compile(r"^from dataclasses import .*\bdataclass\b", re.MULTILINE)
    slow = [
        str(path.relative_to(ROOT))
        for path in _sources("bot")
        if SANDBOX not in path.parents and path.name != "frozen.py"
        for text in (path.read_text(),)
        if standard.search(text) and "\n@dataclass(frozen=True" in text
    ]
    assert slow == []
