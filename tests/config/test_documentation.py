"""What the documentation and the manifests say of the configuration is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from bot.config.dump import SECTIONS
from bot.config.entry import Entry
from bot.config.load import load
from bot.config.schema import ENTRIES, NESTED
from bot.config.yaml_lines import parse
from bot.core import conditions
from bot.core.configuration import Kind

ROOT = Path(__file__).parents[2]
DOCUMENTATION = (ROOT / "docs" / "configuration.md").read_text()
MODELS = {**ENTRIES, **NESTED}


def row(name: str, field: FieldInfo) -> str:
    required = " **Required.**" if field.is_required() else ""
    assert field.examples is not None
    return f"| `{name}` | {field.description}{required} | `{field.examples[0]}` |"


@pytest.mark.parametrize("section", MODELS)
def test_the_documentation_lists_the_keys_of_the_schema(section: str) -> None:
    _, _, rest = re.split(rf"^(###|####) {section}$", DOCUMENTATION, maxsplit=1, flags=re.MULTILINE)
    table = re.split(r"^#+ ", rest, maxsplit=1, flags=re.MULTILINE)[0]
    written = [line for line in table.splitlines() if line.startswith("| `")]
    assert written == [row(name, field) for name, field in MODELS[section].model_fields.items()]


@pytest.mark.parametrize("section", MODELS)
def test_every_example_of_a_key_is_right(section: str) -> None:
    model = MODELS[section]
    for name, field in model.model_fields.items():
        assert field.examples is not None
        document, _ = parse(field.examples[0], "example")
        assert isinstance(document.data, dict)
        assert _mistakes(model, document.data, name) == []


def _mistakes(model: type[Entry], data: dict[str, object], name: str) -> list[str]:
    """What is wrong with one key; its entry lacks others."""
    assert list(data) == [name]
    try:
        model.model_validate(data)
    except ValidationError as error:
        return [detail["msg"] for detail in error.errors() if detail["loc"][:1] == (name,)]
    return []


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", DOCUMENTATION, flags=re.DOTALL))
def test_the_documentations_longer_examples_are_right(block: str, tmp_path: Path) -> None:
    (tmp_path / "example.yml").write_text(block)
    problems = load(tmp_path).problems
    assert [str(p) for p in problems if "there is no" not in p.message] == []  # names of other examples


@pytest.mark.parametrize("name", ["demo", "example"])
def test_the_manifests_are_right(name: str) -> None:
    loaded = load(ROOT / "manifests" / name)
    assert [str(problem) for problem in loaded.problems] == []
    assert loaded.objects


def test_every_kind_of_object_has_its_section() -> None:
    assert set(SECTIONS) == set(Kind)
    assert list(SECTIONS.values()) == list(ENTRIES)


def test_the_documentation_lists_what_conditions_may_ask_for() -> None:
    table = re.split(r"^#### conditions$", DOCUMENTATION, maxsplit=1, flags=re.MULTILINE)[1].split("\n#")[0]
    written = [line for line in table.splitlines() if line.startswith("| `")]
    assert written == [f"| `{name}` | {meaning} |" for name, meaning in conditions.VARIABLES.items()]
