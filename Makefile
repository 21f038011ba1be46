# Two commands: `make run` starts everything on this machine, `make test` checks everything.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Lint reads settings without starting a database.
LINT_ENV := DATABASE_URL=postgresql://lint@localhost/lint SECRET_KEY=$(shell printf 'x%.0s' $$(seq 40)) WATERMARK_KEYS=$(shell printf 'x%.0s' $$(seq 40))

# Compiled once, not at every start: the workers and tests start twice as fast.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test setup lint unit integration browser format lock clean delete-all-data

run: setup
	@exec $(BIN)/python manage.py run

setup: $(VENV)/.installed
	@$(BIN)/python -c "from config.environment import write_local_secrets as w; from pathlib import Path; import os; w(Path(os.environ.get('TRACERY_VAR') or 'var'))"

$(VENV)/.installed: requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0 --constraint requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement requirements.lock
	@touch $@

# --- checks -------------------------------------------------------------------------------------------------
test: setup chromium openssl lint unit integration browser

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(LINT_ENV) $(BIN)/mypy .
	$(LINT_ENV) $(BIN)/lint-imports
	$(LINT_ENV) $(BIN)/python -W ignore manage.py makemigrations --check --dry-run

# On a busy machine the threads of torch and of BLAS wait for one another, ten times as long as they compute.
unit integration browser: export OMP_NUM_THREADS = 1

unit: $(VENV)/.installed
	$(BIN)/pytest tests/unit tests/test_architecture.py

integration: $(VENV)/.installed openssl
	$(BIN)/pytest tests/integration --numprocesses 2 --dist worksteal

browser: $(VENV)/.installed chromium
	$(BIN)/pytest tests/browser

.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	  else echo "The browser tests need Chromium: sudo apt-get install chromium" >&2; exit 1; fi; }

# The tests' time-stamp authority is made of it.
.PHONY: openssl
openssl:
	@command -v openssl >/dev/null || { \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq openssl >/dev/null; \
	  else echo "The tests need OpenSSL: sudo apt-get install openssl" >&2; exit 1; fi; }

format: $(VENV)/.installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Writes the exact versions that are installed; edit requirements.in first, then install from it.
lock: $(VENV)/.installed
	$(BIN)/python -m pip freeze --exclude-editable | sed 's/^torch==.*/torch==2.13.0/' > requirements.lock

# What can be made again. The data in var/ stays: the watermark keys there are what makes pictures readable.
clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

delete-all-data:
	@printf 'This deletes every picture, account and case in var/, and the keys that make old pictures readable.\nType "delete" to go on: '; \
	read answer; [ "$$answer" = delete ] && rm -rf var && echo Deleted. || echo "Nothing was deleted."
