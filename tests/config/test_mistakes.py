"""Every mistake in configuration files is told with its file, its line and its cure, and each of them once."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.config.load import load
from bot.config.problem import Problem

# A right configuration; each row below adds a file with one mistake, on the line that says `# here`.
BASE = """
people:
  - {id: ana}
  - {id: bob}
teams:
  - {id: payments, members: [ana]}
services:
  - {id: checkout, team: payments}
schedules:
  - {id: primary, time_zone: UTC, participants: [ana], rotation: {unit: weeks},
     hand_off: "09:00", starts_on: 2026-01-05}
policies:
  - {id: standard, levels: [{targets: [{schedule: primary}]}]}
integrations:
  - {id: hooks, type: generic, token: 8fQ2c0hZ6uYb1n}
  - {id: watched, type: slack, channel: "#alerts"}
settings: {default_policy: standard, fallback_channel: "#incidents"}
"""

SCHEDULE = """
schedules:
  - id: second
    time_zone: UTC
    participants: [ana]
    rotation: {every: 1, unit: weeks}
    hand_off: "09:00"
    starts_on: 2026-01-05
"""
POLICY = """
policies:
  - id: second
    levels:
      - targets:
          - user: ana
"""

ROWS = {
    # Slack user groups.
    "a user group without @": (
        SCHEDULE + "    user_groups: [payments-oncall] # here",
        "not a Slack user group",
        '"@payments-oncall"',
    ),
    "two rules for one user group": (
        SCHEDULE
        + """    user_groups: ["@payments-oncall"]
  - {id: third, time_zone: UTC, participants: [ana], rotation: {unit: weeks}, hand_off: "09:00",
     starts_on: 2026-01-05, user_groups: ["@payments-oncall"],
     user_group_changes: respect} # here
