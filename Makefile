# The ways of starting. `make` alone says what there is.
# Plain make rules for plain sh: GNU make 3.81 (macOS) and Debian's both take them.
.POSIX:
.SUFFIXES:
.PHONY: help setup setup-dev fast run test lint format snapshot locks clean

SHELL = /bin/sh
BIN = .venv/bin
PYTEST_ARGS =
UV_ARGS =
# HOST is often set by shells for other purposes, so only the one given to make counts.
HOST_OPTION = $(if $(filter command line,$(origin HOST)),--host "$(HOST)")

help:
	@echo "make run      start Cornbread on http://127.0.0.1:8000    PORT=9000  HOST=0.0.0.0  DEMO=0"
	@echo "make setup    only prepare .venv                          PYTHON=/path/to/python3.12"
	@echo "make fast     compile the matcher, several times as fast   (needs a C compiler)"
	@echo "make test     the default test suite                      PYTEST_ARGS='-k levels'"
	@echo "make lint     style, types and the borders between rooms"
	@echo "make format   bring the code into the one style"
	@echo "make snapshot write down the API after a change that is meant"
	@echo "make locks    bring the lock files up to date (needs uv)    UV_ARGS=--upgrade"
	@echo "make clean    remove .venv and caches; var/ with the data stays"

setup:
	@sh scripts/setup runtime

setup-dev:
	@sh scripts/setup dev

# Without the tools that make setup-dev brings, pip fetches them for the build.
fast: setup
	@command -v cc >/dev/null || { echo "make fast needs a C compiler: apt install gcc python3-dev" >&2; exit 2; }
	@isolation=$$($(BIN)/python -c 'import Cython, setuptools' 2>/dev/null && echo --no-build-isolation); \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --root-user-action ignore \
		--no-deps --force-reinstall $$isolation ./native
	@$(BIN)/python -c 'from cornbread.listening.domain.matching import form; print("The matcher is", form())'

run: setup
	@exec $(BIN)/cornbread run $(HOST_OPTION)

test: setup-dev
	@exec $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadgroup \
		-m "not browser and not connector and not slow" $(PYTEST_ARGS)

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/mypy scripts

format: setup-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

snapshot: setup-dev
	$(BIN)/python scripts/api_reference.py

# Hashes only: a lock file names no package index, so each installs from the index it trusts.
UV_COMPILE = uv pip compile pyproject.toml requirements/build.in --universal \
	--python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet $(UV_ARGS)

locks:
	@command -v uv >/dev/null || { echo "make locks needs uv (pip install uv)." >&2; exit 2; }
	$(UV_COMPILE) -o requirements/runtime.lock
	$(UV_COMPILE) --group dev -o requirements/dev.lock

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
