"""Tasks of an incident: added, assigned, done and reopened; each is a fact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.core import task as core
from bot.core.catalogue import Catalogue
from bot.core.debts import DebtKind
from bot.core.frozen import dataclass
from bot.core.ids import IncidentId, TaskId, UserId, incident_label
from bot.core.incident import Incident
from bot.core.task import Task, TaskDecision
from bot.errors import Wrong
from bot.store import tasks
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases.incidents import checked_text, owe_sides, repeated, say, short_enough, working_on


@dataclass(frozen=True)
class Tasked:
    """The task as it is now; with `done` False nothing changed."""

    task: Task
    done: bool = True


async def add(
    db: Database,
    catalogue: Catalogue,
    number: IncidentId,
    by: UserId,
    text: str,
    assignee: UserId | None = None,
    due_at: datetime | None = None,
    once: str | None = None,
) -> Tasked | None:
    """Somebody is to do something, also after the end. None: this submission was acted on before.

    Raises `Wrong` for an empty or over-long text, or more than a hundred tasks.
    """
    async with db.write() as tx:
        incident = await working_on(tx, number, by)
        if await repeated(tx, once):
            return None
        text = " ".join(checked_text(text, "The task").split())
        text = short_enough(text, "The task", core.LONGEST_TASK)
        if await tasks.count(tx.conn, number) >= core.MOST_TASKS:
            raise Wrong(
                f"{incident_label(number)} has {core.MOST_TASKS} tasks, which is the most. Nothing was added."
            )
        fresh = Task(TaskId(0), number, text, by, tx.now, assignee, due_at)
        task = replace(fresh, id=await tasks.add(tx, fresh))
        tx.record(core.added(task))
        _show(tx, incident, task, "task_added", by)
        return Tasked(task)


async def finish(db: Database, catalogue: Catalogue, task: TaskId, by: UserId) -> Tasked:
    return await _change(db, task, by, "task_done", lambda it, now: core.finish(it, by, now))


async def reopen(db: Database, catalogue: Catalogue, task: TaskId, by: UserId) -> Tasked:
    return await _change(db, task, by, "task_reopened", lambda it, now: core.reopen(it, by, now))


async def assign(
    db: Database, catalogue: Catalogue, task: TaskId, by: UserId, assignee: UserId | None
) -> Tasked:
    return await _change(db, task, by, "task_assigned", lambda it, now: core.assign(it, assignee, by, now))


async def _change(
    db: Database, number: TaskId, by: UserId, what: str, decide: Callable[[Task, datetime], TaskDecision]
) -> Tasked:
    async with db.write() as tx:
        found = await tasks.load(tx.conn, number)
        if found is None:
            raise Wrong(f"There is no task {number}.")
        incident = await working_on(tx, found.incident, by)
        decision = decide(await tasks.load(tx.conn, number) or found, tx.now)
        if decision.fact is None:
            return Tasked(decision.task, done=False)
        await tasks.save(tx, decision.task)
        tx.record(decision.fact)
        _show(tx, incident, decision.task, what, by)
        return Tasked(decision.task)


def _show(tx: Tx, incident: Incident, task: Task, what: str, by: UserId) -> None:
    """The card counts them, and the channel hears of it."""
    owe_sides(tx, incident, DebtKind.INCIDENT_CARD)
    mark = f"{task.id}:{tx.now.isoformat()}"
    due_at = task.due_at.isoformat() if task.due_at else None
    say(tx, incident, what, by, mark=mark, text=task.text, assignee=task.assignee, due_at=due_at)
