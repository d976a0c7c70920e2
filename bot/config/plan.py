"""What an apply would do, in lines that a person reads before it is done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.core.configuration import ConfigObject, Difference


def lines(found: Difference, present: Iterable[ConfigObject]) -> Iterator[str]:
    """One line per change, then the counts: `+` is created, `~` changed, `-` deleted, `!` left to Slack."""
    before = {(one.kind, one.key): one for one in present}
    for one in found.created:
        yield f"+ {_name(one)} ({_place(one)})"
    for one in found.changed:
        keys = ", ".join(_changed_keys(before[one.kind, one.key], one))
        yield f"~ {_name(one)}: {keys} ({_place(one)})"
    for one in found.deleted:
        yield f"- {_name(one)} (was {_place(one)})"
    for one in found.conflicts:
        yield f"! {_name(one)} was made in Slack and stays as it is there ({_place(one)})"
    if found.is_empty:
        yield f"Nothing would change; {len(found.unchanged)} objects are as the files say."
    else:
        yield (
            f"{len(found.created)} to create, {len(found.changed)} to change, {len(found.deleted)} to delete, "
            f"{len(found.unchanged)} unchanged."
        )


def _name(one: ConfigObject) -> str:
    return one.kind if one.kind == one.key else f"{one.kind} {one.key}"


def _place(one: ConfigObject) -> str:
    return f"{one.file}:{one.line}" if one.file else "Slack"


def _changed_keys(before: ConfigObject, after: ConfigObject) -> list[str]:
    keys = sorted(before.body.keys() | after.body.keys())
    return [key for key in keys if before.body.get(key) != after.body.get(key)]