""",
        "it would respect changes to @payments-oncall, and schedule second would undo them",
        "Write the same",
    ),
    # Not YAML, or not ours.
    "brackets that never close": ("people: [{id: x},\nteams: 1 # here", "not YAML", "brackets"),
    "a tab": ("people:\n\t- id: x # here", "not YAML", "spaces"),
    "a colon in plain text": ("people:\n  - id: x\n    name: a: b # here", "not YAML", "quotes"),
    "two documents": ("people:\n--- # here\nteams:", "another document", "a file of its own"),
    "an alias that is not there": ("people: *nobody # here", "undefined alias", "Name it with &"),
    "an alias that contains itself": (
        "people: &all # here\n  - *all",
        "contains itself",
        "Write the value out",
    ),
    "text in place of a mapping": ("people # here", "not a mapping", "Begin it with one of people, teams"),
    "an unknown section": ("polices: [] # here", "`polices` is not a known key", "Did you mean policies?"),
    "a section that is no list": ("people: {id: x} # here", "`people` is not a list", "dash"),
    "a key given twice": (
        "people:\n  - id: x\n    name: X\n    name: Y # here",
        "the key name is given twice, first on line 3",
        "Keep one",
    ),
    # One entry by itself.
    "an unknown key": (
        "people:\n  - id: x\n    time_zon: UTC # here",
        "person x: `time_zon` is not a known key",
        "Did you mean time_zone?",
    ),
    "an unknown key in a target": (
        "policies:\n  - id: x\n    levels:\n      - targets:\n          - usr: ana # here",
        "policy x, level 1, target 1: `usr` is not a known key",
        "Did you mean user?",
    ),
    "no id": ("people:\n  - name: X # here", "`id` is missing", "`id: ana`"),
    "an id with a space": ("people:\n  - id: a b # here", "cannot be an id", "Use letters"),
    "an id that is a number": ("people:\n  - id: 7 # here", "7 is not text", 'quotes: "7"'),
    "a key without a value": (
        "teams:\n  - id: x\n    channel: #x # here",
        "team x, channel: there is no value",
        "a value that begins with # needs quotes",
    ),
    "text in place of a list": (
        "teams:\n  - id: x\n    members: ana # here",
        "team x, members: 'ana' is not a list",
        "`members: [ana, bob]`",
    ),
    "an entry that is text": ("teams:\n  - payments # here", "is not a mapping", "Compare it with"),
    "a tier that is text": (
        'services:\n  - id: x\n    tier: "1" # here',
        "tier: '1' is not a whole number",
        "tier: 1",
    ),
    "a tier of zero": ("services:\n  - id: x\n    tier: 0 # here", "0 is less than 1", "from 1 on"),
    "a runbook that is no address": (
        "services:\n  - id: x\n    runbook: wiki/x # here",
        "web address",
        "https://",
    ),
    "an unknown time zone": (
        "people:\n  - id: x\n    time_zone: Europe/Londn # here",
        "'Europe/Londn' is not a time zone",
        "Did you mean Europe/London?",
    ),
    "a channel in capitals": (
        'teams:\n  - id: x\n    channel: "#Payments" # here',
        "'#Payments' is not a Slack channel",
        "lower case",
    ),
    "an impossible hand-off": (
        SCHEDULE.replace('"09:00"', "25:00 # here"),
        "schedule second, hand_off: '25:00' is not a time of day",
        '"09:00"',
    ),
    "an impossible date": (
        SCHEDULE.replace("2026-01-05", "2026-02-30 # here"),
        "'2026-02-30' is not a date",
        "2026-01-05",
    ),
    "an unknown unit": (
        SCHEDULE.replace("unit: weeks}", "unit: week} # here"),
        "schedule second, rotation, unit: 'week' is none of",
        "Did you mean weeks?",
    ),
    "a rotation of no hours": (
        SCHEDULE.replace("{every: 1, unit: weeks}", "{every: 0, unit: hours} # here"),
        "rotation, every: 0 is less than 1",
        "from 1 on",
    ),
    "a schedule without a rotation": (
        SCHEDULE.replace("    rotation: {every: 1, unit: weeks}\n", "").replace(
            "id: second", "id: second # here"
        ),
        "`rotation` is missing",
        "unit: weeks",
    ),
    "a layer beside layers": (
        SCHEDULE.replace("id: second", "id: second # here") + "    layers: []",
        "`participants` stands beside `layers`",
        "Move it",
    ),
    "no participants": (SCHEDULE.replace("[ana]", "[] # here"), "participants: the list is empty", "[ana,"),
    "a rotation of nobody at all": (
        SCHEDULE.replace("[ana]", "[[], []] # here"),
        "nobody at all takes turns",
        "Name at least one person",
    ),
    "a weekday that contradicts the start": (
        SCHEDULE + "    weekday: tuesday # here",
        "schedule second, weekday: starts_on 2026-01-05 is a monday, not a tuesday",
        "Start on a tuesday, or write `weekday: monday`.",
    ),
    "an end before the start": (
        SCHEDULE + "    ends_on: 2026-01-05 # here",
        "schedule second, ends_on: the layer ends on 2026-01-05, but starts only on 2026-01-05",
        "Choose a later day",
    ),
    "a restriction without length": (
        SCHEDULE + '    restrictions:\n      - {starts: "09:00", ends: "09:00"} # here',
        "schedule second, restriction 1: it starts and ends at the same time",
        "`starts: saturday 00:00`",
    ),
    "a week without length": (
        SCHEDULE + "    restrictions:\n      - {starts: monday 09:00, ends: monday 09:00} # here",
        "it starts and ends at the same time",
        "leave the restriction out",
    ),
    "a restriction with half a weekday": (
        SCHEDULE + '    restrictions: [{starts: monday 09:00, ends: "17:00"}] # here',
        "one of starts and ends has a weekday, the other has none",
        "Give both one",
    ),
    "a restriction with its weekdays twice": (
        SCHEDULE
        + "    restrictions: [{starts: monday 09:00, ends: friday 17:00, weekdays: [monday]}] # here",
        "it has weekdays twice",
        "Remove `weekdays`",
    ),
    "an unknown day of a restriction": (
        SCHEDULE + "    restrictions: [{starts: mondy 09:00, ends: friday 17:00}] # here",
        "restriction 1, starts: 'mondy' is not a weekday",
        "Did you mean monday?",
    ),
    "a restriction without a time": (
        SCHEDULE + '    restrictions: [{starts: monday, ends: "17:00"}] # here',
        "restriction 1, starts: 'monday' is not a time of the week",
        "friday 18:00",
    ),
    "an impossible time of a restriction": (
        SCHEDULE + '    restrictions: [{starts: "09:00", ends: "24:00"}] # here',
        "restriction 1, ends: '24:00' is not a time of day",
        '"23:59"',
    ),
    "a calendar with a rotation": (
        "schedules:\n  - id: x\n    time_zone: UTC\n    layers:\n      - calendar: https://x.example.com\n"
        "        participants: [ana] # here",
        "`participants` is not a known key",
        "The keys here are calendar",
    ),
    "a calendar that is no address": (
        "schedules:\n  - id: x\n    time_zone: UTC\n    layers:\n      - calendar: on-call # here",
        "schedule x, layer 1, calendar: 'on-call' is not a web address",
        "https://",
    ),
    "a notice that comes too early": (
        SCHEDULE + "    remind_before: 400 h # here",
        "schedule second, remind_before: 400 h is more than 14 days",
        "Choose a shorter time, or `0 h` for never",
    ),
    "the holidays of nowhere": (
        SCHEDULE + "    holidays: XX # here",
        "schedule second, holidays: the public holidays of 'XX' are not known",
        "GB, US-CA, DE-BY",
    ),
    "an unknown person in an upper layer": (
        "schedules:\n  - id: x\n    time_zone: UTC\n    layers:\n"
        "      - calendar: https://calendar.example.com/x.ics\n"
        '      - {participants: [anna], rotation: {unit: days}, hand_off: "09:00", starts_on: 2026-01-05} # here',
        "schedule x, layer 2, participant 1: there is no person anna",
        "Did you mean ana?",
    ),
    "no levels": ("policies:\n  - id: x\n    levels: [] # here", "levels: the list is empty", "`levels: [{"),
    "an empty level": (
        "policies:\n  - id: x\n    levels:\n      - targets: [{user: ana}]\n      - targets: [] # here",
        "policy x, level 2, targets: the list is empty",
        "Fill it",
    ),
    "too many levels": (
        "policies:\n  - id: x\n    levels: # here\n" + "      - targets: [{user: ana}]\n" * 21,
        "the list has 21 entries, and 20 are allowed",
        "Remove some",
    ),
    "too many targets": (
        POLICY.replace("targets:", "targets: # here") + "          - user: bob\n" * 10,
        "level 1, targets: the list has 11 entries, and 10 are allowed",
        "Remove some",
    ),
    "a target that is two": (
        POLICY.replace("- user: ana", "- {user: ana, team: payments} # here"),
        "level 1, target 1: it names 2 targets instead of one",
        "Write one of user",
    ),
    "a timeout without a unit": (POLICY + "    ack_timeout: 5 # here", "5 has no unit", "`5 min`"),
    "a timeout that is none": (
        POLICY + "    ack_timeout: soon # here",
        "'soon' is not a duration",
        "`5 min`",
    ),
    "a timeout that is too short": (
        POLICY + "    ack_timeout: 30 s # here",
        "not between 1 min and 24 h",
        "between",
    ),
    "a timeout that is too long": (
        POLICY + "    ack_timeout: 25 h # here",
        "not between 1 min and 24 h",
        "between",
    ),
    "too many repeats": (POLICY + "    repeat: 10 # here", "repeat: 10 is more than 9", "up to 9"),
    "a last resort of a level that is not there": (
        POLICY + "    last_resort:\n      level: 3 # here\n      every: 10 min",
        "policy second, last_resort, level: there is no level 3; the policy has 1",
        "Name a level from 1 to 1.",
    ),
    "a last resort that is a level and a policy": (
        POLICY + "    last_resort: {level: 1, policy: standard} # here",
        "it needs either a level or a policy",
        "Write `level` (and `every`), or `policy` alone.",
    ),
    "a last resort by a policy with a time": (
        POLICY + "    last_resort: {policy: standard, every: 5 min} # here",
        "`every` belongs to a level",
        "Remove `every`",
    ),
    "a condition that is no CEL": (
        POLICY + "        when: severity == # here",
        "the condition cannot be asked: it is no CEL expression",
        "severity == 'SEV1'",
    ),
    "a condition about something unknown": (
        POLICY + "        when: sevrity == 'SEV1' # here",
        "nothing is called sevrity",
        "severity, priority",
    ),
    "a hand-off to an unknown policy": (
        POLICY.replace("user: ana", "policy: standrd # here"),
        "there is no policy standrd",
        "standard",
    ),
    "a webhook that is not there": (
        POLICY.replace("user: ana", "webhook: board # here"),
        "there is no webhook board",
        "Add it under `webhooks`",
    ),
    "a policy that hands off to itself": (
        POLICY.replace("user: ana", "policy: second # here"),
        "it hands off in a circle: second → second",
        "that does not lead back",
    ),
    "a manager by name": (
        POLICY.replace("user: ana", "manager: bob # here"),
        "manager is 'bob', not true",
        "name a person with `user`",
    ),
    "too long a delay": (POLICY + "    delay: 2 h # here", "2 h is more than 1 h", "Choose a shorter time"),
    "a level's time for an unknown severity": (
        POLICY + "        severity_timeouts: {SEV9: 3 min} # here",
        "there is no severity SEV9",
        "Did you mean SEV4?",
    ),
    "urgency by hours that are not there": (
        "services:\n  - {id: search, urgency: support_hours} # here",
        "its urgency goes by support hours, and it has none",
        "Add `support_hours`",
    ),
    "a severity rule without a condition": (
        "services:\n  - id: search\n    severity_rules: [{when: '', severity: SEV1}] # here",
        "the condition cannot be asked: there is none",
        "Write it as in",
    ),
    "a text of a team that asks for a program": (
        "teams:\n  - id: search\n    texts: {page: '{% for x in title %}x{% endfor %}'} # here",
        "the text page cannot be used: for cannot stand in it",
        "{{ title }}",
    ),
    "a text with an unknown value": (
        "teams:\n  - id: search\n    texts: {update: '{{ description }}'} # here",
        "there is no value description; there are text, status",
        "{{ title }}",
    ),
    "an unknown text": (
        "teams:\n  - id: search\n    texts: {fax: hello} # here",
        "nothing is called fax; there are page, details, reminder, sms, voice, update",
        "{{ title }}",
    ),
    "an unknown type of source": (
        "integrations:\n  - id: x\n    type: alertmanger # here\n    token: abcdefgh",
        "'alertmanger' is none of",
        "Did you mean alertmanager?",
    ),
    "a source without a token": (
        "integrations:\n  - id: x # here\n    type: generic",
        "integration x: it has no token",
        "`token_env`",
    ),
    "a source with two tokens": (
        "integrations:\n  - id: x # here\n    type: generic\n    token: abcdefgh\n    token_env: HOME",
        "more than one token",
        "one of",
    ),
    "a watched channel without a channel": (
        "integrations:\n  - id: x # here\n    type: slack",
        "`channel` is missing",
        '`channel: "#alerts"`',
    ),
    "a token that cannot be in an address": (
        'integrations:\n  - id: x\n    type: generic\n    token: "a/b c d e f" # here',
        "integration x, token: this cannot be a token",
        "letters",
    ),
    "a token's variable that is not set": (
        "integrations:\n  - id: x\n    type: generic\n    token_env: TOCSIN_TEST_NOT_SET # here",
        "the environment variable TOCSIN_TEST_NOT_SET is not set",
        "Set it",
    ),
    # Providers, webhooks and managers.
    "a mail provider without its server": (
        "providers:\n  - id: x # here\n    type: smtp\n    sender: tocsin@example.com",
        "provider x: `url` is missing",
        "`url: smtp://",
    ),
    "a Twilio provider without its account": (
        "providers:\n  - id: x # here\n    type: twilio\n    sender: '+15005550006'\n    secret_env: HOME",
        "provider x: `account` is missing",
        "`account: AC",
    ),
    "a key of another type of provider": (
        "providers:\n  - id: x # here\n    type: apprise\n    account: AC1",
        "a provider of type apprise has no account",
        "Remove `account`.",
    ),
    "a method that a provider does not carry": (
        "providers:\n  - id: x # here\n    type: smtp\n    methods: [sms]\n"
        "    url: smtp://mail.example.com\n    sender: tocsin@example.com",
        "a provider of type smtp does not carry sms",
        "It carries email.",
    ),
    "a method that there is not": (
        "providers:\n  - id: x\n    type: apprise\n    methods:\n      - pigeon # here",
        "'pigeon' is none of email, sms, voice or push",
        "Write one of these.",
    ),
    "an address of another type of provider": (
        "providers:\n  - id: x # here\n    type: smtp\n    url: https://mail.example.com\n    sender: a@example.com",
        "is no address for a provider of type smtp",
        "smtp:// or smtps://",
    ),
    "a server without a scheme": (
        "providers:\n  - id: x\n    type: smtp\n    url: mail.example.com # here\n    sender: a@example.com",
        "is not a server's address",
        "smtp://mail.example.com:587",
    ),
    "a password in a file": (
        "providers:\n  - id: x # here\n    type: smtp\n    url: smtp://u:p@mail.example.com\n    sender: a@example.com",
        "the password stands in the address",
        "`secret_env`",
    ),
    "a user of a mail server without a password": (
        "providers:\n  - id: x # here\n    type: smtp\n    url: smtp://u@mail.example.com\n    sender: a@example.com",
        "there is a user and no password",
        "`secret_env`",
    ),
    "a sender that is no address": (
        "providers:\n  - id: x # here\n    type: smtp\n    url: smtp://mail.example.com\n    sender: Tocsin",
        "the sender 'Tocsin' is no e-mail address",
        "tocsin@example.com",
    ),
    "a port that there is not": (
        "providers:\n  - id: x\n    type: smtp\n    url: smtp://m.example.com:99999 # here\n    sender: a@example.com",
        "is not a server's address",
        "smtp://mail.example.com:587",
    ),
    "text messages without a carrier": (
        "providers:\n  - id: x # here\n    type: apprise\n    methods: [push, sms]",
        "only push goes without a carrier",
        "`secret_env`",
    ),
    "a carrier that would send everything to one person": (
        "providers:\n  - id: x\n    type: apprise\n    methods: [sms]\n    secret_env: HOME # here",
        "the Apprise URL in HOME has no {to}",
        "Put {to} where",
    ),
    "a provider's variable that is not set": (
        "providers:\n  - id: x\n    type: apprise\n    secret_env: TOCSIN_TEST_NOT_SET # here",
        "the environment variable TOCSIN_TEST_NOT_SET is not set",
        "Set it",
    ),
    "a webhook's variable that is not set": (
        "webhooks:\n  - id: x\n    url: https://hooks.example.com\n    secret_env: TOCSIN_TEST_NOT_SET # here",
        "the environment variable TOCSIN_TEST_NOT_SET is not set",
        "Set it",
    ),
    "a webhook's owner who is not there": (
        "webhooks:\n  - id: x\n    url: https://hooks.example.com\n    owner: anna # here",
        "webhook x, owner: there is no person anna",
        "Did you mean ana?",
    ),
    "a manager who is not there": (
        "people:\n  - id: x\n    manager: anna # here",
        "person x, manager: there is no person anna",
        "Did you mean ana?",
    ),
    "somebody who is their own manager": (
        "people:\n  - id: x\n    manager: x # here",
        "person x, manager: nobody is their own manager",
        "somebody else",
    ),
    # Between entries.
    "an id given twice": (
        "teams:\n  - {id: x}\n  - id: payments # here",
        "team payments, id: it is given twice, first at {folder}/base.yml:6",
        "another id",
    ),
    "a severity given twice in another case": (
        "severities:\n  - {id: SEV1, criteria: Bad}\n  - {id: sev1, criteria: Worse} # here",
        "it is given twice",
        "another id",
    ),
    "settings given twice": (
        'settings: {default_policy: standard, fallback_channel: "#incidents"} # here',
        "settings: it is given twice, first at {folder}/base.yml:17",
        "Keep one",
    ),
    "a member who is not there": (
        "teams:\n  - id: x\n    members:\n      - ana\n      - anna # here",
        "team x, member 2: there is no person anna",
        "Did you mean ana?",
    ),
    "a service's team that is not there": (
        "services:\n  - id: x\n    team: paymnts # here",
        "service x, team: there is no team paymnts",
        "Did you mean payments?",
    ),
    "a service's policy that is not there": (
        "services:\n  - id: x\n    policy: urgent # here",
        "there is no policy urgent",
        "Add it under `policies`, make it in Slack, or name another policy.",
    ),
    "a participant who is not there": (
        SCHEDULE.replace("[ana]", "\n      - ana\n      - [bob, carl] # here"),
        "schedule second, participant 2: there is no person carl",
        "Add it under `people`",
    ),
    "a target that is not there": (
        POLICY.replace("- user: ana", "- schedule: primry # here"),
        "policy second, level 1, target 1, schedule: there is no schedule primry",
        "Did you mean primary?",
    ),
    "a severity's timeout that is not there": (
        POLICY + "    severity_timeouts:\n      SEV1: 3 min\n      SEV9: 3 min # here",
        "there is no severity SEV9",
        "Did you mean SEV",
    ),
    "a source's severity that is not there": (
        "integrations:\n  - id: x\n    type: generic\n    token: abcdefgh\n    severities:\n      bad: urgent # here",
        "there is no severity urgent",
        "`severities`",
    ),
    "two sources with one token": (
        "integrations:\n  - id: x\n    type: alertmanager\n    token: 8fQ2c0hZ6uYb1n # here",
        "integration x, token: integration hooks has the same token",
        "its own",
    ),
    "two sources that watch one channel": (
        'integrations:\n  - id: x\n    type: slack\n    channel: "#alerts" # here',
        "integration x, channel: integration watched watches #alerts already",
        "only once",
    ),
    "two people with one Slack account": (
        'people:\n  - id: x\n    slack: "@Ana" # here',
        "person x, slack: person ana has the same Slack account",
        "Remove one",
    ),
    "roles without a commander": (
        "roles: # here\n  - {id: scribe}",
        "there is no commander among the roles scribe",
        "`- id: commander`",
    ),
}


def mistakes(folder: Path, **files: str) -> tuple[Problem, ...]:
    for name, text in files.items():
        (folder / f"{name}.yml").write_text(dedent(text))
    return load(folder, environ={"HOME": "somewhere-warm"}).problems


@pytest.mark.parametrize(("text", "message", "cure"), ROWS.values(), ids=ROWS)
def test_a_mistake_is_told_once_with_its_line_and_cure(
    tmp_path: Path, text: str, message: str, cure: str
) -> None:
    found = mistakes(tmp_path, base=BASE, mistake=text)
    here = next(n for n, line in enumerate(text.splitlines(), 1) if "# here" in line)
    assert [(problem.file, problem.line) for problem in found] == [(str(tmp_path / "mistake.yml"), here)], (
        found
    )
    assert message.replace("{folder}", str(tmp_path)) in found[0].message
    assert cure in found[0].cure
    assert str(found[0]).startswith(f"{tmp_path}/mistake.yml:{here}: ")


def test_the_base_of_these_tests_is_right(tmp_path: Path) -> None:
    assert mistakes(tmp_path, base=BASE) == ()


def test_all_mistakes_of_all_files_are_told_in_one_go(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        a="people:\n  - {id: ana, nme: A}\nservices:\n  - {id: x, team: nobody}\n",
        b="policies:\n  - {id: p, levels: [], repeat: 11}\n",
    )
    assert [(Path(problem.file).name, problem.line) for problem in found] == [
        ("a.yml", 1),  # no default policy
        ("a.yml", 1),  # no fallback channel
        ("a.yml", 2),
        ("a.yml", 4),
        ("b.yml", 2),
        ("b.yml", 2),
    ]


@pytest.mark.parametrize(
    ("left_out", "message"),
    [
        ("default_policy: standard, ", "`default_policy` is missing"),
        (', fallback_channel: "#incidents"', "fallback"),
    ],
)
def test_settings_without_a_default_policy_or_a_fallback_channel_are_refused(
    tmp_path: Path, left_out: str, message: str
) -> None:
    (problem,) = mistakes(tmp_path, base=BASE.replace(left_out, ""))
    assert (problem.line, message in problem.message) == (17, True)


def test_a_file_that_cannot_be_read_does_not_make_its_names_unknown(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path, people="people: [", base=BASE.replace("people:\n  - {id: ana}\n  - {id: bob}\n", "")
    )
    assert [Path(problem.file).name for problem in found] == ["people.yml"]


def test_an_entry_with_a_mistake_is_not_unknown_to_others(tmp_path: Path) -> None:
    (problem,) = mistakes(tmp_path, base=BASE.replace("{id: ana}", "{id: ana, nme: Ana}"))
    assert "`nme` is not a known key" in problem.message


def test_what_is_not_text_is_one_problem(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_bytes(b"people: \xff\xfe")
    (tmp_path / "b.yml").write_bytes(b"people: \x00")
    assert [problem.line for problem in load(tmp_path).problems] == [1, 1]


def test_aliases_that_multiply_are_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (problem,) = mistakes(tmp_path, bomb="\n".join(lines))
    assert "multiply" in problem.message


@pytest.mark.parametrize("depth", [60, 20_000])
def test_values_nested_too_deep_are_refused(tmp_path: Path, depth: int) -> None:
    (problem,) = mistakes(tmp_path, deep="[" * depth + "]" * depth)
    assert "nested deeper" in problem.message


@pytest.mark.parametrize("name", ["missing.yml", ""])
def test_no_file_and_an_empty_folder_are_told(tmp_path: Path, name: str) -> None:
    (problem,) = load(tmp_path / name).problems
    assert problem.file == str(tmp_path / name)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = (
    "id",
    "name",
    "slack",
    "members",
    "team",
    "policy",
    "levels",
    "targets",
    "user",
    "layers",
    "rotation",
    "type",
)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(("people", "teams", "services", "schedules", "policies", "integrations", "settings")),
        values
        | st.lists(st.dictionaries(st.sampled_from(KEYS), values | st.just("ana"), max_size=5), max_size=3),
        max_size=4,
    )
)
@example({"settings": {"default_policy": None}})
@example({"policies": [{"id": "x", "levels": [{"targets": [{"user": None}]}]}]})
def test_whatever_stands_in_a_file_is_problems_and_never_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, document: dict[str, object]
) -> None:
    file = tmp_path_factory.mktemp("any") / "any.yml"
    file.write_text(json.dumps(document))  # JSON is YAML
    loaded = load(file)
    assert loaded.problems
    assert not loaded.objects
