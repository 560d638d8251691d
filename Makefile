# make demo: small bundled stores, one a spider, through real Chromium, to tables.
# make test: linters and the whole suite. Both set up everything they need, once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
comma := ,
DEMO := build/demo
# Those of the paper, and those that came since.
PAPER := aws,modeldepot,wolfram,apple,google
DEMO_STORES := $(subst $(comma), ,$(PAPER)) huggingface pytorch_hub
DEMO_URL := sqlite:///$(DEMO)/demo.db

.PHONY: help setup demo test lint format docs bench clean
help:
	@sed -n 's/^# make/make/p' Makefile

$(VENV)/installed: setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

# make setup: the virtual environment and a Chromium, if they are not there
setup: $(VENV)/installed
	@$(BIN)/python -m modelstores.browser --install

demo: setup
	@rm -rf $(DEMO)
	@$(BIN)/python -m tests.miniweb.pack $(DEMO)
	@for store in $(DEMO_STORES); do \
	    $(BIN)/scrapy crawl $$store -a archive=$(DEMO)/$$store.warc.gz -s DATABASE_URL=$(DEMO_URL) || exit 1; \
	done
	@for report in elements groups; do \
	    echo; $(BIN)/scrapy report $$report --stores $(PAPER) -s DATABASE_URL=$(DEMO_URL) || exit 1; \
	done
	@for report in origins similar; do \
	    echo; $(BIN)/scrapy report $$report -s DATABASE_URL=$(DEMO_URL) || exit 1; \
	done

# make lint: everything but the tests
lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/scrapy-lint
	$(BIN)/mypy

# A third of the time the tests wait for browsers and servers: one worker more than cores.
test: lint
	$(BIN)/pytest -n $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )) --dist worksteal

# make format: let ruff mend what it can
format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# make docs: write again the pages that are generated from code and data
docs: setup
	$(BIN)/python -m modelstores.elements.document
	$(BIN)/python -m modelstores.database.document

# make bench: the ratios of benchmarks/README.md
bench: setup
	$(BIN)/python -m benchmarks.replay
	$(BIN)/python -m benchmarks.lists
	$(BIN)/python -m benchmarks.tagging

# make clean: forget what was set up and built
clean:
	rm -rf $(VENV) build *.egg-info
