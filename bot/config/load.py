"""Files become objects, or a list of every mistake in them; never a traceback."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from bot.config.check import World, check, undeclared
from bot.config.entries import Item, entries
from bot.config.objects import objects
from bot.config.problem import Problem
from bot.config.yaml_lines import Unreadable, read
from bot.core.configuration import Declared, Named
from bot.core.frozen import dataclass


@dataclass(frozen=True)
class Loaded(Declared):
    """What the files want: the objects, or the problems, in the order of files and lines."""

    problems: tuple[Problem, ...] = ()

    def problems_for_people(self) -> tuple[str, ...]:
        """As they are told in Slack: with the files' names in their folder."""
        return tuple(str(each).replace(f"{Path(each.file).parent}/", "") for each in self.problems)


def load(
    path: Path, environ: Mapping[str, str] | None = None, made_in_slack: Collection[Named] = ()
) -> Loaded:
    """Read a file, or all `*.yml` and `*.yaml` of a folder in the order of their names.

    `environ` is where `token_env` and `secret_env` look; the process's own when left out. `made_in_slack` are the
    schedules and policies that were made there: to name another that no file declares is a problem.
    """
    environ = os.environ if environ is None else environ
    files, problems = _files(path)
    items: list[Item] = []
    unreadable = False
    for file in files:
        try:
            document, doubles = read(file)
        except Unreadable as error:
            unreadable = True
            problems.append(error.problem)
            continue
        found, mistakes = entries(document)
        items += found
        problems += [*doubles, *mistakes]
    names = [str(file) for file in files]
    world = World(items, environ, names, complete=not unreadable, made_in_slack=made_in_slack)
    if files:
        problems += check(world)
    elsewhere = undeclared(world)
    if problems:
        return Loaded(problems=tuple(sorted(set(problems))), undeclared=elsewhere)
    return Loaded(objects=objects(items, environ), undeclared=elsewhere)


def _files(path: Path) -> tuple[Sequence[Path], list[Problem]]:
    if path.is_dir():
        files = sorted(
            file
            for file in path.iterdir()
            if file.suffix in (".yml", ".yaml") and file.is_file() and not file.name.startswith(".")
        )
        if files:
            return files, []
        return [], [Problem(str(path), 1, "the folder has no *.yml file", "Put the configuration there.")]
    if path.exists():
        return [path], []
    cure = "Check the path, or TOCSIN_CONFIG."
    return [], [Problem(str(path), 1, "there is no such file or folder", cure)]
