# Everything happens in .venv, made on first use from constraints.txt; nothing outside this folder is touched.
PYTHON ?= python3
BIN := .venv/bin
export OMP_WAIT_POLICY := passive

.PHONY: demo test test-all check fmt docs notebooks bench clean

demo: .venv/demo  ## train on MovieLens 100K, measure, look inside, recommend
	$(BIN)/alsoliked demo

test: .venv/installed check  ## checks, then tests, doctests, examples and pages, but for a few that train for long
	$(BIN)/pytest -n 2 --dist loadgroup -m "not slow"

test-all: .venv/installed check  ## those as well
	$(BIN)/pytest -n 2 --dist loadgroup

check: .venv/installed  ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

fmt: .venv/installed  ## put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: .venv/installed  ## build the pages into docs/_build/html
	$(BIN)/sphinx-build -W -q -j 8 -b html docs docs/_build/html

notebooks: .venv/installed  ## run the pages of docs/chapter as notebooks and keep what came out beside them
	$(BIN)/python docs/notebooks.py

bench: .venv/installed  ## measure beside peers (hours; makes its own environments)
	$(BIN)/python benchmarks/run.py

INSTALL = $(BIN)/pip install --quiet --disable-pip-version-check --no-compile --constraint constraints.txt --editable

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/demo: pyproject.toml constraints.txt | .venv/bin/python
	$(INSTALL) '.[plots,train]'
	touch $@

.venv/installed: pyproject.toml constraints.txt | .venv/bin/python
	$(INSTALL) '.[dev,docs]'
	$(BIN)/pip install --quiet --disable-pip-version-check --no-compile --no-deps torchrec==1.8.0 fbgemm-gpu-cpu==1.8.0
	touch .venv/demo $@

clean:
	rm -rf .venv docs/_build runs
