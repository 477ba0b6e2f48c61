# Everything a newcomer needs: each target sets itself up in $(VENV) first, once, and again when a pyproject.toml changes.
#   make demo        GRPO teaches a tiny policy to use its tools (minutes, no GPU)      make test       the tests
#   make test-all    the tests with the slow ones                                       make lint       ruff and mypy
#   make docs        the site, in site/, and its generated reference                    make example    plugins/vista_example in a clean environment
# PYTHON=python3.12 picks another interpreter, VENV=/some/folder another environment.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
PIP := $(VENV)/bin/python -m pip
PYTEST_ARGS ?=
DEMO_ARGS ?=

PACKAGES := core vista_tools_vision vista_tools_math $(patsubst %/pyproject.toml,%,$(wildcard plugins/*/pyproject.toml)) trainers
EDITABLE := $(foreach package,$(PACKAGES),-e ./$(package))
PYPROJECTS := pyproject.toml $(addsuffix /pyproject.toml,$(PACKAGES)) constraints.txt

# One thread a process: the models here are tiny, and two threads that fight for a core are slower than one.
export OMP_NUM_THREADS ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup demo test test-all lint docs example clean

help:
	@sed -n 's/^#   //p' Makefile

setup: $(VENV)/.ready

# hatchling comes first so that the packages build in this environment, with the pinned version, and not in one made for each.
$(VENV)/.ready: $(PYPROJECTS)
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "VISTA-Gym needs Python 3.11 or newer. Install it, then: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up $(VENV): once, a few minutes; PyTorch is the large part."
	test -x $(VENV)/bin/python || "$(PYTHON)" -m venv $(VENV)
	$(PIP) install --quiet -c constraints.txt hatchling editables
	$(PIP) install --quiet -c constraints.txt --no-build-isolation $(EDITABLE) -e .
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready
	$(PIP) install --quiet -c constraints.txt --no-build-isolation -e '.[dev]'
	@touch $@

demo: $(VENV)/.ready
	$(VENV)/bin/vista demo $(DEMO_ARGS)

test: $(VENV)/.ready-dev
	$(VENV)/bin/python -m pytest -m "not slow" $(PYTEST_ARGS)

test-all: $(VENV)/.ready-dev
	$(VENV)/bin/python -m pytest $(PYTEST_ARGS)

lint: $(VENV)/.ready-dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy core/src

# The reference is written from the code first, so that the site is never behind it; nothing here needs a network.
docs: $(VENV)/.ready-docs
	$(VENV)/bin/python docs/generate.py
	NO_MKDOCS_2_WARNING=1 $(VENV)/bin/mkdocs build --strict

$(VENV)/.ready-docs: $(VENV)/.ready-dev
	$(PIP) install --quiet -c constraints.txt --no-build-isolation -e '.[docs]'
	@touch $@

# What an outside author's package meets: the two wheels and pytest in a new environment, and nothing else of this repository.
example: $(VENV)/.ready
	rm -rf $(VENV)-example
	mkdir -p $(VENV)-example
	$(PIP) wheel --quiet --no-deps --no-build-isolation -w $(VENV)-example/wheels ./core ./plugins/vista_example
	"$(PYTHON)" -m venv $(VENV)-example/venv
	$(VENV)-example/venv/bin/python -m pip install --quiet -c constraints.txt pytest $(VENV)-example/wheels/*.whl
	cp -R plugins/vista_example/tests $(VENV)-example/tests
	printf '[pytest]\n' > $(VENV)-example/pytest.ini
	cd $(VENV)-example && venv/bin/python -m pytest -q --import-mode=importlib -p no:cacheprovider tests

clean:
	rm -rf $(VENV) $(VENV)-example site .pytest_cache .mypy_cache .ruff_cache .hypothesis
