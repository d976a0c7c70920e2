"""YAML with its line numbers: plain values beside the line on which each of them stands.

Scalars follow YAML 1.2, with one exception: dates stay text, and the schema reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.config.problem import Problem
from bot.core.frozen import dataclass

At = tuple[str | int, ...]
"""Where a value sits in its document: keys and 0-based positions from the top."""

MOST_VALUES = 100_000
"""Aliases of aliases multiply; past this a file is refused instead of filling the memory."""
DEEPEST = 50


@dataclass(frozen=True)
class Document:
    """One file: mappings, lists, text, numbers, booleans and None; keys are always text."""

    file: str
    data: object
    lines: Mapping[At, int]

    def line(self, at: At) -> int:
        """The line of a value: of its key in a mapping, of itself in a list; of what holds it when it isn't there."""
        for length in range(len(at), 0, -1):
            if at[:length] in self.lines:
                return self.lines[at[:length]]
        return 1


class Unreadable(Exception):
    """A file is not YAML at all; carries its one problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def read(path: Path) -> tuple[Document, list[Problem]]:
    """A file's document, and the keys that it gives twice. Raises `Unreadable`."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise Unreadable(
            Problem(str(path), 1, f"the file cannot be read: {reason}", "Check its permissions.")
        ) from error
    except UnicodeDecodeError as error:
        raise Unreadable(
            Problem(str(path), 1, f"the file is not UTF-8 at byte {error.start}", "Save it as UTF-8.")
        ) from error
    return parse(text, str(path))


def parse(text: str, file: str) -> tuple[Document, list[Problem]]:
    """As `read`, from text."""
    try:
        node = YAML(typ="safe", pure=True).compose(text)
        builder = _Builder(file)
        data = builder.value(node, (), ()) if node is not None else None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        said = " ".join(part for part in (error.context, error.problem) if part)
        raise Unreadable(Problem(file, line, f"this is not YAML: {said}", _syntax_cure(said))) from error
    except YAMLError as error:
        said = str(error).splitlines()[0]
        raise Unreadable(
            Problem(file, 1, f"this is not YAML: {said}", "Remove what is not plain text.")
        ) from error
    except RecursionError as error:
        raise Unreadable(_too_deep(file, 1)) from error
    return Document(file, data, builder.lines), builder.problems


def _syntax_cure(said: str) -> str:
    if "\\t" in said:
        return "Indent with spaces, not with tabs."
    if "mapping values are not allowed" in said:
        return "Check the indentation, and put a text that contains a colon in quotes."
    if "cannot start any token" in said:
        return "Put a text that begins with such a character in quotes."
    if "undefined alias" in said:
        return "Name it with & before it is used, or put a text that begins with * in quotes."
    if "another document" in said:
        return "Make each document, begun by ---, a file of its own."
    return "Check the indentation, brackets and quotes here and on the line before."


def _too_deep(file: str, line: int) -> Problem:
    return Problem(
        file, line, f"values are nested deeper than {DEEPEST} levels", "No key of Tocsin needs that."
    )


@dataclass
class _Builder:
    """Turns a node tree into plain values and remembers lines."""

    file: str
    lines: dict[At, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    values: int = 0

    def value(self, node: Node, at: At, inside: tuple[int, ...]) -> object:
        """`inside` holds the nodes around this one: an alias of one of them would never end."""
        line = node.start_mark.line + 1
        self.values += 1
        if id(node) in inside:
            raise Unreadable(
                Problem(
                    self.file, line, "an alias contains itself", "Write the value out instead of the alias."
                )
            )
        if self.values > MOST_VALUES:
            raise Unreadable(
                Problem(
                    self.file,
                    line,
                    f"aliases multiply to more than {MOST_VALUES} values",
                    "Use fewer aliases.",
                )
            )
        if len(inside) > DEEPEST:
            raise Unreadable(_too_deep(self.file, line))
        match node:
            case MappingNode():
                return self._mapping(node, at, (*inside, id(node)))
            case SequenceNode():
                return self._sequence(node, at, (*inside, id(node)))
            case ScalarNode():
                return _scalar(node)
            case _:
                raise TypeError(f"a node of YAML that is none of its three kinds: {node!r}")

    def _mapping(self, node: MappingNode, at: At, inside: tuple[int, ...]) -> dict[str, object]:
        values: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in values:
                self.problems.append(
                    Problem(
                        self.file,
                        line,
                        f"the key {key} is given twice, first on line {self.lines[(*at, key)]}",
                        "Keep one of the two.",
                    )
                )
                continue
            self.lines[(*at, key)] = line
            values[key] = self.value(value_node, (*at, key), inside)
        return values

    def _sequence(self, node: SequenceNode, at: At, inside: tuple[int, ...]) -> list[object]:
        values = []
        for position, item in enumerate(node.value):
            self.lines[(*at, position)] = item.start_mark.line + 1
            values.append(self.value(item, (*at, position), inside))
        return values


def _scalar(node: ScalarNode) -> object:
    text: str = node.value
    match str(node.tag).removeprefix("tag:yaml.org,2002:"):
        case "null":
            return None
        case "bool":
            return text.casefold() == "true"
        case "int" | "float" as kind:
            try:
                return int(text.replace("_", ""), 0) if kind == "int" else float(text)
            except ValueError:
                return text  # 0123 and 09:30 look like numbers to YAML 1.1
        case _:
            return text
