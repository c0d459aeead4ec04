# The project's commands. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help run test e2e bench fmt

WEB_SOURCES := $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print)

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z][a-z0-9-]*:.*## / { printf "make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: web/dist/index.html ## Build the web client and the server, start at http://localhost:5000 on SQLite.
	cargo run --release --locked

test: ## Run everything: formatting, lints, all tests on SQLite and PostgreSQL, real clients, a real browser.
	@scripts/test

e2e: ## Run the end-to-end tests with the official client on SQLite against a debug build.
	@scripts/test web build e2e-check e2e-sqlite

bench: web/dist/index.html ## Measure this server and the reference server side by side (some minutes).
	@scripts/bench

fmt: web/node_modules/.package-lock.json ## Format the Rust and the web code.
	cargo fmt --all
	cd web && npm run format

web/dist/index.html: web/node_modules/.package-lock.json $(WEB_SOURCES)
	cd web && npm run build
	@touch $@

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci
	@touch $@
