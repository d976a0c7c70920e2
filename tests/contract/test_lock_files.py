"""The lock files install the same on every machine: exact, hashed, for every platform, and from any index."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCK_FILES = ("requirements.lock", "requirements-test.lock", "requirements-build.lock")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def _locked(name: str) -> dict[str, tuple[str, list[str]]]:
    """Package → its version and hashes, as a lock file has them; a line that is neither fails the test."""
    packages: dict[str, tuple[str, list[str]]] = {}
    for requirement in (ROOT / name).read_text().replace("\\\n", " ").splitlines():
        pinned = re.match(r"([a-z0-9-]+)==([^\s;]+)(?: ; [^-]+?)?((?: +--hash=\S+)*)$", requirement)
        assert pinned, f"{name}: not an exact requirement: {requirement[:80]}"
        packages[pinned[1]] = (pinned[2], pinned[3].split())
    return packages


@pytest.mark.parametrize("name", LOCK_FILES)
def test_a_lock_file_names_no_index_and_no_path(name: str) -> None:
    text = (ROOT / name).read_text()
    assert not re.search(r"://|@ |--(extra-)?index|--find-links|file:|^/|^\.|^-", text, re.MULTILINE)


@pytest.mark.parametrize("name", LOCK_FILES)
def test_every_requirement_is_hashed(name: str) -> None:
    packages = _locked(name)
    assert packages
    for package, (_, hashes) in packages.items():
        assert hashes, f"{name}: {package} has no hash"
        assert all(HASH.fullmatch(found) for found in hashes), f"{name}: {package}"


@pytest.mark.parametrize("package", ["aiohttp", "asyncpg", "greenlet", "orjson", "pydantic-core", "uvloop"])
def test_a_compiled_package_is_locked_for_more_than_one_platform(package: str) -> None:
    # One platform has a handful of wheels per version (one per Python); these publish 20 and more.
    assert len(_locked("requirements.lock")[package][1]) >= 20


def test_the_tests_run_against_the_versions_that_are_shipped() -> None:
    tested = _locked("requirements-test.lock")
    assert {name: tested.get(name) for name in _locked("requirements.lock")} == _locked("requirements.lock")


@pytest.mark.parametrize(
    ("name", "section"),
    [
        ("requirements.lock", ("project", "dependencies")),
        ("requirements-test.lock", ("project", "optional-dependencies", "test")),
        ("requirements-build.lock", ("build-system", "requires")),
    ],
)
def test_everything_that_the_project_asks_for_is_locked(name: str, section: tuple[str, ...]) -> None:
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for key in section:
        asked = asked[key]
    names = {re.split(r"[\[<>=!~ ]", requirement)[0].lower().replace(".", "-") for requirement in asked}
    assert names - _locked(name).keys() == set()
