# make run     start SourcingX; needs Python 3.11 or newer, git and make, and nothing else
# make test    every test; make test-fast leaves the browser and nginx out; make test-million browses a million people
# make lint    style, types, import rules, security, secrets, image and compose file, spelling

PYTHON ?= python3
BIN := .venv/bin
# The environment is made anew when what it was made from changes.
hash = $(shell cat $(1) | cksum | cut -d ' ' -f 1)
READY := .venv/.ready-$(call hash,requirements.txt pyproject.toml)
READY_DEV := .venv/.ready-dev-$(call hash,requirements.txt requirements-dev.txt tests/requirements-bare.txt pyproject.toml)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# A registry that fails for a moment is asked again.
fetched = for n in 1 2 3; do $(PIP) $(1) && exit 0; sleep 10; done; exit 1
PYTEST := $(BIN)/python -m pytest
# Two processes, each with servers of its own; a file's tests stay together (tests/schedule.py).
PARALLEL := -n 2 --dist loadfile

.PHONY: run demo demo-reset test test-fast test-million lint pictures bench bench-quick browser nginx environment environment-dev
.DEFAULT_GOAL := run

run: environment
	@exec $(BIN)/sourcingx run

demo: environment
	@exec $(BIN)/sourcingx demo

demo-reset: environment
	@exec $(BIN)/sourcingx demo --reset

test: environment-dev browser nginx
	$(PYTEST) $(PARALLEL)

test-fast: environment-dev
	$(PYTEST) $(PARALLEL) -m "not browser and not nginx"

# What people do in the grid, in the browser, with a million people in the search; takes minutes.
test-million: environment-dev browser
	SOURCINGX_TEST_PEOPLE=1000000 $(PYTEST) tests/browser/test_grid_scrolling.py tests/browser/test_grid_faults.py \
	    tests/browser/test_grid_writes.py tests/browser/test_grid_selection.py

lint: environment-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(PYTEST) -q tests/unit/test_architecture.py tests/unit/test_no_secrets.py
	$(BIN)/bandit -q -c pyproject.toml -r app.py gunicorn.conf.py callbacks layouts services sql
	$(BIN)/hadolint Dockerfile deploy/nginx.Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec compose.yaml
	$(BIN)/codespell

# The pictures of the guides, anew; minutes.
pictures: environment-dev browser
	$(BIN)/python -m docs.pictures

# make bench ONLY="P1a P3" measures the goals whose names begin so.
bench: environment-dev
	$(BIN)/python -m benchmarks $(ONLY)

bench-quick: environment-dev
	$(BIN)/python -m benchmarks --quick $(ONLY)

environment: $(READY)
environment-dev: $(READY_DEV)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "SourcingX needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	$(PYTHON) -m venv .venv

$(READY): | $(BIN)/python
	$(call fetched,-r requirements.txt)
	$(PIP) --no-deps --no-build-isolation -e .
	@rm -f .venv/.ready-[0-9]* && touch $@

$(READY_DEV): $(READY) | $(BIN)/python
	$(call fetched,-r requirements-dev.txt)
	$(call fetched,--no-deps -r tests/requirements-bare.txt)
	@rm -f .venv/.ready-dev-* && touch $@

# A Chrome and a driver that are there are used; as root on Debian they are installed; else it stops.
browser:
	@found() { for name; do command -v "$$name" >/dev/null && return; done; return 1; }; \
	if found chromium chromium-browser google-chrome chrome && found chromedriver; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && found apt-get; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	    apt-get install -qq -y --no-install-recommends chromium chromium-driver >/dev/null; \
	else \
	    echo "make test drives a browser: install Chromium and chromedriver, or run make test-fast." >&2; exit 1; \
	fi

# The configuration in deploy/ is tried with the system's nginx, and with its module for brotli where that can be had.
nginx:
	@there() { command -v nginx >/dev/null; }; \
	add() { DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$$@" >/dev/null; }; \
	if there && [ -e /usr/lib/nginx/modules/ngx_http_brotli_filter_module.so ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq; there || add nginx-light; add libnginx-mod-http-brotli-filter || true; \
	fi; \
	there || { echo "make test tries deploy/nginx.conf: install nginx, or run make test-fast." >&2; exit 1; }
