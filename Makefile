# `make run` and `make test` are all a newcomer needs; `make help` lists the rest.
PYTHON ?= python3
PIP = .venv/bin/python -m pip --disable-pip-version-check --quiet
RUNTIME = .venv/.requirements
DEVELOPMENT = .venv/.requirements-dev
LOCK = .venv/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
  --python-version 3.11 --exclude-newer $(or $(NEWEST),$(shell date -d '7 days ago' +%F))

# uv where it can be had and reaches the packages, pip where not.
UV = { test -x .venv/bin/uv || $(PIP) install --require-hashes -r requirements-uv.txt; } && .venv/bin/uv
install = { $(UV) pip install --quiet --require-hashes -r $(1); } 2>/dev/null || $(PIP) install --require-hashes -r $(1)

# Where the environment forbids compiled modules to be kept, each process that starts would compile all of them again.
export PYTHONDONTWRITEBYTECODE =

.PHONY: help run dev test lint coverage bench bench-compare bench-peers bench-scale lock

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 16

run: $(RUNTIME) ## serve PanelDash with its demo on http://127.0.0.1:8000 (HOST=, PORT=)
	@.venv/bin/python -m paneldash.supervisor

dev: $(RUNTIME) ## the same with reload on changes and debug pages
	@.venv/bin/python -m paneldash.supervisor --dev

# Twice as many processes as cores: half of a test's time is waiting.
test: $(DEVELOPMENT) ## all tests, with a real PostgreSQL, Redis, Prometheus and browser
	@.ci/packages browser postgresql redis prometheus
	.venv/bin/pytest -n $$((2 * $$(nproc))) --dist loadfile --no-loadscope-reorder

coverage: $(DEVELOPMENT) ## tests with a report; fails below 85 % of lines
	@.ci/packages browser postgresql redis prometheus
	.venv/bin/coverage run -m pytest
	.venv/bin/coverage report

lint: $(DEVELOPMENT) ## formats, linters, types, migrations and deployment settings
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/djlint --quiet --check --lint .
	.venv/bin/mypy
	.venv/bin/python manage.py makemigrations --check --dry-run
	HTTPS=true DEBUG=false .venv/bin/python manage.py check --deploy --fail-level WARNING --database default

bench: $(DEVELOPMENT) ## measure against the bare driver; writes benchmarks/results/latest.json
	@.ci/packages browser
	.venv/bin/python -m benchmarks

bench-peers: $(DEVELOPMENT) ## the same chart by PanelDash and by Apache Superset, which gets an environment of its own
	.venv/bin/python -m benchmarks.peers

bench-scale: $(DEVELOPMENT) ## 1,000 tenants, 100 of them dead, 2 hosts, 200 viewers (SIZE="--seconds 20 --viewers 50")
	@.ci/packages redis pgbouncer
	.venv/bin/python -m benchmarks.scale $(SIZE)

# The words after bench-compare are files, not things to make.
ifeq (bench-compare,$(firstword $(MAKECMDGOALS)))
COMPARED = $(wordlist 2,$(words $(MAKECMDGOALS)),$(MAKECMDGOALS))
.PHONY: $(sort $(COMPARED))
$(sort $(COMPARED)): ; @:
endif

bench-compare: $(DEVELOPMENT) ## two results beside each other: make bench-compare A.json B.json
	@.venv/bin/python -m benchmarks.compare $(COMPARED)

lock: $(DEVELOPMENT) ## resolve the requirements anew, nothing younger than a week (NEWEST=2026-01-31)
	$(LOCK) requirements-uv.in -o requirements-uv.txt
	$(LOCK) --upgrade requirements.in -o requirements.txt
	$(LOCK) --upgrade requirements-dev.in -o requirements-dev.txt

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "PanelDash needs Python 3.11 or newer. If you have one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "Making a virtual environment in .venv"
	@$(PYTHON) -m venv --clear .venv || \
	  { rm -rf .venv; echo "Python's venv is incomplete. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

$(RUNTIME): requirements.txt | .venv/bin/python
	@echo "Installing the requirements: 100 MB, half a minute the first time"
	@$(call install,requirements.txt)
	@touch $(RUNTIME)

$(DEVELOPMENT): requirements-dev.txt | .venv/bin/python
	@echo "Installing what development needs: 250 MB, a minute the first time"
	@$(call install,requirements-dev.txt)
	@touch $(RUNTIME) $(DEVELOPMENT)
