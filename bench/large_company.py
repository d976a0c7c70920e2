"""A company of 300 people and 60 schedules, with a busy month behind it: what the App Home is measured on."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

from bot.clock import SystemClock
from bot.core.catalogue import Catalogue
from bot.core.ids import TOCSIN, PersonId, ScheduleId, SeverityId
from bot.core.schedule import Override
from bot.store import overrides
from bot.store.database import Database
from bot.usecases import configuration, paging

PEOPLE, TEAMS, SERVICES = 300, 60, 240
OVERRIDES, OPEN_PAGES, PAST_PAGES = 600, 30, 3000
NAMES = tuple(f"person-{one + 1:03}" for one in range(PEOPLE))


def write(folder: Path) -> Path:
    """The company as configuration in `folder`; each team has one schedule of three layers."""
    folder.mkdir()
    (folder / "company.yml").write_text(_company())
    (folder / "on_call.yml").write_text(_on_call())
    return folder


def _members(team: int) -> list[str]:
    return list(NAMES[team::TEAMS])


def _company() -> str:
    lines = ["people:"]
    lines += [f"  - {{id: {name}, name: {name.title()}, slack: {name}, time_zone: UTC}}" for name in NAMES]
    lines.append("teams:")
    for team in range(TEAMS):
        its = _members(team)
        lines.append(f"  - {{id: team-{team:02}, members: [{', '.join(its)}], owner: {its[0]}}}")
    lines.append("services:")
    for one in range(SERVICES):
        team = one % TEAMS
        lines.append(f"  - {{id: service-{one:03}, team: team-{team:02}, policy: policy-{team:02}}}")
    lines += [
        "severities:",
        *(f"  - {{id: SEV{rank}, criteria: Rank {rank} of four}}" for rank in range(1, 5)),
    ]
    lines += ["roles:", "  - {id: commander, name: Incident commander}", "settings:"]
    lines += ["  default_policy: policy-00", '  fallback_channel: "#incidents"']
    lines += ['  announcement_channel: "#incidents"', f"  admins: [{NAMES[1]}]"]
    return "\n".join(lines) + "\n"


def _on_call() -> str:
    lines = ["schedules:"]
    for team in range(TEAMS):
        its = ", ".join(_members(team))
        weekly = f"participants: [{its}], rotation: {{unit: weeks}}, hand_off: '09:00', starts_on: 2024-01-01"
        daily = f"participants: [{its}], rotation: {{unit: days}}, hand_off: '09:00', starts_on: 2024-01-02"
        days = "{starts: '09:00', ends: '17:00', weekdays: [monday, tuesday, wednesday, thursday, friday]}"
        ends = "{starts: friday 18:00, ends: monday 09:00}"
        lines += [f"  - id: schedule-{team:02}", f"    team: team-{team:02}", "    time_zone: Europe/London"]
        lines += ["    layers:", f"      - {{{weekly}}}", f"      - {{{daily}, restrictions: [{days}]}}"]
        lines.append(f"      - {{{weekly}, restrictions: [{ends}]}}")
    lines.append("policies:")
    for team in range(TEAMS):
        lines += [f"  - id: policy-{team:02}", "    levels:"]
        lines.append(f"      - targets: [{{schedule: schedule-{team:02}}}]")
        lines.append(f"      - targets: [{{user: {_members(team)[0]}}}]")
        lines += ["    ack_timeout: 6 h", "    last_resort: {level: 2, every: 6 h}"]
    return "\n".join(lines) + "\n"


async def fill(file: Path) -> None:
    """Overrides of the last and the next month, open pages and the pages of four weeks, in a running bot's database."""
    db = Database(f"sqlite+aiosqlite:///{file}", SystemClock())
    async with db.read() as conn:
        catalogue = await configuration.load_catalogue(conn)
    await _override(db)
    await _page(db, catalogue)
    await db.close()
    _remember_pages(file, [str(person.user_id) for person in catalogue.people.values()])


async def _override(db: Database) -> None:
    async with db.write() as tx:
        for one in range(OVERRIDES):
            starts_at = tx.now + timedelta(days=one // TEAMS * 6 - 27, hours=one % 24)
            await overrides.add(
                tx.conn,
                Override(
                    ScheduleId(f"schedule-{one % TEAMS:02}"),
                    PersonId(NAMES[one % PEOPLE]),
                    starts_at,
                    starts_at + timedelta(hours=8),
                    tx.now,
                    "travels",
                ),
            )


async def _page(db: Database, catalogue: Catalogue) -> None:
    services = list(catalogue.services)
    async with db.write() as tx:
        for one in range(OPEN_PAGES):
            service = services[one * SERVICES // OPEN_PAGES]
            title = f"Error rate of {service}"
            await paging.begin(
                tx, catalogue, service=service, title=title, severity=SeverityId("SEV2"), by=TOCSIN
            )


def _remember_pages(file: Path, users: list[str]) -> None:
    """Copies of a page that is over, spread over four weeks and everybody; numbers grow with time, as they do."""
    with sqlite3.connect(file, timeout=20) as connection:
        connection.execute(
            "UPDATE page SET group_key = NULL WHERE id = 1"
        )  # an open one is alone in its group
        for table, key in (("page", "id"), ("notification", "page_id")):
            info = connection.execute(f"PRAGMA table_info({table})")
            names = [row[1] for row in info if row[1] not in ("id", key)]
            columns = ", ".join(f'"{name}"' for name in names)
            connection.execute(
                f"WITH RECURSIVE more(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM more WHERE n < {PAST_PAGES}) "
                f"INSERT INTO {table} ({key}, {columns}) SELECT {key} + {OPEN_PAGES} + n, {columns} "
                f"FROM {table}, more WHERE {key} = 1"
            )
        connection.execute(
            "UPDATE page SET state = 'resolved', due_at = NULL WHERE id > ?", (OPEN_PAGES + 1,)
        )
        numbers = connection.execute(
            "SELECT id, page_id FROM notification WHERE page_id > ?", (OPEN_PAGES + 1,)
        ).fetchall()
        connection.executemany(
            "UPDATE notification SET state = 'sent', addressee = ? WHERE id = ?",
            [(users[page % len(users)], number) for number, page in numbers],
        )
    connection.close()
