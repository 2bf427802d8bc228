# Everything a newcomer needs: `make demo` and `make test` set up a virtual environment by themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CODE := src tests hatch_build.py $(wildcard bench)

# The console is built by the Node of a Python package, and anew when a page, a word or a version changes.
NPM := $(BIN)/python hatch_build.py
MODULES := frontend/node_modules/.ready
CONSOLE := src/coupefeu/console/static/index.html
PAGES := $(shell find frontend/src frontend/scripts frontend/public -type f 2>/dev/null) \
  $(wildcard frontend/*.html frontend/*.json frontend/*.ts frontend/*.js) $(wildcard src/coupefeu/words/*.ftl)

.PHONY: demo test check static code types imports pages console wheel format soak bench bench-peers lock

$(READY): requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(MODULES): frontend/package-lock.json $(READY)
	$(NPM) ci --ignore-scripts
	touch $@

$(CONSOLE): $(MODULES) $(PAGES)
	$(NPM) run build

console: $(CONSOLE)

# Two consoles until Ctrl-C; `make demo ARGS=--headless` plays by itself, without a console, and ends.
demo: $(CONSOLE)
	$(BIN)/coupefeu demo $(ARGS)

# Three files at a time, though CI has two cores: much of a test is waiting for a page or a process. The tests of a file
# stay together, in their order: what a module has prepared is prepared once.
test: $(CONSOLE)
	$(BIN)/pytest -n 3 --dist loadfile -q

check: static test

# Each may run beside the others: `make --jobs=2 static`.
static: $(MODULES) code types imports pages

code: $(READY)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports

pages: $(MODULES)
	$(NPM) run check

format: $(READY)
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix-only $(CODE)

# What a party installs: the node, the command line and the console in one file, in dist/.
wheel: $(READY)
	$(BIN)/pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation -w dist .

# The full numbers, resumable; `make test` runs the same checks small.
soak: $(READY)
	$(BIN)/python -m tests.soak

# Both are measured, even where the first falls short.
bench: $(CONSOLE)
	$(BIN)/coupefeu bench; line=$$?; $(BIN)/python bench/console.py && exit $$line

# PEERS is the folder of the peers' harness, RUN the peers to measure beside ours (nats xmpp lxmf matrix).
bench-peers: $(READY)
	$(BIN)/python bench/peers.py $(PEERS) $(RUN)

# Exact versions with hashes and without addresses, from the ranges of pyproject.toml. What writes them is locked too.
lock: $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/lock.txt
	$(BIN)/uv export --quiet --no-header --no-emit-project --format requirements-txt --no-dev -o requirements/run.txt
	$(BIN)/uv export --quiet --no-header --no-emit-project --format requirements-txt -o requirements/dev.txt
