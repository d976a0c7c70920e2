#!/usr/bin/env bash
# Writes the lock files anew from pyproject.toml, for every platform and every Python that it allows.
# Versions that still fit stay as they are; `scripts/lock.sh --upgrade` takes the newest. See docs/decisions/002-lock-files.md.
set -euo pipefail
cd "$(dirname "$0")/.."

make --no-print-directory install
python=.venv/bin/python
"$python" -c 'import uv' 2>/dev/null || "$python" -m pip install --quiet --disable-pip-version-check uv

compile() {
  "$python" -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-header --no-annotate "$@"
}

build_requirements='import tomllib, pathlib
print(*tomllib.loads(pathlib.Path("pyproject.toml").read_text())["build-system"]["requires"], sep="\n")'

compile pyproject.toml --output-file requirements.lock "$@"
# The tests run against the very versions that are shipped.
compile pyproject.toml --extra test --constraints requirements.lock --output-file requirements-test.lock "$@"
"$python" -c "$build_requirements" | compile - --output-file requirements-build.lock "$@"
