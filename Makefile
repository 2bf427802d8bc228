# Everything a newcomer needs: `make demo` and `make test` set up a virtual environment by themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CODE := src tests $(wildcard bench)

.PHONY: demo test check static format soak bench bench-peers lock

$(READY): requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

demo: $(READY)
	$(BIN)/coupefeu demo --headless

test: $(READY)
	$(BIN)/pytest -n 2 -q

check: static test

static: $(READY)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix-only $(CODE)

# The full numbers, resumable; `make test` runs the same checks small.
soak: $(READY)
	$(BIN)/python -m tests.soak

bench: $(READY)
	$(BIN)/coupefeu bench

# PEERS is the folder of the peers' harness, RUN the peers to measure beside ours (nats xmpp lxmf matrix).
bench-peers: $(READY)
	$(BIN)/python bench/peers.py $(PEERS) $(RUN)

# Exact versions with hashes and without addresses, from the ranges of pyproject.toml. What writes them is locked too.
lock: $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/lock.txt
	$(BIN)/uv export --quiet --no-header --no-emit-project --format requirements-txt --no-dev -o requirements/run.txt
	$(BIN)/uv export --quiet --no-header --no-emit-project --format requirements-txt -o requirements/dev.txt
