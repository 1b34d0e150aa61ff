# Thin: each target sets up what it needs, once, and calls one command.
#   make demo   build lesson 01, grade a sample class of 12, print the table
#   make test   run the tests
#   make lab    open JupyterLab on the lessons

PYTHON ?= $(shell for p in python3.12 python3.11 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
SETUP := .venv/.setup
DEMO := build/demo
COLAB := build/colab

.PHONY: colab demo test test-jax lab lessons audit bench lint setup sandbox browser database lock
.DEFAULT_GOAL := demo

setup: $(SETUP)

$(SETUP): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed; none was found. Or name one: make PYTHON=/path/to/python"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m dnnkit kernel install
	@touch $@

sandbox:
	@sh grading/install_system.sh bwrap bubblewrap

browser:
	@sh grading/install_system.sh chromium chromium fonts-dejavu-core

database:
	@sh grading/install_system.sh '/usr/lib/postgresql/*/bin/initdb' postgresql

# Colab's packages, in a folder of their own, for the second tier of the demos' tests.
colab: $(COLAB)/.done

$(COLAB)/.done: tests/colab/requirements.lock | $(SETUP)
	rm -rf $(COLAB)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --target $(COLAB) -r $<
	@touch $@

lessons: setup
	$(BIN)/python -m grading build

demo: setup sandbox
	@$(BIN)/python -m grading build 01_neuron
	@rm -rf $(DEMO)/submitted $(DEMO)/autograded $(DEMO)/feedback $(DEMO)/gradebook.db*
	@$(BIN)/python -m grading sample-class 01_neuron --students 12 --out $(DEMO)/submitted
	@$(BIN)/python -m grading --course $(DEMO) autograde 01_neuron --again --json $(DEMO)/results.json
	@$(BIN)/python -m grading --course $(DEMO) feedback 01_neuron
	@$(BIN)/python -m grading --course $(DEMO) export

test: setup sandbox browser database colab
	$(BIN)/python -m pytest -n 2 --dist worksteal

test-jax: setup
	$(BIN)/python -m pytest -n 2 --dist worksteal -m jax

lab: setup
	$(BIN)/python -m dnnkit lab

audit: setup
	$(BIN)/python -m grading audit

# About an hour on two cores; each prints JSON last. benchmarks/gpu.py needs a GPU and says so where there is none.
bench: setup sandbox browser
	$(BIN)/python benchmarks/autograde.py
	$(BIN)/python benchmarks/hostile.py
	$(BIN)/python benchmarks/large_class.py
	$(BIN)/python benchmarks/lessons.py
	$(BIN)/python benchmarks/widgets.py
	$(BIN)/python benchmarks/check_reports.py
	$(BIN)/python benchmarks/mappings.py
	$(BIN)/python benchmarks/gans.py
	$(BIN)/python benchmarks/truths
	$(BIN)/python benchmarks/gpu.py

# The demos' script: eslint and TypeScript's checker, from npm, in a folder of their own.
SCRIPTS := tests/scripts/node_modules/.done

$(SCRIPTS): tests/scripts/package-lock.json
	@sh grading/install_system.sh npm nodejs npm
	npm ci --prefix tests/scripts --ignore-scripts --no-audit --no-fund --silent
	@touch $@

lint: setup $(SCRIPTS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	npm run --prefix tests/scripts --silent lint

# Needs uv; writes versions and hashes only, no addresses.
lock:
	uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --no-strip-extras --generate-hashes \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links -o requirements.lock
	uv pip compile tests/colab/requirements.in --no-deps --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links -o tests/colab/requirements.lock
