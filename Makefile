.PHONY: run dev citus test quick mutants prove crash failover load lint shots bench lock
python := .venv/bin/python
PART ?= tenancy lists
compile := $(python) -m uv pip compile --quiet --generate-hashes --universal --python-version 3.12

run:
	@bin/environment requirements-local.txt
	@exec $(python) manage.py serve

# For who changes the code: one process that starts again with every change, and Django's page for an error. Work in the
# background is done by `manage.py work` in another terminal.
dev:
	@bin/environment requirements-dev.txt
	@DEBUG=true exec $(python) manage.py serve --reload

# The demo clinics on two servers, with a coordinator before them: docs/scaling.md, section 4.
citus:
	@bin/environment requirements-local.txt
	@exec bin/citus

test:
	@bin/environment requirements-dev.txt
	@bin/foreign
	@exec bin/test

# What needs no database, and the rooms that were changed since the last commit.
quick:
	@bin/environment requirements-dev.txt
	@exec bin/pytest -p tests.quick --ignore=tests/browser

# Does a test notice small changes of the code? Rooms, seed and count: bench/mutants.py.
mutants:
	@bin/environment requirements-dev.txt
	@exec $(python) -m bench.mutants $(ROOMS)

# What is too long for `make test`, at full size; what came of it goes into docs/proof.md. ONLY=imports runs one.
prove:
	@bin/environment requirements-dev.txt
	@$(python) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-prove.txt
	@bin/foreign
	@exec $(python) -m bench.prove $(ONLY)

# Kills every part of the running record while programs write, and looks for what was acknowledged; the control has
# PostgreSQL acknowledge too early, and must find losses. KILLS has other numbers, as in "10 2 2 400".
KILLS ?= 500 100 100 20000
crash:
	@bin/environment requirements-dev.txt
	@$(python) -m bench.crash control 0 5 0 200
	@$(python) -m bench.crash run $(KILLS)

# Kills the server under so many acknowledged writes and has its standby take over; the control's standby is not waited for.
WRITES ?= 1000
failover:
	@bin/environment requirements-dev.txt
	@$(python) -m bench.failover control 200
	@$(python) -m bench.failover run $(WRITES)

# What the record does under load for so many minutes.
MINUTES ?= 10
load:
	@bin/environment requirements-dev.txt
	@$(python) -m bench.load $(MINUTES)

lint:
	@bin/environment requirements-dev.txt
	@$(python) -m ruff check
	@$(python) -m ruff format --check
	@$(python) -m mypy
	@$(python) -m djlint --lint templates
	@$(python) -m djlint --check templates
	@$(python) -c 'from importlinter.cli import lint_imports_command; lint_imports_command(["--no-logo"])'
	@$(python) manage.py makemigrations --check
	@$(python) manage.py check_instruments

# A picture of every page at 390 and 1280 px, light and dark, into var/shots/.
shots:
	@bin/environment requirements-dev.txt
	@CHROMIUM="$$(bin/find-chromium)" && export CHROMIUM && exec $(python) -m pytest tests/browser/shots.py

# Measured beside what it replaces, into bench/results/: SIZE=2000 for the largest number of clinics, default 300.
bench:
	@bin/environment requirements-dev.txt
	@for part in $(PART); do SIZE=$(SIZE) $(python) -m bench.$$part || exit; done

# Resolves the .in files anew, keeping what is pinned: UPGRADE=--upgrade takes newer versions.
lock:
	@bin/environment requirements-dev.txt
	@$(python) -m pip install -q -q --disable-pip-version-check uv
	@$(compile) $(UPGRADE) requirements.in -o requirements.txt
	@$(compile) $(UPGRADE) requirements-local.in -o requirements-local.txt
	@$(compile) $(UPGRADE) requirements-dev.in -o requirements-dev.txt
	@$(compile) $(UPGRADE) requirements-parquet.in -o requirements-parquet.txt
	@$(compile) $(UPGRADE) requirements-foreign.in -o requirements-foreign.txt
	@cd tests/foreign/node && npm install --silent --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved
	@cd tests/foreign/node && node -p 'JSON.stringify(require("./package-lock.json"), (key, value) => key == "funding" ? undefined : value, 2)' >kept.json && mv kept.json package-lock.json
	@$(compile) $(UPGRADE) requirements-deploy.in -o requirements-deploy.txt
	@$(compile) $(UPGRADE) --no-deps requirements-prove.in -o requirements-prove.txt
