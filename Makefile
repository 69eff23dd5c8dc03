# `make` lists what can be made. Only Python 3.11 or later and make are needed: .venv is set up when it is wanted.

PYTHON = python3
CORPUS = corpus
OUT = runs/sample
PROCESSES = 1
COGGED = README.md corpus/labelled/README.md

# Relative, so that a space in the path of the checkout does no harm.
BIN = .venv/bin
INSTALL = $(BIN)/python -m pip install --quiet --quiet
# What a target needs is installed when its stamp is there; a stamp is touched last, so that a failed set-up is redone.
MADE = .venv/made.stamp
RUN = .venv/run.stamp
DEV = .venv/dev.stamp
UV = 0.13.9

.PHONY: help run test check lint bench train docs lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' Makefile
	@echo 'PYTHON=python3.12 with any of them chooses the interpreter that .venv is made with.'

run: $(RUN) ## compare CORPUS=corpus into OUT=runs/sample on PROCESSES=1, and show it
	@status=0; $(BIN)/visavis run "$(CORPUS)" --out "$(OUT)" --processes "$(PROCESSES)" || status=$$?; \
	if [ $$status -eq 0 ] || [ $$status -eq 3 ]; then $(BIN)/visavis show "$(OUT)" || exit $$?; fi; exit $$status

test: $(DEV) ## run the tests
	$(BIN)/python -m pytest

check: lint test ## all that must hold before a change lands: lint and test

lint: $(DEV) ## check format, lint, types, and that the generated parts of the README are up to date
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/cog --check $(COGGED)

bench: $(DEV) ## measure speed and memory
	$(BIN)/python bench.py

train: $(RUN) ## train the models in models/ from corpus/labelled/
	$(BIN)/visavis train --heads

docs: $(DEV) ## write the generated parts of the README
	$(BIN)/cog -r $(COGGED)

lock: ## pin what pyproject.toml asks for; a pin that still fits stays
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet uv==$(UV)
	build/lock/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--group build --output-file requirements.lock pyproject.toml
	build/lock/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--group build --extra dev --constraints requirements.lock --output-file requirements-dev.lock pyproject.toml

clean: ## remove .venv, builds and caches; runs/ stays
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

$(MADE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Error: Visavis needs Python 3.11 or later, \
	not %d.%d; name one, as in: make PYTHON=python3.12 run" % sys.version_info[:2])'
	$(PYTHON) -m venv .venv
	@touch $@

$(RUN): requirements.lock pyproject.toml | $(MADE)
	@echo 'Installing what Visavis needs in .venv: about a minute, once.' >&2
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements-dev.lock requirements.lock pyproject.toml | $(MADE)
	@echo 'Installing what Visavis and its tests need in .venv: about a minute, once.' >&2
	$(INSTALL) --require-hashes -r requirements-dev.lock
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $(RUN) $@
