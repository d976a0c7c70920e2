"""What every change of an incident has in common: who may make it, and where it must show.

The posts that the others owe to the incident's channel carry `by` and `at` (ISO 8601) and, by `what`:

    update               text, status, previous, next_due_at
    status               status, previous
    severity             severity, previous
    role                 role, user, previous
    paged                people, services, note
    acknowledged         pages
    escalated            pages
    resolved             what_happened, fix
    handoff              user, previous, going_on, next
    canceled             reason
    renamed              title, previous
    link                 url, text
    related              other
    merged               into
    absorbed             merged, title
    task_added           text, assignee, due_at; so do task_assigned, task_done and task_reopened
    reopened             reason
    announcement_update  event (update, resolved, canceled, reopened, renamed, merged) and what that has; a reply there
"""

from __future__ import annotations

from typing import Any

from bot.core import debts
from bot.core.debts import DebtKind, Priority
from bot.core.frozen import dataclass
from bot.core.ids import IncidentId, UserId, incident_label
from bot.core.incident import Incident, IncidentDecision, Outcome, may_see, not_there
from bot.core.page import Page
from bot.core.permissions import Action
from bot.errors import Wrong
from bot.log_context import from_here_on
from bot.store import incidents, messages, pages
from bot.store.uow import Tx
from bot.usecases.homes import refresh_recent
from bot.usecases.members import require

LONGEST_TEXT = 3000
"""Characters of one text; Slack shows no more in a section."""

LONGEST_TITLE = 200
_LATER = (DebtKind.INCIDENT_NAME, DebtKind.INCIDENT_TOPIC, DebtKind.INCIDENT_BOOKMARKS, DebtKind.INCIDENT_PIN)
"""In a storm these lag first (DESIGN, "Slack")."""


@dataclass(frozen=True)
class Changed:
    """The incident as it is now; with an outcome other than DONE nothing was changed."""

    incident: Incident
    outcome: Outcome = Outcome.DONE
    pages: tuple[Page, ...] = ()
    """The pages that changed with it."""


async def working_on(
    tx: Tx, number: IncidentId, by: UserId, action: Action = Action.WORK_INCIDENT
) -> Incident:
    """The incident, locked, for somebody who may work on it.

    Raises `NotAllowed` for a guest and `Wrong` when it is not there, or is merged into another one; a private one is
    not there for others.
    """
    from_here_on(incident=number)
    await require(tx.conn, action, by)
    incident = await incidents.load(tx.conn, number, lock=True)
    if incident is None or not may_see(incident, by):
        raise Wrong(not_there(number))
    if incident.merged_into is not None:
        raise Wrong(
            f"{incident_label(number)} is merged into {incident_label(incident.merged_into)}, so nothing was changed. "
            "Name that one, or use its channel."
        )
    return incident


async def repeated(tx: Tx, once: str | None) -> bool:
    """Whether the submission `once` was acted on before; Slack sends some of them twice."""
    return once is not None and not await messages.first_time(tx.conn, once, tx.real)


async def write(tx: Tx, decision: IncidentDecision, *shown_on: DebtKind) -> Changed:
    """Save what was decided, with its facts; `shown_on` says which sides of it in Slack show something old now."""
    if decision.outcome is Outcome.DONE:
        await incidents.save(tx, decision.incident)
        tx.record(*decision.facts)
        owe_sides(tx, decision.incident, *shown_on)
        await owe_homes(tx, decision.incident)
    return Changed(decision.incident, decision.outcome)


def owe_sides(tx: Tx, incident: Incident, *kinds: DebtKind) -> None:
    """Owe these sides of the incident, as far as they can exist.

    Whoever makes the channel, or takes it out of the archive, owes them all.
    """
    for kind in kinds:
        if kind is DebtKind.INCIDENT_ANNOUNCEMENT:
            possible = not incident.private and bool(incident.channel or incident.setup_problem)
        else:
            possible = incident.channel is not None and not incident.archived
        if possible:
            priority = Priority.DECORATION if kind in _LATER else Priority.INCIDENT
            tx.owe(debts.incident(kind, incident.id, priority))


async def owe_homes(tx: Tx, incident: Incident) -> None:
    """The App Homes of those concerned (declarer, roles, whoever was paged for it), and those that are looked at."""
    paged = [user for page in await pages.of_incident(tx.conn, incident.id) for user in page.ever_paged]
    concerned = {incident.declared_by, *incident.roles.values(), *paged}
    tx.touch_homes(*concerned)
    await refresh_recent(tx)


def say(tx: Tx, incident: Incident, what: str, by: UserId, *, mark: str = "", **data: Any) -> None:
    """Tell the incident's channel, once, unless it is archived.

    `mark` tells one post from another where the incident's version does not change.
    """
    if incident.archived and what != "announcement_update":
        return
    key = f"incident:{incident.id}:{what}:{mark or incident.version}"
    said = {"by": by, "at": tx.now.isoformat(), **data}
    tx.owe(debts.incident_post(key, incident.id, what, said))


def say_to_all(tx: Tx, incident: Incident, event: str, by: UserId, **data: Any) -> None:
    """Tell the incident's channel and, unless it is private, those who follow its announcement."""
    say(tx, incident, event, by, **data)
    if not incident.private:
        say(tx, incident, "announcement_update", by, event=event, **data)


def checked_text(text: str, what: str) -> str:
    """Without the spaces around it. Raises `Wrong` when it is empty or too long; `what` begins the sentence."""
    text = text.strip()
    if not text:
        raise Wrong(f"{what} is empty. Nothing was saved; write what people should know.")
    return short_enough(text, what)


def short_enough(text: str, what: str, most: int = LONGEST_TEXT) -> str:
    if len(text) > most:
        raise Wrong(f"{what} has {len(text)} characters; {most} is the most. Nothing was saved; shorten it.")
    return text.strip()
