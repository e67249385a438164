# make demo: set up and show what gtlearn does. make test: set up the rest and run every test.
# make peers: add packages to agree with (one is compiled), and Ray, and run the tests with them.
# make wheel: build sdist and wheel, and try the wheel in empty environments, with the newest
#     versions of everything and with the lowest; make wheel-core: the same without learning.
# Everything else is installed into .venv, with the versions of constraints.txt.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
INSTALL := $(PIP) --no-build-isolation
PEERS := pygambit|nashpy|quantecon|lrsnash|cvxpy|"ray"
INPUTS := pyproject.toml constraints.txt

.PHONY: demo test peers wheel wheel-core docs clean
.DEFAULT_GOAL := demo

demo: $(VENV)/.plots
	$(BIN)/gtlearn demo

test: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

peers: $(VENV)/.peers
	$(BIN)/pytest -rs $$(grep -rlE '$(PEERS)' tests --include='test_*.py')

wheel: $(VENV)/.dev
	$(BIN)/python tests/wheel/environments.py --learn

wheel-core: $(VENV)/.dev
	$(BIN)/python tests/wheel/environments.py

docs: $(VENV)/.docs
	$(BIN)/pdoc --output-directory build/docs gtlearn.games gtlearn.solvers gtlearn.learning gtlearn.runs gtlearn.errors

clean:
	rm -rf $(VENV) build dist

$(VENV)/.python:
	@test -n "$(PYTHON)" || { echo "gtlearn needs Python 3.11 or later with its venv module; \
	install it, or name it: make PYTHON=/path/to/python" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.plots: $(VENV)/.python $(INPUTS)
	@echo "Installing gtlearn into $(VENV) (about a minute, once)"
	@$(PIP) setuptools
	$(INSTALL) -e '.[plots]'
	@touch $@

$(VENV)/.dev: $(VENV)/.plots
	$(INSTALL) -e '.[plots,dev,learn,envs,atari,excel]'
	@touch $@

$(VENV)/.peers: $(VENV)/.dev
	@echo "Installing the peers; pygambit may be compiled, which takes some minutes, once"
	$(PIP) -e '.[plots,dev,learn,envs,atari,excel,peers,scale]'
	@touch $@

$(VENV)/.docs: $(VENV)/.plots
	$(INSTALL) -e '.[docs,learn]'
	@touch $@
