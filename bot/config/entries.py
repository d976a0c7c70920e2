"""What stands in the documents, entry by entry, each with its place; and what is wrong with each by itself."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from bot.config.entry import Entry
from bot.config.problem import Problem, did_you_mean, listed
from bot.config.schema import ENTRIES
from bot.config.wording import described, place, where
from bot.config.yaml_lines import At, Document
from bot.core.frozen import dataclass

SINGULAR = {
    "people": "person",
    "teams": "team",
    "services": "service",
    "schedules": "schedule",
    "policies": "policy",
    "integrations": "integration",
    "providers": "provider",
    "webhooks": "webhook",
    "severities": "severity",
    "roles": "role",
    "settings": "settings",
}


@dataclass(frozen=True)
class Item:
    """One entry of a document; `entry` is None when it has mistakes, and its id may be known all the same."""

    section: str
    id: str
    entry: Entry | None
    document: Document
    at: At

    @property
    def name(self) -> str:
        kind = SINGULAR[self.section]
        return kind if self.section == "settings" else f"{kind} {self.id}"

    def line(self, *inside: str | int) -> int:
        """The line of a place within the entry."""
        if inside[:2] == ("layers", 0) and (*self.at, "layers") not in self.document.lines:
            inside = inside[2:]  # the keys of a single layer may stand in the schedule itself
        return self.document.line((*self.at, *inside))

    def problem(self, inside: At, message: str, cure: str) -> Problem:
        """A problem at a place within the entry, which the message names."""
        if inside[:2] == ("layers", 0) and (*self.at, "layers") not in self.document.lines:
            inside = inside[2:]
        place = where(inside)
        subject = f"{self.name}, {place}" if place else self.name
        return Problem(self.document.file, self.line(*inside), f"{subject}: {message}", cure)


def entries(document: Document) -> tuple[list[Item], list[Problem]]:
    """The entries of one file in their order, and the mistakes that show without looking at any other entry."""
    items: list[Item] = []
    problems: list[Problem] = []
    if document.data is None:
        return items, problems
    if not isinstance(document.data, dict):
        message, cure = "the file is not a mapping", f"Begin it with one of {listed(ENTRIES)}."
        return items, [Problem(document.file, 1, message, cure)]
    for section, content in document.data.items():
        if section not in ENTRIES:
            cure = did_you_mean(section, ENTRIES, f"The keys are {listed(ENTRIES)}.")
            line = document.line((section,))
            problems.append(Problem(document.file, line, f"`{section}` is not a known key", cure))
            continue
        for found in _section(document, section, content):
            if isinstance(found, Item):
                items.append(found)
            else:
                problems.append(found)
    return items, problems


def _section(document: Document, section: str, content: object) -> Iterator[Item | Problem]:
    if content is None:
        return
    if section == "settings":
        yield from _item(document, section, content, (section,))
    elif isinstance(content, list):
        for position, one in enumerate(content):
            yield from _item(document, section, one, (section, position))
    else:
        cure = "Begin each entry with a dash: `- id: …`."
        yield Problem(document.file, document.line((section,)), f"`{section}` is not a list", cure)


def _item(document: Document, section: str, content: object, at: At) -> Iterator[Item | Problem]:
    known_as = _id(section, content)
    model = ENTRIES[section]
    try:
        yield Item(section, known_as, model.model_validate(content), document, at)
    except ValidationError as error:
        broken = Item(section, known_as, None, document, at)
        yield broken
        for detail in error.errors(include_url=False):
            message, cure = described(model, detail)
            inside = place(detail["loc"])
            if detail["type"] in ("missing", "extra_forbidden"):
                line = broken.line(*inside)
                yield Problem(document.file, line, broken.problem(inside[:-1], message, cure).message, cure)
            else:
                yield broken.problem(inside, message, cure)


def _id(section: str, content: object) -> str:
    if section == "settings":
        return section
    found = content.get("id") if isinstance(content, dict) else None
    return found if isinstance(found, str) else "without an id"
