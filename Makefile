# Bare `make` lists what can be asked. Every target makes the environment it needs, from hashed files.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

PORT ?= 8000
STAGE ?= dev
ARCH ?= arm64
ANSWERS := deployments.toml
# Chosen once and by its real path: a version shim, such as pyenv's, finds no .python-version in the
# folder that SAM builds in.
ifeq ($(PYTHON),)
PYTHON := $(shell for p in python3.13 python3 $${PYENV_ROOT:-$$HOME/.pyenv}/versions/3.13*/bin/python3.13; do \
	$$p -c 'import sys; sys.version_info[:2] == (3, 13) or sys.exit(1); print(sys.executable)' 2>/dev/null && break; done)
endif
# The shell is Chromium without what surrounds its pages, and takes half the CPU.
CHROMIUM ?= $(shell command -v chromium-headless-shell || command -v chromium || command -v chromium-browser || command -v google-chrome)

VENV := .venv
UV := $(VENV)/uv/bin/uv
DEV := $(VENV)/dev/.ready
TOOLS := $(VENV)/tools/.ready
LOCAL := $(VENV)/local/.ready
RELEASE := $(VENV)/release/.ready
CONTRACT := $(VENV)/contract/.ready
PORTALS := $(VENV)/portals/.ready
PAGE_TOOLS := requirements/node_modules/.ready
BUNDLE := functions/sign_in_page/static/bundle
ROLLDOWN := requirements/node_modules/.bin/rolldown --config functions/bundle.config.mjs --logLevel warn
PYTEST := $(VENV)/dev/bin/python -m pytest
# Workers of a test run. Half of them would do on a laptop, two cores is what CI has.
WORKERS ?= 2
FAST := not browser and not clients and not deployed and not slow and not soak
SLOW := slow and not browser and not clients and not deployed and not soak
# Where a mark is given to tests, so that a run of those alone collects nothing else. A conftest.py
# gives it to its whole folder.
marked = $(sort $(patsubst %/conftest.py,%,$(shell grep -rlE --include='*.py' 'mark\.($(1))\b' tests)))

export SAM_CLI_TELEMETRY := 0
export PYTHON ARCH
# Images for containers often set it. Without bytecode every command, house and function that a test
# starts compiles all that it loads, and each worker rewrites the asserts of every test.
unexport PYTHONDONTWRITEBYTECODE
# SAM runs the makefiles of the functions and layers with this PATH.
SAM := PATH="$(dir $(PYTHON)):$$PATH" $(VENV)/tools/bin/sam

.PHONY: help run cli test test-slow coverage lint gates check build deploy release test-deployed clients browser soak bench \
	package client lock licences clean python chromium node bundle fresh-bundle

help:  ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

run: $(DEV) $(LOCAL)  ## start everything on localhost: PORT=8000, sample portals on the ports after it; SAM_LOCAL=1; ORIGIN=http://localhost:3000 for a portal of yours; DIAGNOSIS=1 for people who do not get in
	@exec $(VENV)/dev/bin/python -m local --port $(PORT) $(foreach each,$(ORIGIN),--origin '$(each)') $(if $(filter 1,$(SAM_LOCAL)),--sam-local) $(if $(filter 1,$(DIAGNOSIS)),--diagnosis)

cli: $(DEV)  ## install the command portico, for deployed stacks and the local one, and say where
	@grep -q clients/python $(VENV)/dev/lib/python3.13/site-packages/portico.pth || \
		printf '%s\n' "$(CURDIR)/clients/python/src" >> $(VENV)/dev/lib/python3.13/site-packages/portico.pth
	@echo "$(CURDIR)/$(VENV)/dev/bin/portico"

test: $(DEV) $(LOCAL)  ## all tests but the slow, the deployed and the browser ones
	$(PYTEST) -n $(WORKERS) -m "$(FAST)" $(LESS)

# What `make gates` runs already is left to it.
test-slow: $(DEV) $(LOCAL) $(CONTRACT)  ## the slow tests, of which each takes seconds
	$(PYTEST) -n $(WORKERS) -m "$(SLOW)" $(filter-out tests/template/%,$(call marked,slow))

coverage: $(DEV) $(LOCAL)  ## the same tests, and which branches of the rooms they leave out; two thirds slower
	$(PYTEST) -n $(WORKERS) --cov --cov-report=term -m "$(FAST)"

