# One command each, from a fresh clone with Python 3.11 or newer and make.
# Another Python: make test PYTHON=python3.13     More test processes: make test WORKERS=6

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo room test workbench lint format bench peers clean use-environment work-environment

# One more than the two cores that everybody has: test processes wait half of their time, for pages, kernels and disks.
WORKERS ?= 3
PROJECT ?= demo
PYTEST_ARGS ?=
BIN := .venv/bin

help: ## Say what each command does
	@echo "Calibrate: make COMMAND"
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile | while IFS='|' read -r name text; do printf '  %-12s %s\n' $$name "$$text"; done

demo: use-environment ## Build the sample district in demo/, run every report, say what to open
	@$(BIN)/python -m calibrate demo demo

workbench: use-environment ## Open JupyterLab with the notebooks, in demo/ or in PROJECT=my-school
	@[ "$(PROJECT)" != demo ] || [ -f demo/calibrate.toml ] || $(BIN)/python -m calibrate demo demo
	@$(BIN)/python -m calibrate lab "$(PROJECT)"

room: use-environment ## Open the scoring room for other devices too, on demo/ or on PROJECT=my-school
	@[ "$(PROJECT)" != demo ] || [ -f demo/calibrate.toml ] || $(BIN)/python -m calibrate demo demo
	@$(BIN)/python -m calibrate serve --project "$(PROJECT)" --lan

test: work-environment ## Run every test, browser tests included
	@$(BIN)/python -m pytest -n $(WORKERS) $(PYTEST_ARGS)

lint: work-environment ## Check style, types and that notebooks hold no outputs
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m mypy

format: work-environment ## Put code into the house's format
	@$(BIN)/python -m ruff check --fix .
	@$(BIN)/python -m ruff format .

bench: work-environment ## Time Calibrate against named peers
	@$(BIN)/python -m benchmarks

peers: ## Make .venv-peers for the peers that need older libraries, for make bench (Python 3.11 or 3.12)
	@.ci/environment peers

clean: ## Remove the environment and what tests and builds left (demo/ stays: it may hold your work)
	rm -rf .venv .venv-peers build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests sample_data benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

use-environment:
	@.ci/environment use

work-environment:
	@.ci/environment work
