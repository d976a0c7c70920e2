"""The operators' documents say what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.cli import app
from bot.config.load import load
from bot.crashpoints import POINTS
from bot.settings import Settings
from tests.contract import told

ROOT = Path(__file__).parents[2]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS]
MESSAGE_TABLE = re.compile(r"^\| message \|.*\n\|---.*\n((?:\|.*\n?)+)", re.MULTILINE)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def messages() -> list[str]:
    """The first column of the tables of messages."""
    text = (ROOT / "docs" / "troubleshooting.md").read_text()
    rows = [row for table in MESSAGE_TABLE.findall(text) for row in table.strip().splitlines()]
    return [told.normal(row.strip("| ").partition(" | ")[0]) for row in rows]


def test_every_error_message_of_the_code_is_in_troubleshooting() -> None:
    known = set(messages())
    missing = sorted(one for one in told.said() | told.logged() if one.text not in known)
    assert not missing, "docs/troubleshooting.md lacks:\n" + "\n".join(
        f"{one.where}: {one.text}" for one in missing
    )


def test_every_template_that_tells_of_a_problem_is_in_troubleshooting() -> None:
    known = messages()
    missing = {
        name: words for name, words in told.templated().items() if not any(words in one for one in known)
    }
    assert not missing


def test_troubleshooting_has_no_message_that_the_code_no_longer_gives() -> None:
    given = {one.text for one in told.said() | told.logged()}
    words = told.templated().values()
    stale = [one for one in messages() if one not in given and not any(each in one for each in words)]
    assert not stale


def test_no_message_is_explained_twice() -> None:
    found = messages()
    assert [one for one in set(found) if found.count(one) > 1] == []


def test_the_readme_lists_every_setting_and_no_other() -> None:
    table = (ROOT / "README.md").read_text().partition("## Settings")[2].partition("\n## ")[0]
    first = " ".join(row.split("|")[1] for row in table.splitlines() if row.startswith("|"))
    assert set(re.findall(r"`([A-Z_]+)`", first)) == {
        str(field.validation_alias) for field in Settings.model_fields.values()
    }


def test_settings_that_documents_name_exist() -> None:
    known = {str(field.validation_alias) for field in Settings.model_fields.values()}
    named = {
        (page.name, name) for page in DOCS for name in re.findall(r"\b(TOCSIN_[A-Z_]+)\b", page.read_text())
    }
    assert {(page, name) for page, name in named if name not in known | OURS_ALONE} == set()


OURS_ALONE = {"TOCSIN_CRASH_AT"}
"""Not settings of an operator: tests set them."""


def test_the_setup_guide_explains_each_scope_of_the_manifest_and_no_other() -> None:
    manifest = YAML(typ="safe").load((ROOT / "slack_app_manifest.yml").read_text())
    guide = (ROOT / "docs" / "slack-setup.md").read_text()
    explained = re.findall(r"^\| `([a-z.:_]+)` \|", guide, re.MULTILINE)
    assert sorted(explained) == sorted(manifest["oauth_config"]["scopes"]["bot"])


def test_the_company_in_the_setup_guide_has_no_mistakes(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "slack-setup.md").read_text()
    file = tmp_path / "company.yml"
    file.write_text(guide.partition("```yaml\n")[2].partition("```")[0])
    loaded = load(file, {})
    assert (loaded.problems, len(loaded.objects)) == ((), 6)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in LINK.findall(page.read_text()):
        path, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        found = page.parent / path if path else page
        if not found.exists() or (anchor and anchor not in anchors(found)):
            broken.append(target)
    assert broken == []


def anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_commands_that_documents_name_exist() -> None:
    known = {command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands}
    known |= {group.name or "" for group in app.registered_groups}
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    unknown = []
    for page in PAGES:
        text = page.read_text()
        unknown += [
            (page.name, word) for word in re.findall(r"(?:`|/)tocsin ([a-z]+)", text) if word not in known
        ]
        unknown += [(page.name, word) for word in re.findall(r"`make ([a-z]+)", text) if word not in targets]
    assert unknown == []


def test_every_document_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    pages = [page for page in DOCS if page.parent == ROOT / "docs" and page.name != "README.md"]
    assert [page.name for page in pages if f"({page.name})" not in index] == []


def test_the_unit_in_the_document_is_the_unit_in_the_repository() -> None:
    unit = (ROOT / "manifests" / "systemd" / "tocsin.service").read_text()
    assert unit in (ROOT / "docs" / "operations.md").read_text()


def test_every_named_point_of_a_crash_is_explained() -> None:
    text = (ROOT / "docs" / "how-it-works.md").read_text()
    assert re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE) == list(POINTS)
