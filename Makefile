# Needs make and Python 3.11 or later; everything else is installed into .venv from the lock files.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALLED_TESTS := $(VENV)/.installed-tests
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

.DEFAULT_GOAL := help
.PHONY: help run install test bench clean

help:
	@echo "make run      install when needed, then start Tocsin: on Slack when its tokens are set, else on the sandbox"
	@echo "make test     lint, types, import contracts and all tests"
	@echo "make bench    measure Tocsin beside its references, about five minutes, into bench.json"
	@echo "make install  only the virtual environment, in $(VENV)"
	@echo "make clean    remove what the commands above made, except data/"

# Compiled here, because a service may not write beside its program and would do it at each start.
install: $(INSTALLED)
	@$(BIN)/python -m compileall -q bot && $(BIN)/python -c 'from bot import templates; templates.prepare()'

# A name is set when the environment or .env gives it a value. exec: Ctrl-C and SIGTERM reach the bot itself.
run: $(INSTALLED)
	@set_() { printenv "$$1" | grep -q . || grep -Eqs "^[[:space:]]*(export[[:space:]]+)?$$1[[:space:]]*=[[:space:]]*[\"']?[^[:space:]\"'#]" .env; }; \
	if set_ SLACK_BOT_TOKEN && set_ SLACK_APP_TOKEN; then exec $(BIN)/python -m bot run; fi; \
	if set_ SLACK_BOT_TOKEN || set_ SLACK_APP_TOKEN; then \
		echo "Only one of SLACK_BOT_TOKEN and SLACK_APP_TOKEN is set, so this is the sandbox, not Slack."; fi; \
	exec $(BIN)/python -m bot sandbox

# Many stories wait for Slack and for time to pass: five for two cores keep the cores at work.
# With more, three seconds may pass before a form is open, and Slack's trigger is over.
WORKERS ?= $(shell echo $$((5 * $$(getconf _NPROCESSORS_ONLN) / 2)))

# A machine that stands still for seconds makes Slack's three and other bounds in real time pass: such a test is tried
# again, and what is slow by itself is slow each time. All other failures count at once.
AGAIN := --reruns 2 --reruns-delay 5 --only-rerun 'TooSlow|operation_timeout|expired_trigger_id'

stage = @echo "== $(1)"; $(2) || { echo "make test: stopped, the stage '$(1)' failed" >&2; exit 1; }

# What pytest makes of a test file is kept, also where the environment says otherwise: nine workers read each of them.
test: export PYTHONDONTWRITEBYTECODE =
test: $(INSTALLED_TESTS)
	$(call stage,lint,$(BIN)/python -m ruff check .)
	$(call stage,format,$(BIN)/python -m ruff format --check .)
	$(call stage,import contracts,$(BIN)/lint-imports --no-logo)
	@# Many tests wait, so that mypy costs next to nothing beside them.
	@echo "== types and tests"; \
	nice $(BIN)/python -m mypy --explicit-package-bases bot bench tests >.types.log 2>&1 & types=$$!; \
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(AGAIN) -m "not timing"; tests=$$?; \
	wait $$types; types=$$?; cat .types.log; rm -f .types.log; \
	[ $$types = 0 ] || { echo "make test: stopped, the types are wrong" >&2; exit 1; }; \
	[ $$tests = 0 ] || { echo "make test: stopped, the stage 'tests' failed" >&2; exit 1; }
	@# Only files that name the mark are read, which takes a worker a second instead of ten.
	$(call stage,tests of time,$(BIN)/python -m pytest -n 4 $(AGAIN) -m timing $$(grep -rl --include='test_*.py' 'mark\.timing' tests))
	@echo "make test: all stages passed"

bench: $(INSTALLED)
	@$(BIN)/python -m bench

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find bot bench tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Asked before anything is made, so that a wrong Python leaves no half-made .venv behind.
$(BIN)/python:
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "Tocsin needs Python 3.11 or later and there is no $(PYTHON) here: install it, or say where it is, as in make PYTHON=python3.12 run." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Tocsin needs Python 3.11 or later and $(PYTHON) is older ($$($(PYTHON) --version 2>&1)): install a newer one and say where it is, as in make PYTHON=python3.12 run." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments: install its venv module (Debian: apt-get install python3-venv) and try again." >&2; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version 2>&1)"
	@$(PYTHON) -m venv --clear $(VENV)

# A stamp is newer than what it was made from. The project itself is built with the locked setuptools instead of one that
# pip would fetch unchecked. A .venv without pip is one whose making was interrupted.
$(INSTALLED): requirements.lock requirements-build.lock pyproject.toml $(BIN)/python
	@echo "Installing Tocsin and what it needs into $(VENV); this takes a minute the first time"
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(VENV) was made with a Python older than 3.11: run make clean and try again." >&2; exit 1; }
	@$(BIN)/python -c 'import pip' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	@$(PIP) install --quiet --require-hashes -r requirements.lock -r requirements-build.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(INSTALLED_TESTS): requirements-test.lock $(INSTALLED)
	@echo "Installing what the tests need into $(VENV)"
	@$(PIP) install --quiet --require-hashes -r requirements-test.lock
	@touch $@