lint: $(DEV) $(PAGE_TOOLS)  ## style, types and the import rules; the page's JavaScript too, so it needs Node
	$(VENV)/dev/bin/ruff check
	$(VENV)/dev/bin/ruff format --check
	$(VENV)/dev/bin/mypy
	$(VENV)/dev/bin/lint-imports
	requirements/node_modules/.bin/tsc --project .
	@$(MAKE) fresh-bundle

bundle: $(PAGE_TOOLS)  ## after a change of the page: what browsers load of it, made anew; needs Node
	@rm -rf $(BUNDLE)
	$(ROLLDOWN) --dir $(BUNDLE)

# The package is the module that Portico serves, with its types, and a front that asks for the origin.
INTO ?= .
package: $(PAGE_TOOLS)  ## portico.js as a package for npm, with types: INTO=folder for the .tgz
	@made=$$(mktemp -d); trap 'rm -rf "$$made"' EXIT; \
	cp npm/* LICENSE NOTICE functions/sign_in_page/static/assets/portico.js "$$made"; \
	requirements/node_modules/.bin/tsc "$$made/index.js" --ignoreConfig --allowJs --checkJs --strict --declaration --emitDeclarationOnly \
		--target es2022 --lib es2023,dom,dom.iterable --module esnext --moduleResolution bundler --types "" --outDir "$$made"; \
	npm pack "$$made" --pack-destination "$(INTO)" --loglevel=error

client: $(DEV) $(UV)  ## the Python client, made anew of docs/openapi.yaml, and its wheel: INTO=folder
	$(VENV)/dev/bin/python -m clients.generator
	@made=$$(mktemp -d); trap 'rm -rf "$$made"' EXIT; \
	cp -R clients/python/. LICENSE NOTICE "$$made"; \
	$(UV) build --quiet --no-cache --wheel "$$made" --out-dir "$$made/out"; cp "$$made"/out/*.whl "$(INTO)"; ls "$(INTO)"/portico_team-*.whl

fresh-bundle: $(PAGE_TOOLS)
	@made=$$(mktemp -d); trap 'rm -rf "$$made"' EXIT; $(ROLLDOWN) --dir "$$made" >/dev/null; \
	diff -rq "$$made" $(BUNDLE) || { \
		echo "The page was changed, and $(BUNDLE) is of before: make bundle, and commit what it writes." >&2; exit 1; }

gates: $(DEV) $(TOOLS) $(LOCAL)  ## template.yaml: SAM's validation, cfn-lint, grants, environments
	$(PYTEST) -n $(WORKERS) tests/template

# `make gates` runs all of tests/template; alone, `make test` has the quick ones of them.
check: LESS := --ignore=tests/template
check: lint gates test test-slow test-deployed clients browser  ## everything CI runs, in its order

build: $(TOOLS)  ## sam build: what would be deployed, with bytecode; ARCH=x86_64 for the other machine
	$(SAM) build --config-env $(STAGE) --parameter-overrides Architecture=$(ARCH)

deploy: build $(ANSWERS)  ## sam deploy --guided into your own AWS account: STAGE=dev or prod
	@answered=$$(awk -v stage='[$(STAGE).deploy.' '/^\[/ { ours = index($$0, stage) == 1 } ours' $(ANSWERS) | \
		sed -nE 's/.*Architecture=[^a-z]*(arm64|x86_64).*/\1/p'); \
	test "$${answered:-$(ARCH)}" = $(ARCH) || { \
		echo "$(ANSWERS) says Architecture=$$answered, and this was built for $(ARCH): make deploy ARCH=$$answered" >&2; exit 1; }
	PYTHONPATH=layers/portico $(VENV)/tools/bin/python -m release.before_deploy --answers $(ANSWERS) --stage $(STAGE)
	$(SAM) deploy --guided --config-file $(ANSWERS) --config-env $(STAGE)

# Yours: git ignores it. SAM writes into it what you have answered, and asks with that the next time.
$(ANSWERS): | samconfig.toml
	@sed 's/^parameter_overrides = \[/&"Architecture=$(ARCH)", /' samconfig.toml > $@

release: build $(DEV) $(RELEASE)  ## what a release hands out, in dist/: zipped code, template, manifest, SBOM, checksums
	$(VENV)/dev/bin/python -m release --architecture $(ARCH)

test-deployed: build $(DEV) $(LOCAL) $(RELEASE)  ## build, deploy to an emulated AWS, sign in there
	$(PYTEST) -m deployed $(call marked,deployed)

