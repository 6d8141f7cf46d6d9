# What to do with a clone. Everything is made in .venv, .cache and the per-user cache folder
# (~/.cache/moggy, or MOGGY_CACHE).

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
SETUP = $(PYTHON) -m moggy.setup
# Nothing that runs in the clone may see another environment's packages.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

.PHONY: help sim run test check lint check-firmware bench doctor page runtime wheel lock old-arm resolve arm clean dev python

help:  ## Say what there is.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "moggy needs Python 3.11 or newer as '$(PYTHON)': apt install python3 python3-venv"; \
	  echo "or name another: make sim PYTHON=python3.12"; exit 1; }

sim: python  ## From a fresh clone to a cat to stroke in the browser. ARGS="--port 8011 --no-runtime" go to it.
	@$(SETUP) sim $(ARGS)

run: python  ## A real body: make run ARGS="--port /dev/ttyACM0 --camera 0".
	@$(SETUP) run
	@$(BIN)/moggy run $(ARGS)

dev: python  ## Everything for working on the code: tests, lint, type checks.
	@$(SETUP) dev

test: python  ## Everything that can be tested here, after setting up what is missing.
	@$(SETUP) test
	@$(BIN)/python -m pytest -n auto --dist loadgroup $(ARGS)

check: dev lint check-firmware  ## Format, lint, types, the firmware's types, and the tests.
	@$(MAKE) --no-print-directory test

lint: dev  ## The fast part of check.
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

check-firmware: dev .cache/stubs/rp2/.stamp .cache/stubs/esp32/.stamp  ## The firmware's types, against both boards' stubs.
	@for port in rp2 esp32; do echo "firmware for $$port:"; \
	  MYPYPATH=.cache/stubs/$$port $(BIN)/mypy --config-file firmware/mypy.ini || exit 1; done

# The stubs are no packages of ours: they lie beside the environment, since in it they would shadow
# the standard library's types.
.cache/stubs/%/.stamp: requirements/stubs-%.lock | dev
	@rm -rf $(@D) && mkdir -p $(@D)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --target $(@D) -r $<
	@touch $@

bench: dev  ## The figures that the issues and the README name, measured here.
	@$(BIN)/python -m bench $(ARGS)

doctor: python  ## What is here, what is missing, what to do.
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m moggy.setup.doctor; else $(PYTHON) -m moggy.setup.doctor; fi

page: python  ## Build the studio's page.
	@$(SETUP) page

runtime: python  ## Build the language model's runtime now, with every core.
	@$(SETUP) run
	@$(BIN)/python -m moggy.setup.runtime

wheel: dev page  ## A wheel with the page in it, in dist/.
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist/*.whl

# Declared in pyproject.toml and not installed into .venv: see the stubs above.
BESIDE := micropython-esp32-stubs micropython-rp2-stubs micropython-stdlib-stubs
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes --no-emit-index-url \
  --no-emit-package llama-cpp-python --custom-compile-command "make lock"
APART = $(BESIDE:%=--no-emit-package %)

lock: dev  ## Lock the newest versions that pyproject.toml allows (UPGRADE= keeps what is locked).
	@$(COMPILE) $(APART) $(UPGRADE) pyproject.toml --extra sim --extra speaker --extra ears --extra language --extra encrypted --extra firmware requirements/build.in -o requirements/main.lock
	@$(COMPILE) $(APART) $(UPGRADE) pyproject.toml --all-extras requirements/build.in -c requirements/main.lock -o requirements/dev.lock
	@for name in runtime stubs-rp2 stubs-esp32; do $(COMPILE) $(UPGRADE) requirements/$$name.in -o requirements/$$name.lock; done
	@$(COMPILE) --no-deps requirements/old-arm.in -o requirements/old-arm.lock
UPGRADE ?= --upgrade

old-arm:  ## After make run or make sim on a Raspberry Pi 4: the MediaPipe that runs there.
	@$(BIN)/python -m pip install --disable-pip-version-check --require-hashes --no-deps -r requirements/old-arm.lock

resolve: dev  ## Whether each locked package has a wheel for each processor and Python (seconds).
	@$(BIN)/python -m pytest -q tests/unit/test_platforms.py

arm: dev  ## aarch64, emulated: everything loads, sees, understands and lives as here (some minutes).
	@$(BIN)/python -m pytest -q -rPs tests/arm

clean:  ## Take away what was made in this clone; the per-user cache stays.
	rm -rf .venv .cache build dist out sim/studio/static sim/studio/page/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
