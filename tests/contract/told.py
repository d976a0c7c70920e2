"""What the program tells operators and people when something is wrong, read from its source; placeholders are `…`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.contract.source import nodes, parsed

ROOT = Path(__file__).parents[2]
BOT = ROOT / "bot"
RAISED = {"BadAlert": 0, "wrong": 0, "_say": 0}
"""Beside our own errors: what makes a sentence of an argument, and which argument that is."""
REFUSED = {"refuse": 1, "refuse_and_close": 1, "_refusal": 1}
OF_FILES = {"Problem": 2, "problem": 1, "Mistake": 1}
LOGGED = {"warning", "error", "exception"}
ANSWERED = {
    "config/wording.py": {"described", "_of_type"},
    "app.py": {"_database_ready", "_configured", "_slack_ready"},
    "web/health.py": {"_problem"},
    "queries/health.py": {"audit"},
    "queries/user_groups.py": {"problem"},
    "queries/provider_health.py": {"problem"},
    "logs.py": {"set_up"},
}
"""Functions that answer with what is wrong instead of raising it."""
PROBLEM_MACROS = {
    "replies.j2": {"not_saved_yet", "our_fault", "held_by_other", "over"},
    "late.j2": {"not_saved"},
    "notices.j2": {
        "empty_schedule",
        "nobody_reached",
        "setup_failed",
        "other_bot",
        "provider_down",
        "webhook_disabled",
    },
    "incident.j2": {"not_open", "still_open", "setup_problem"},
    "help.j2": {"unknown", "unknown_topic"},
    "one_tap.j2": {"altered", "expired", "not_from_here", "too_many", "not_saved"},
    "twilio.j2": {"moved_on", "nothing_open", "not_sent", "stranger", "not_saved"},
    "user_groups.j2": {"user_group_stays", "user_groups_refused", "user_group_failed"},
}
"""Templates that tell of a problem and are in use."""


@dataclass(frozen=True, order=True)
class Told:
    text: str
    where: str


@cache
def modules() -> dict[str, ast.Module]:
    """Without the sandbox, which is not there when Tocsin works on a real Slack."""
    return {
        str(path.relative_to(BOT)): parsed(path)
        for path in sorted(BOT.rglob("*.py"))
        if path.relative_to(BOT).parts[0] != "sandbox"
    }


@cache
def error_names() -> frozenset[str]:
    """TocsinError and what descends from it."""
    found = {"TocsinError"}
    while True:
        more = {
            node.name
            for tree in modules().values()
            for node in nodes(tree)
            if isinstance(node, ast.ClassDef)
            and found & {base.id for base in node.bases if isinstance(base, ast.Name)}
        }
        if more <= found:
            return frozenset(found)
        found |= more


@cache
def said() -> frozenset[Told]:
    """Sentences of errors, refusals, configuration mistakes, readiness and the auditor."""
    found: set[Told] = set()
    for name, tree in modules().items():
        for node in nodes(tree):
            where = f"bot/{name}:{getattr(node, 'lineno', 0)}"
            found |= {
                Told(normal(text), where) for text in (*_said(name, node, tree), *_at_fields(name, node))
            }
    return frozenset(told for told in found if len(told.text.replace("…", "").strip()) > 3)


@cache
def logged() -> frozenset[Told]:
    """The first words of log lines above INFO."""
    return frozenset(
        Told(normal(text), f"bot/{name}:{node.lineno}")
        for name, tree in modules().items()
        for node in nodes(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LOGGED
        and ast.unparse(node.func.value) == "log"
        for text in _texts(node.args[0], tree)
    )


def templated() -> dict[str, str]:
    """The longest fixed words of each template that tells of a problem, by its name."""
    found = {}
    for file, wanted in PROBLEM_MACROS.items():
        text = (BOT / "templates" / file).read_text()
        for name, body in re.findall(r"{%-? macro (\w+)\(.*?%}(.*?){%-? endmacro", text, re.DOTALL):
            if name in wanted:
                pieces = re.split(r"{{.*?}}|{%.*?%}|[()]", body, flags=re.DOTALL)
                found[f"{file}: {name}"] = max((normal(piece) for piece in pieces), key=len)
    return found


def normal(text: str) -> str:
    """As it is compared: no markup, one space at most, one `…` for placeholders side by side."""
    plain = re.sub(r"[\\`]", "", text)
    plain = re.sub(r"…(\s*…)+", "…", " ".join(plain.split()))
    return plain.removesuffix(".").strip()


def _said(name: str, node: ast.AST, tree: ast.Module) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in ANSWERED.get(name, ()):
        yield from _returned(node, tree)
    if isinstance(node, ast.ClassDef) and node.name in error_names():
        yield from _inits(node, tree)
    if isinstance(node, ast.Call):
        position = _position(name, node)
        if position is not None and len(node.args) > position:
            yield from _texts(node.args[position], _function_around(tree, node))


def _at_fields(name: str, node: ast.AST) -> Iterator[str]:
    """What a form says at its fields: sentences among the arguments of `errors`, or in an answered mapping."""
    if not name.startswith("slack/modals/"):
        return
    called = ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
    answered = isinstance(node, ast.Return) and isinstance(node.value, ast.Dict)
    if called == "errors" or (answered):
        for part in ast.walk(node):
            if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value.endswith("."):
                yield part.value
    if isinstance(node, ast.FunctionDef) and node.name == "length_error":
        yield from _returned(node, node)


def _position(name: str, call: ast.Call) -> int | None:
    called = call.func
    if ast.unparse(called) == "print" and name.startswith("cli") and "Say " in ast.unparse(call):
        return 0
    word = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
    in_config = name.startswith("config/")
    places = (
        RAISED | REFUSED | (OF_FILES if in_config else {"Problem": 0} if name == "queries/health.py" else {})
    )
    if word in ("Unavailable", "RateLimited", "Refused"):
        return None  # they make their sentence of their parts
    return 0 if word in error_names() else places.get(word)


def _inits(node: ast.ClassDef, tree: ast.Module) -> Iterator[str]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__" and call.args:
            yield from _texts(call.args[0], tree)


def _returned(node: ast.AST, tree: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Return) and part.value is not None:
            value = (
                part.value.elts[0] if isinstance(part.value, ast.Tuple) and part.value.elts else part.value
            )
            yield from _texts(value, tree)
        elif isinstance(part, ast.Raise) and isinstance(part.exc, ast.Call) and part.exc.args:
            yield from _texts(part.exc.args[0], tree)


def _texts(value: ast.expr, around: ast.AST) -> Iterator[str]:
    """The sentences that an expression may be, as far as they stand in the source."""
    match value:
        case ast.Constant(value=str() as text):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(_shown(part) for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield next(_texts(left, around), "…") + next(_texts(right, around), "…")
        case ast.IfExp(body=body, orelse=orelse):
            yield from _texts(body, around)
            yield from _texts(orelse, around)
        case ast.Name(id=name):
            yield from _assigned(name, around)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            for tree in modules().values():
                for node in tree.body:
                    if isinstance(node, ast.FunctionDef) and node.name == name and _answers_text(node):
                        yield from _returned(node, node)


def _shown(part: ast.expr) -> str:
    """A piece of a sentence; the commands are shown by the names that they have unless an operator sets others."""
    if isinstance(part, ast.Constant):
        return str(part.value)
    names = {"NAMES.incident": "/incident", "NAMES.on_call": "/oncall"}
    return names.get(ast.unparse(part.value), "…") if isinstance(part, ast.FormattedValue) else "…"


def _answers_text(node: ast.FunctionDef) -> bool:
    return node.returns is not None and ast.unparse(node.returns) == "str"


def _assigned(name: str, around: ast.AST) -> Iterator[str]:
    for node in nodes(around):
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            if isinstance(target, ast.Name) and target.id == name:
                yield from _texts(node.value, around)
            elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                for one, given in zip(target.elts, node.value.elts, strict=False):
                    if isinstance(one, ast.Name) and one.id == name:
                        yield from _texts(given, around)


def _function_around(tree: ast.Module, node: ast.AST) -> ast.AST:
    """The innermost function that holds `node`; the module when none does."""
    line = getattr(node, "lineno", 0)
    holders = [
        each
        for each in nodes(tree)
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
        and each.lineno <= line <= (each.end_lineno or 0)
        and any(part is node for part in nodes(each))
    ]
    return min(holders, key=lambda each: (each.end_lineno or 0) - each.lineno, default=tree)
