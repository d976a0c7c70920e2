"""Writes the bench company beside this file: 60 people and 240 services, so that nobody is the bottleneck."""

from __future__ import annotations

from pathlib import Path

PEOPLE = 60
TEAMS = 12
SERVICES = 240
HERE = Path(__file__).parent


def person(number: int) -> str:
    return f"person-{number % PEOPLE + 1:02}"


def team(number: int) -> str:
    return f"team-{number % TEAMS + 1:02}"


def members(number: int) -> list[str]:
    return [person(one) for one in range(number, PEOPLE, TEAMS)]


def company() -> str:
    lines = ["# Written by generate.py.", "people:"]
    for one in range(PEOPLE):
        name = person(one)
        lines.append(f"  - {{id: {name}, name: Person {one + 1:02}, slack: {name}, time_zone: UTC}}")
    lines += ["", "teams:"]
    for one in range(TEAMS):
        its = members(one)
        lines.append(f"  - {{id: {team(one)}, members: [{', '.join(its)}], owner: {its[0]}}}")
    lines += ["", "services:"]
    for one in range(SERVICES):
        policy = f"policy-{one % PEOPLE + 1:02}"
        lines.append(f"  - {{id: service-{one + 1:03}, team: {team(one)}, tier: 2, policy: {policy}}}")
    lines += ["", "severities:"]
    lines += [f"  - {{id: SEV{rank}, criteria: Rank {rank} of four}}" for rank in range(1, 5)]
    lines += ["", "roles:", "  - {id: commander, name: Incident commander}", "", "settings:"]
    lines += ["  default_policy: policy-01", '  fallback_channel: "#incidents"']
    lines += ['  announcement_channel: "#incidents"', f"  admins: [{person(0)}]"]
    return "\n".join(lines) + "\n"


def on_call() -> str:
    """Level 1 is one person, level 2 the team's rotation, level 3 the team's owner."""
    lines = ["# Written by generate.py.", "schedules:"]
    for one in range(TEAMS):
        lines += [
            f"  - id: rotation-{one + 1:02}",
            f"    team: {team(one)}",
            "    time_zone: UTC",
            f"    participants: [{', '.join(members(one))}]",
            "    rotation: {every: 1, unit: weeks}",
            '    hand_off: "09:00"',
            "    weekday: monday",
            "    starts_on: 2024-01-01",
        ]
    lines += ["", "policies:"]
    for one in range(PEOPLE):
        lines += [
            f"  - id: policy-{one + 1:02}",
            "    levels:",
            f"      - targets: [{{user: {person(one)}}}]",
            f"      - targets: [{{schedule: rotation-{one % TEAMS + 1:02}}}]",
            f"      - targets: [{{user: {members(one % TEAMS)[0]}}}]",
            "    ack_timeout: 30 min",
            "    repeat: 1",
            "    last_resort: {level: 3, every: 30 min}",
        ]
    return "\n".join(lines) + "\n"


def integrations() -> str:
    return (
        "# Written by generate.py.\nintegrations:\n"
        "  - {id: bench-generic, name: Bench, type: generic, token: bench-generic, service: service-001}\n"
    )


if __name__ == "__main__":
    for name, text in {"company": company(), "on_call": on_call(), "integrations": integrations()}.items():
        (HERE / f"{name}.yml").write_text(text)
