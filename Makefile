# Everything is done from here. `make` lists it.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
.NOTPARALLEL:

TARGET := $(or $(CARGO_TARGET_DIR),target)
UI_PACKAGES := ui/node_modules/.package-lock.json
PROVIDER_PACKAGES := tests/provider/node_modules/.package-lock.json
NEWMAN_PACKAGES := tests/newman/node_modules/.package-lock.json
LIBRARIES := src-tauri/scripting/libraries
LIBRARY_PACKAGES := $(LIBRARIES)/node_modules/.package-lock.json
BUNDLES := $(LIBRARIES)/dist/chai.js
UI := ui/dist/index.html
UI_SOURCES := $(shell find ui \( -name node_modules -o -name dist \) -prune -o -type f -print)
NEXTEST := $(shell command -v cargo-nextest)
DISPLAY_HERE := $(or $(DISPLAY),$(WAYLAND_DISPLAY),$(filter Darwin,$(shell uname)))

.PHONY: help tools setup libraries run dev check test test-ui test-rust bench scoreboard bindings queries fmt lint lint-ui lint-rust deny

##@ Use

help: ## this list
	@awk -F ':.*## ' '/^##@/ { print "\n" substr($$0, 5) } /^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: tools ## build and open the window; without a display: tell the story in the terminal
ifneq ($(DISPLAY_HERE),)
	@$(MAKE) --no-print-directory $(UI) $(BUNDLES)
	@scripts/install-packages.sh build
	cargo run --package gatepass-desktop
else
	@echo "There is no display here (DISPLAY and WAYLAND_DISPLAY are empty), so the window cannot open."
	@echo "Building the command line instead, which does the same without it."
	@$(MAKE) --no-print-directory $(BUNDLES)
	cargo build --package gatepass-cli --bin gatepass
	@scripts/headless-story.sh "$(abspath $(TARGET))/debug/gatepass"
endif

##@ Work on it

setup: tools $(PROVIDER_PACKAGES) $(NEWMAN_PACKAGES) $(UI) $(BUNDLES) ## install what is missing: Debian packages, npm packages; build the page of the window
	@scripts/install-packages.sh test

libraries: tools $(BUNDLES) ## bundle the libraries that scripts can require; the Rust build embeds them

dev: tools $(UI_PACKAGES) $(BUNDLES) ## the window with its page reloaded as it is edited
	@scripts/install-packages.sh build
	npm --prefix ui run dev & vite=$$!; trap "kill $$vite" EXIT; cargo run --package gatepass-desktop --no-default-features

check: tools $(UI) $(BUNDLES) ## the quick checks: types on both sides, lints
	cargo check --workspace --all-targets
	npm --prefix ui run check
	npm --prefix ui run lint

test: setup test-ui test-rust ## everything: page, library, acceptance and window tests

test-ui: tools $(UI_PACKAGES)
	npm --prefix ui run check
	npm --prefix ui run lint
	npm --prefix ui run test

# The acceptance tests start the built programs, so these come first, in the same build as the tests.
test-rust: tools $(UI) $(BUNDLES) $(PROVIDER_PACKAGES) $(NEWMAN_PACKAGES)
	cargo build --workspace --all-targets --locked
	cargo test --workspace --doc --locked --quiet
ifneq ($(NEXTEST),)
	scripts/with-display.sh cargo nextest run --workspace --locked
else
	scripts/with-display.sh cargo test --workspace --all-targets --locked
endif

# Release builds of both programs and of the loop beside them: a quarter of an hour on two cores the first time.
bench: setup ## measure speed and memory beside what it is built on; writes docs/benchmarks.md
	cargo build --release --package gatepass-cli --package gatepass-desktop --package gatepass-tests --bins --examples --locked
	scripts/with-display.sh "$(TARGET)/release/bench" docs/benchmarks.md

# An hour or so; SCOREBOARD="T2 S3" runs only those.
scoreboard: setup ## the long runs: tokens survive, nobody gets in; writes docs/scoreboard.md
	cargo build --workspace --bins --locked
	scripts/with-display.sh cargo run --locked --package gatepass-tests --bin scoreboard -- docs/scoreboard.md $(SCOREBOARD)

bindings: tools $(BUNDLES) ## write ui/src/ipc/bindings.ts anew from the Rust types and commands
	WRITE_BINDINGS=1 cargo test --package gatepass-desktop --lib the_generated_bindings_are_fresh

queries: tools ## write src-tauri/storage/.sqlx anew from the migrations and the queries
	src-tauri/storage/queries.sh

fmt: tools $(UI_PACKAGES) ## format Rust, TypeScript and Svelte
	cargo fmt --all
	npm --prefix ui run format

lint: lint-ui lint-rust deny ## formatting, clippy, ESLint, dependency rules; warnings are errors

lint-ui: tools $(UI_PACKAGES)
	npm --prefix ui run format:check
	npm --prefix ui run lint

lint-rust: tools $(BUNDLES)
	cargo fmt --all --check
	src-tauri/storage/queries.sh --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

deny: tools ## layering, licences, sources and known-bad releases of the dependency tree
	@command -v cargo-deny >/dev/null || { echo "cargo-deny is missing. Install it: cargo install cargo-deny --locked" >&2; exit 1; }
	cargo deny --workspace check bans licenses sources

tools:
	@scripts/check-tools.sh

# ---------------------------------------------------------------------------------------------------------------------
# Files. npm writes this file into node_modules itself, so it tells when an install is older than its lock file.

$(UI_PACKAGES): ui/package-lock.json | tools
	cd ui && npm ci
	@touch $@

$(PROVIDER_PACKAGES): tests/provider/package-lock.json | tools
	cd tests/provider && npm ci
	@touch $@

$(NEWMAN_PACKAGES): tests/newman/package-lock.json | tools
	cd tests/newman && npm ci
	@touch $@

$(LIBRARY_PACKAGES): $(LIBRARIES)/package-lock.json | tools
	cd $(LIBRARIES) && npm ci
	@touch $@

$(BUNDLES): $(LIBRARY_PACKAGES) $(LIBRARIES)/bundle.mjs $(wildcard $(LIBRARIES)/stand-ins/*.cjs)
	npm --prefix $(LIBRARIES) run build
	@touch $@

$(UI): $(UI_PACKAGES) $(UI_SOURCES)
	npm --prefix ui run build
	@touch $@
