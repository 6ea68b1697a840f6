# `make run` and `make test` set themselves up: Python 3.11 or newer and make are all they need.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PY := .venv/bin/python
PIP := $(PY) -m pip install --disable-pip-version-check --no-input --require-hashes --no-deps # The lock names everything.
ROOMS := api bench insights jobs models notifications resolvers rules schema
ifeq ($(origin AS),default) # To make itself AS is the assembler.
AS := customer
endif
REDIS_URL ?= redis://127.0.0.1:6379
TEST_DATABASE_URL ?= postgres://postgres:postgres@127.0.0.1:5432/test

.PHONY: help run reset tomorrow token test check check-types check-rest test-postgres test-deep bench bench-nights evaluate postgres redis lock

help: ## Say what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name what; do \
		printf '%-22s %s\n' "$$name" "$$what"; done

run: .venv/runtime.stamp ## Start on this machine, with demo people the first time (PORT=8000)
	@mkdir -p var
	@$(PY) -m jobs migrate
	@$(PY) -m jobs demo
	@exec $(PY) -m api

reset: ## Forget the demo database and its keys
	@rm -rf var/keys var/goodterms.sqlite3 var/goodterms.sqlite3-wal var/goodterms.sqlite3-shm var/goodterms.sqlite3.filling*
	@echo "var/ is empty again; the next make run fills it."

tomorrow: .venv/runtime.stamp ## End the business day: the next one begins, in a running house too
	@$(PY) -m jobs tomorrow

token: .venv/runtime.stamp ## Print a bearer token (AS=customer, officer, manager, marketer, auditor, admin)
	@$(PY) -m jobs token $(AS)

test: check ## Check everything, on SQLite
	$(PY) -m pytest $(TWO)

check: .venv/dev.stamp ## Only the checks that read the code
	@$(MAKE) --no-print-directory -j 2 check-types check-rest

check-types:
	$(PY) -m mypy $(ROOMS) settings.py

check-rest:
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	.venv/bin/lint-imports

test-postgres: .venv/dev.stamp ## The same tests on PostgreSQL (TEST_DATABASE_URL)
	TEST_DATABASE_URL="$(TEST_DATABASE_URL)" $(PY) -m pytest $(TWO)

test-deep: .venv/dev.stamp ## Coverage, properties at length, faults by the hundred on both databases; prints its counts
	env -u TEST_DATABASE_URL $(PY) -m pytest $(TWO) --cov --cov-report=term:skip-covered
	HYPOTHESIS_PROFILE=deep $(PY) -m pytest $(TWO) -m hypothesis -o faulthandler_timeout=900 --hypothesis-show-statistics
	env -u TEST_DATABASE_URL $(FAULTS)
	TEST_DATABASE_URL="$(TEST_DATABASE_URL)" $(FAULTS)

TWO := -n 2 --dist worksteal
FAULTS := $(PY) -m pytest tests/deep -m deep $(TWO) -o faulthandler_timeout=900 --durations=0 --durations-min=5

evaluate: .venv/runtime.stamp ## Say how well the automated service recognises what people want
	@$(PY) -m insights.service evaluate

bench: .venv/runtime.stamp ## Measure against the limit, on both databases (QUICK=1: a minute); wants a quiet machine
	TEST_DATABASE_URL="$(TEST_DATABASE_URL)" $(PY) -m bench $(if $(QUICK),--quick) $(if $(DOCUMENT),--document)

bench-nights: .venv/runtime.stamp ## Measure the end of a day with a million loans on PostgreSQL, and a replay
	TEST_DATABASE_URL="$(TEST_DATABASE_URL)" $(PY) -m bench.nights

postgres: ## Install (Debian) and start PostgreSQL where nothing answers
	@TEST_DATABASE_URL="$(TEST_DATABASE_URL)" .ci/postgres

redis: ## Install (Debian) and start Redis where nothing answers (REDIS_URL)
	@REDIS_URL="$(REDIS_URL)" .ci/redis

lock: .venv/bin/python ## Pin the dependencies again, with hashes, for Python 3.11 and up
	@$(PY) -c 'import uv' 2>/dev/null || $(PY) -m pip install --disable-pip-version-check -q uv
	$(PY) -m uv pip compile pyproject.toml $(LOCK) -o requirements.lock
	$(PY) -m uv pip compile pyproject.toml --group dev -c requirements.lock $(LOCK) -o requirements-dev.lock

LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Goodterms needs Python 3.11 or newer." >&2; exit 1; }
	@echo "Making .venv with $$($(PYTHON) --version)" >&2
	@$(PYTHON) -m venv .venv >&2 || { rm -rf .venv; echo "Python cannot make virtual environments here." \
		"On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

.venv/runtime.stamp: requirements.lock | .venv/bin/python
	@echo "Installing what Goodterms needs, once" >&2
	@$(PIP) -r requirements.lock >&2
	@touch $@

.venv/dev.stamp: requirements-dev.lock requirements.lock | .venv/bin/python
	@echo "Installing what the tests need, once" >&2
	@$(PIP) -r requirements-dev.lock >&2
	@touch .venv/runtime.stamp $@
