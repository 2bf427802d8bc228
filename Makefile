# Everything a newcomer needs: `make demo` and `make test` set up a virtual environment by themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test check format lint types contract soak bench bench-peers lock

$(READY): requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

demo: $(READY)
	$(BIN)/coupefeu demo --headless

test: $(READY)
	$(BIN)/pytest -n 2 -q

check: $(READY)
	$(BIN)/ruff format --check src tests
	$(BIN)/ruff check src tests
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 -q

format: $(READY)
	$(BIN)/ruff format src tests
	$(BIN)/ruff check --fix-only src tests

soak: $(READY)
	$(BIN)/python -m tests.soak

bench: $(READY)
	$(BIN)/coupefeu bench

bench-peers: $(READY)
	PEERS=$(PEERS) $(BIN)/python bench/peers.py
