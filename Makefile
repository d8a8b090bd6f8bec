# Every command sets itself up: `make run`, `make test` and `make check` work on a fresh machine with Python 3.11 or newer.
PYTHON ?= $(firstword $(foreach p,python3.11 python3.12 python3.13 python3.14 python3,$(if $(shell command -v $(p) 2>/dev/null),$(p),)))
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000
DATA ?= data

.PHONY: setup run lint types layers test cov openapi conf assets fresh check compat ipk key cross bench clean

setup: $(VENV)/.dev

$(VENV)/.run: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.run
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

run: $(VENV)/.run
	$(BIN)/python server.py --data $(DATA) --host $(HOST) --port $(PORT)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy
	tools/check-js.sh

layers: setup
	$(BIN)/lint-imports

test: setup
	$(BIN)/python -m pytest

# Where loss of data or a leak would live. (Of the whole, pyproject.toml says how much.)
WHOLLY_COVERED := storage/*,syncfile/core/access.py,syncfile/store/objects.py

cov: setup
	$(BIN)/python -m pytest --cov --cov-report=term
	$(BIN)/coverage report --fail-under=100 --include=$(WHOLLY_COVERED)

openapi: setup
	$(BIN)/python -m tools.openapi

conf: setup
	$(BIN)/python -m tools.conf

assets: setup
	$(BIN)/python -m tools.assets

fresh: setup
	$(BIN)/python -m tools.assets --check
	$(BIN)/python -m tools.openapi --check
	$(BIN)/python -m tools.conf --check
	$(BIN)/python -m tools.pot --check

check: lint types layers fresh test

# Real clients: Debian's own packages, unmodified.
COMPAT_PACKAGES := curl unzip gcc libc6-dev rclone seafile-cli seafile-daemon chromium \
	qemu-user-static shellcheck busybox-static dosfstools exfatprogs exfat-fuse ntfs-3g faketime

compat: setup
	tools/install-compat.sh $(COMPAT_PACKAGES)
	tools/install-axe.sh
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[compat]'
	$(BIN)/python -m pytest -m compat tests/compat tests/web tests/openwrt tests/crash

# Packages for OpenWrt, made without its SDK, and C extensions for its processors: openwrt/README.md.
PYTHON_TARGET ?= 3.11
KEY ?=
ARCH ?= armv7

ipk: setup
	$(BIN)/python -m tools.ipk --python $(PYTHON_TARGET) $(if $(KEY),--key $(KEY))

key: setup
	$(BIN)/python -m tools.ipk --make-key $(KEY)

cross:
	ARCH=$(ARCH) PYTHON=python3.11 tools/cross.sh

bench: setup
	sh bench/install-nginx.sh
	$(BIN)/python -m bench $(BENCH)

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
