# Everything runs in .venv, which is made on demand: a machine needs Python 3.10 or newer, git and make.
# PYTHON=... chooses another interpreter.

CANDIDATES := python3.11 python3.12 python3.13 python3.10 python3 python
SUITS := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))
PYTHON ?= $(shell for python in $(CANDIDATES); do \
	"$$python" -c '$(SUITS)' >/dev/null 2>&1 && { echo "$$python"; break; }; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check install

.PHONY: demo test browser editor interpreters lint format types docs check clean

demo: .venv/made ## shows findings of every rule family on the fixture app's pitfalls
	@$(BIN)/asyncdb-lint check --isolated --exit-zero tests/fixtures/pitfalls

test: .venv/made-test ## runs all tests
	@$(BIN)/python -m pytest -n 2 --dist loadfile --quiet

browser: .venv/made-test ## checks the HTML report in a real Chromium, and installs Debian's where there is none
	@command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; }
	@$(BIN)/python -m pytest --quiet tests/browser/report_page.py

editor: .venv/made-test ## builds the VS Code extension and tests it in a real VS Code, which it installs on first use
	@cd editors/vscode && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@cd editors/vscode && PYTHON=$(CURDIR)/$(BIN)/python npm run --silent package
	@cd editors/vscode && PYTHON=$(CURDIR)/$(BIN)/python npm run --silent e2e

interpreters: .venv/made-dev ## runs all tests on every Python of the machine, and with the oldest LibCST
	@$(BIN)/nox

lint: .venv/made-dev ## checks style
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

format: .venv/made-dev ## mends style
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

types: .venv/made-dev ## checks types with mypy and pyright
	@$(BIN)/mypy
	@$(BIN)/pyright

docs: .venv/made ## writes what is generated from the rules
	@$(BIN)/python -m docs.build

check: lint types test ## what CI runs

clean: ## removes the environment and what tools left behind
	rm -rf .venv dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "error: no Python 3.10 or newer with venv found; set PYTHON=/path/to/python" >&2; exit 2; }
	@echo "Creating .venv with $(PYTHON) ..." >&2
	@"$(PYTHON)" -m venv --clear .venv

.venv/made: pyproject.toml | .venv/bin/python
	@echo "Installing asyncdb-lint into .venv ..." >&2
	@$(PIP) --editable .
	@touch $@

.venv/made-test: pyproject.toml | .venv/bin/python
	@echo "Installing asyncdb-lint and what its tests need into .venv ..." >&2
	@$(PIP) --editable '.[test]'
	@touch .venv/made $@

.venv/made-dev: pyproject.toml | .venv/bin/python
	@echo "Installing asyncdb-lint and its developers' tools into .venv ..." >&2
	@$(PIP) --editable '.[dev]'
	@touch .venv/made .venv/made-test $@
