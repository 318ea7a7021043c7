# What one types most. `make check` is what must be green before a commit; `.ci/run` is the whole.
python ?= .venv/bin/python

.venv:
	python3 -m venv .venv
	.venv/bin/pip install -q -c constraints.txt -e '.[test]'

.PHONY: check test long bench score docs release
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

# What a release is made of: wheel, sdist, every dependency with its digests, and a bill of materials (CycloneDX).
release:
	rm -rf dist .release && mkdir dist
	python3 -m venv .release/program && .release/program/bin/pip install -q -c constraints.txt .
	python3 -m venv .release/tools && .release/tools/bin/pip install -q hatchling cyclonedx-bom pip-tools
	.release/tools/bin/hatchling build -d dist
	.release/tools/bin/cyclonedx-py environment .release/program/bin/python --pyproject pyproject.toml \
		--mc-type application --output-reproducible --of JSON -o dist/sbom.cdx.json
	.release/tools/bin/pip-compile -q --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
		--strip-extras -c constraints.txt -o dist/requirements.txt pyproject.toml
	cd dist && sha256sum -- *.whl *.tar.gz requirements.txt sbom.cdx.json > SHA256SUMS
