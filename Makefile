# What one types most. `make check` is what must be green before a commit; `.ci/run` is the whole.
python ?= .venv/bin/python

.venv:
	python3 -m venv .venv
	.venv/bin/pip install -q -c constraints.txt -e '.[test]'

.PHONY: check test long bench score docs
check: .venv
	$(python) -m ruff check .
	$(python) -m ruff format --check .
	$(python) -m mypy

test: .venv
	$(python) -m pytest

long: .venv
	$(python) -m pytest -m long

bench: .venv
	$(python) -m pip install -q -c constraints.txt -e '.[bench]'
	$(python) -m benchmarks S M

score: .venv
	PYTHONPATH=tests $(python) -m support.score

docs: .venv
	$(python) -m pytest tests/docs -n 0