clients: $(DEV) $(LOCAL) $(PORTALS) $(PAGE_TOOLS) tests/clients/node_modules/.ready chromium  ## other people's OpenID clients and the examples, signing in at the running house
	CHROMIUM="$(CHROMIUM)" $(PYTEST) -m clients $(call marked,clients)

# A file sees what those before it have left at its house, so their order stays.
browser: $(DEV) $(LOCAL) chromium  ## the page in Chromium
	CHROMIUM="$(CHROMIUM)" $(PYTEST) -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m browser $(call marked,browser)

soak: $(DEV) $(LOCAL) $(CONTRACT)  ## an hour of made-up requests, and a hundred thousand contacts; no part of CI
	$(PYTEST) --timeout=0 -m soak $(call marked,soak)

bench: $(DEV) $(TOOLS) $(LOCAL) bench/openauth/node_modules/.ready  ## the figures that docs/performance.md quotes
	$(VENV)/dev/bin/python -m bench

# No uv.lock: the hashed files name no index, so they hold wherever packages come from.
COMPILE = $(UV) pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.13 \
	--python "$(PYTHON)" --no-emit-index-url --no-emit-find-links --no-header
lock: $(UV)  ## resolve requirements/*.in and the doors' and layers' own anew
	$(COMPILE) requirements/uv.in -o requirements/uv.txt
	$(COMPILE) requirements/dev.in -o requirements/dev.txt
	$(COMPILE) -c requirements/dev.txt requirements/contract.in -o requirements/contract.txt
	$(COMPILE) requirements/tools.in -o requirements/tools.txt
	$(COMPILE) requirements/local.in -o requirements/local.txt
	$(COMPILE) requirements/portals.in -o requirements/portals.txt
	$(COMPILE) requirements/release.in -o requirements/release.txt
	for own in layers/*/requirements.in; do $(COMPILE) -c requirements/dev.txt $$own -o $${own%.in}.txt; done
	# What a layer brings would, beside the handler, shadow the layer's own.
	brought=$$(sed -nE 's/^([a-z0-9-]+)==.*/--no-emit-package \1/p' layers/*/requirements.txt); \
	for own in functions/*/requirements.in; do \
		$(COMPILE) -c requirements/dev.txt $$brought $$own -o $${own%.in}.txt; done

licences: $(DEV)  ## THIRD_PARTY.txt anew, after a lock: what is bundled, with its licences
	$(VENV)/dev/bin/python layers/third_party.py

clean:  ## remove environments, builds and caches
	rm -rf $(VENV) dist bench/openauth/node_modules tests/clients/node_modules requirements/node_modules .aws-sam .local .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

python:
	@test -n "$(PYTHON)" || { echo "Portico needs Python 3.13, and no python3.13 is on the PATH." >&2; exit 1; }

chromium:
	@test -n "$(CHROMIUM)" || { echo "The browser tests need Chromium: apt-get install chromium, or CHROMIUM=/path/to/it." >&2; exit 1; }

node:
	@command -v npm >/dev/null || { echo "make lint, make bundle, make clients and make bench need Node 20.19 or newer, with npm: apt-get install nodejs npm." >&2; exit 1; }

# Exact versions and no lock file, which would name where packages come from.
%/node_modules/.ready: %/package.json | node
	@echo "Installing what $< names"
	@cd $* && npm install --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error
	@touch $@

$(UV): requirements/uv.txt | python
	@echo "Installing uv"
	@"$(PYTHON)" -m venv $(VENV)/uv
	@$(VENV)/uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

# The environments see the package and the CLI where they lie, so nothing is installed twice. What
# `portico` loads is compiled once: where bytecode may not be written later, every call would.
$(VENV)/%/.ready: requirements/%.txt $(UV)
	@echo "Installing the $* environment"
	@test -x $(VENV)/$*/bin/python || $(UV) venv --quiet --python "$(PYTHON)" $(VENV)/$*
	@$(UV) pip sync --quiet --require-hashes $(if $(filter dev,$*),--compile-bytecode) --python $(VENV)/$*/bin/python requirements/$*.txt
	@if [ $* = dev ]; then \
		printf '%s\n' "$(CURDIR)/layers/portico" "$(CURDIR)/clients/python/src" "$(CURDIR)" > $(VENV)/dev/lib/python3.13/site-packages/portico.pth; \
		printf '#!/bin/sh\nexec "%s" -m cli "$$@"\n' "$(CURDIR)/$(VENV)/dev/bin/python" > $(VENV)/dev/bin/portico; \
		chmod +x $(VENV)/dev/bin/portico; fi
	@touch $@
