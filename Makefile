# The newest Python that works; name another with PYTHON=.
PYTHON := $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
ifeq ($(PYTHON),)
PYTHON := python3
endif
BIN := .venv/bin

# What the type checker needs to read the settings: it connects to nothing.
NOWHERE := CMS_SIDE=all CMS_SHAPE=split SECRET_KEY=none \
	WRITE_DATABASE_URL=postgres://localhost/write READ_DATABASE_URL=postgres://localhost/read

help:  ## What can be done
	@sed -n 's/^\([a-z%-]*\):.*## /\1\t/p' Makefile | expand -t 20

venv:  ## The packages of requirements.lock, when they changed
	@$(PYTHON) config/local/packages.py

run: venv  ## The publication, on http://127.0.0.1:8000 and 8001, until Ctrl-C
	@$(BIN)/python -m config.local run

manage: venv  ## A command on what runs, as in make manage SIDE=authoring ARGS="replay"
	@$(BIN)/python -m config.local manage $(SIDE) $(ARGS)

test: venv  ## All tests, or ARGS="tests/cms -k codec"
	@$(BIN)/python -m pytest $(ARGS)

lint: venv  ## Format, errors, types, imports, migrations, settings
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(NOWHERE) $(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m config.local check

format: venv  ## Put the code into its form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench-%: venv  ## A benchmark, as in `make bench-pipeline CORPUS=posts`
	@$(BIN)/python -m bench.$*

evaluate-search: venv  ## Relevance of search on a collection, as in `make evaluate-search DIR=folder`
	@DIR="$(DIR)" SEARCH_LANGUAGE="$(SEARCH_LANGUAGE)" $(BIN)/python -m bench.relevance

.PHONY: help venv run manage test lint format evaluate-search
