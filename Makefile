# Needs python3 (3.11 to 3.13) and make; everything else comes from requirements.lock into .venv.
PYTHON ?= python3
WORKERS ?= 2
LOCK_FLAGS ?=

BIN := .venv/bin
INSTALLED := .venv/.installed
DEMO := var/demo
SHOTS := $(CURDIR)/build/shots

PIP := $(BIN)/python -m pip -qq --disable-pip-version-check install --no-compile
# Two workers share the cores, so each of them computes with one thread.
PYTEST := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help install demo test check docs lock clean

help: ## Say what each target does
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 12

install: $(INSTALLED) ## Make .venv from the lock, with this checkout inside

# A virtual environment of another Python, or a broken one, is made anew; otherwise only what differs is installed.
# Compiling is left to all cores at once: without bytecode every start takes some four times as long.
$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || \
	  { echo "Python 3.11, 3.12 or 3.13 is needed and '$(PYTHON)' is not one: name it, as in make PYTHON=python3.12." >&2; exit 1; }
	@echo "Installing the locked packages into .venv (a minute or two, once) ..."
	@test "$$($(BIN)/python -V 2>&1)" = "$$($(PYTHON) -V)" || $(PYTHON) -m venv --clear .venv
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q -j 0 .venv/lib
	@touch $@

demo: $(INSTALLED) ## Simulate residents, mitigate a planted disparity, sign with made-up people, serve and ask once
	$(BIN)/segmentation demo --out $(DEMO)

test: $(INSTALLED) ## Run all tests but the slow ones
	$(PYTEST)

# One run of the tests covers `make test` and the slow ones, and measures the coverage of both. What the browser
# tests saw stays in build/shots, a folder for each test.
check: $(INSTALLED) ## Check format, lint, types and import contracts; run every test; hold the coverage
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	@rm -rf "$(SHOTS)"
	SEGMENTATION_SHOTS="$(SHOTS)" $(PYTEST) -m "" --cov --cov-report=term

docs: $(INSTALLED) ## Build the documentation into build/docs; a warning or a link that leads nowhere is an error
	$(BIN)/python -m sphinx -q -E -W --keep-going -j $(WORKERS) -b html -d build/doctrees docs build/docs
	@echo "Open build/docs/index.html"

# Pins that still fit stay; make lock LOCK_FLAGS=--upgrade takes the newest. No address of an index is written.
lock: $(INSTALLED) ## Resolve requirements.lock again, for all supported Pythons at once
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" \
	  $(LOCK_FLAGS) --output-file requirements.lock pyproject.toml

# var/ stays: it holds the registry, the ledger and the keys.
clean: ## Remove .venv and what tools left behind
	rm -rf .venv .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist
	find src serving tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
