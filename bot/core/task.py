"""A task: work of an incident that somebody does or should do, and what may happen to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.core.facts import Fact, TaskAdded, TaskAssigned, TaskDone, TaskReopened
from bot.core.frozen import dataclass
from bot.core.ids import IncidentId, TaskId, UserId, by_user

LONGEST_TASK = 300
MOST_TASKS = 100
"""Of one incident; more is a project."""


@dataclass(frozen=True)
class Task:
    id: TaskId
    incident: IncidentId
    text: str
    made_by: UserId
    made_at: datetime
    assignee: UserId | None = None
    due_at: datetime | None = None
    done_at: datetime | None = None
    done_by: UserId | None = None

    @property
    def is_open(self) -> bool:
        return self.done_at is None


@dataclass(frozen=True)
class TaskDecision:
    """With `fact` None nothing changed."""

    task: Task
    fact: Fact | None = None


def added(task: Task) -> Fact:
    return TaskAdded(
        at=task.made_at,
        by=by_user(task.made_by),
        incident=task.incident,
        task=task.id,
        text=task.text,
        assignee=task.assignee,
        due_at=task.due_at,
    )


def finish(task: Task, by: UserId, now: datetime) -> TaskDecision:
    if not task.is_open:
        return TaskDecision(task)
    fact = TaskDone(at=now, by=by_user(by), incident=task.incident, task=task.id, text=task.text)
    return TaskDecision(replace(task, done_at=now, done_by=by), fact)


def reopen(task: Task, by: UserId, now: datetime) -> TaskDecision:
    if task.is_open:
        return TaskDecision(task)
    fact = TaskReopened(at=now, by=by_user(by), incident=task.incident, task=task.id, text=task.text)
    return TaskDecision(replace(task, done_at=None, done_by=None), fact)


def assign(task: Task, assignee: UserId | None, by: UserId, now: datetime) -> TaskDecision:
    """To one person, or to nobody."""
    if task.assignee == assignee:
        return TaskDecision(task)
    fact = TaskAssigned(
        at=now, by=by_user(by), incident=task.incident, task=task.id, text=task.text, assignee=assignee
    )
    return TaskDecision(replace(task, assignee=assignee), fact)


def in_order(tasks: Iterable[Task]) -> tuple[Task, ...]:
    """Open before done; the open ones by their due time, then by age; the done ones the latest first."""
    known = tuple(tasks)
    dated = sorted((t for t in known if t.is_open and t.due_at), key=lambda t: (t.due_at, t.id))
    undated = [t for t in known if t.is_open and not t.due_at]
    done = sorted((t for t in known if not t.is_open), key=lambda t: (t.done_at, t.id), reverse=True)
    return (*dated, *undated, *done)
