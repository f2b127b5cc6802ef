# Two commands matter: `make run` and `make test`. Both need only Python 3.11+ and make.
SHELL := /bin/sh
.DELETE_ON_ERROR:

VENV := .venv
PY := $(VENV)/bin/python
RUN_STAMP := $(VENV)/.installed-run
DEV_STAMP := $(VENV)/.installed-dev
PDF_STAMP := $(VENV)/.installed-pdf
PIP := $(PY) -m pip --disable-pip-version-check --quiet install --require-hashes
COMPILE := $(VENV)/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-annotate --custom-compile-command "make lock"
TEMPLATES = $(wildcard templates)
# So many processes run the tests; each has databases of its own. JOBS=0 for one that a debugger may enter.
JOBS ?= 2
TESTS = $(PY) -m pytest -n $(JOBS) --dist loadfile

.PHONY: help run pdf test check lint types faults stale bench bench-triage stop lock clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: $(RUN_STAMP) ## everything, with the demonstration (DEMO=0 starts empty, PORT=8000)
	@exec $(PY) -m otdr_hub.run

pdf: $(PDF_STAMP) ## what the PDF button needs, in the running product's environment
	@$(PY) -c 'import weasyprint; print("PDF works; start `make run` again.")' || \
	  { echo "Pango is missing (Debian: apt install libpango-1.0-0 libpangoft2-1.0-0)." >&2; exit 1; }

test: $(DEV_STAMP) ## the whole test suite, against a real PostgreSQL (JOBS=2 processes)
	@$(TESTS) $(ARGS)

check: lint types ## what CI runs: style, types, import contracts, tests with a real browser
	@OTDR_REQUIRE_BROWSER=1 $(TESTS) $(ARGS)

lint: $(DEV_STAMP) ## style of Python and templates, direction of imports
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(if $(TEMPLATES),$(VENV)/bin/djlint --lint --quiet $(TEMPLATES))
	@$(VENV)/bin/lint-imports

types: $(DEV_STAMP) ## mypy, strict
	@$(VENV)/bin/mypy

faults: $(DEV_STAMP) ## the fault and attack suite (OTDR_EXAMPLES=full: at full size)
	@$(TESTS) -m faults $(ARGS)

stale: $(DEV_STAMP) ## is any answer stale: readers race the kill switch, with faults on (ARGS="--quick")
	@$(PY) -m tests.stale $(ARGS)

bench: $(DEV_STAMP) ## how fast it is, beside a floor and a query by hand (ARGS="--quick")
	@$(PY) -m tests.bench $(ARGS)

bench-triage: $(DEV_STAMP) ## is triage right: worlds with a known truth, beside simpler rules (ARGS="--worlds 40 --seed 7")
	@$(PY) -m tests.triage.bench $(ARGS)

stop: $(RUN_STAMP) ## stop what runs in this checkout
	@$(PY) -m otdr_hub.run --stop

lock: $(DEV_STAMP) ## renew the requirements files from pyproject.toml
	@$(COMPILE) -o requirements.txt
	@$(COMPILE) --extra dev --extra pdf -c requirements.txt -o requirements-dev.txt
	@$(COMPILE) --extra pdf -c requirements-dev.txt -o requirements-pdf.txt

clean: ## remove what can be made again; the data in var/ stays
	@if [ -e $(RUN_STAMP) ]; then $(PY) -m otdr_hub.run --stop; fi
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +

$(PY):
	@for candidate in python3.13 python3.12 python3.11 python3 python3.14; do \
	  "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  echo "Making $(VENV) with $$("$$candidate" --version) ..."; \
	  "$$candidate" -m venv $(VENV) && exit 0; \
	  rm -rf $(VENV); \
	  echo "$$candidate has no venv module: install it (Debian: apt install python3-venv)." >&2; \
	  exit 1; \
	done; \
	echo "Python 3.11 or newer is needed and none was found: install it and try again." >&2; \
	exit 1

# The development set contains the other one, pinned alike.
$(RUN_STAMP): requirements.txt | $(PY)
	@if [ ! -e $(DEV_STAMP) ] || [ $(DEV_STAMP) -ot requirements.txt ]; then \
	  echo "Installing what requirements.txt pins (once, about a minute) ..." && $(PIP) -r requirements.txt; \
	fi
	@touch $@

$(DEV_STAMP): requirements-dev.txt requirements.txt | $(PY)
	@echo "Installing what requirements-dev.txt pins (once, about a minute) ..."
	@$(PIP) -r requirements-dev.txt
	@touch $@

$(PDF_STAMP): requirements-pdf.txt requirements.txt | $(PY)
	@echo "Installing what requirements-pdf.txt pins ..."
	@$(PIP) -r requirements-pdf.txt
	@touch $@
