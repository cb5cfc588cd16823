# Two commands: `make run` starts the product, `make test` proves it. Everything else serves them.
PYTHON ?= python3.11
BIN := .venv/bin
CHECK := ZHIKE_DATA_DIR=$${TMPDIR:-/tmp}/zhike-check

.PHONY: run install test check style types layers migrations templates translations bench messages

run: install
	@exec $(BIN)/zhike serve --migrate --demo

install: .venv/base.stamp
	@$(BIN)/python -m scripts.command

test: .venv/test.stamp install
	@$(BIN)/python -m scripts.suite

check: style types layers migrations templates translations

style: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/test.stamp
	$(CHECK) $(BIN)/mypy

layers: .venv/test.stamp
	$(BIN)/lint-imports --no-cache --no-logo

migrations: .venv/test.stamp
	$(CHECK) $(BIN)/python manage.py makemigrations --check --dry-run

templates: .venv/test.stamp
	$(BIN)/djlint zhike --lint --quiet

translations: .venv/test.stamp
	$(CHECK) $(BIN)/python -m scripts.messages

messages: .venv/test.stamp
	$(CHECK) $(BIN)/python -m scripts.messages --add

bench: .venv/test.stamp
	$(BIN)/python -m benchmarks

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/base.stamp: requirements/base.txt | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/base.txt
	@touch $@

.venv/test.stamp: requirements/test.txt .venv/base.stamp
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
	@touch $@
