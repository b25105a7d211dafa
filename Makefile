# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test check fmt bench install system clean web web-check node

demo: install web
	$(BIN)/labelgraft demo

test: install system check web-check web
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: install
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/lint-imports
	$(BIN)/mypy

fmt: install
	$(BIN)/ruff check --fix src tests benchmarks
	$(BIN)/ruff format src tests benchmarks

bench: install
	$(BIN)/python benchmarks/all.py

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[notebook,onnx,postgres]' --group dev
	touch $(STAMP)

# The storage tests run on SQLite and on a real PostgreSQL server, those of the screens in a real browser.
system:
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
	  { command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq postgresql; } || \
	  echo "PostgreSQL is not here and cannot be installed: its tests will be skipped."
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
	  { command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium; } || \
	  echo "Chromium is not here and cannot be installed: the tests of the screens will be skipped."

# The web app. Its output goes into the package and from there into the wheel.
WEB_OUT := src/labelgraft/server/web
WEB_SOURCES := $(shell find web/src web/public web/index.html web/vite.config.ts -type f 2>/dev/null)

web: $(WEB_OUT)/index.html

$(WEB_OUT)/index.html: web/node_modules/.installed $(WEB_SOURCES)
	cd web && npm run --silent build -- --logLevel warn
	touch $@

web-check: web
	cd web && { npx tsc --noEmit & types=$$!; npm run --silent lint && wait $$types; }
	cd web && npm run --silent format:check && node checks/client.mjs && node checks/size.mjs && npx vitest run --reporter=dot

web/node_modules/.installed: web/package.json web/package-lock.json | node
	cd web && npm ci --silent
	touch $@

node:
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' \
	  2>/dev/null || { echo "The web app needs Node.js 20.19 or newer to be built: install it, then run make again."; exit 1; }

clean:
	rm -rf web/node_modules $(WEB_OUT) $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
