# Every target is a line or two; the work is in dev/. See docs/development.md.
PYTHON ?= python3
DEV = $(PYTHON) -m dev
export ODOO_PORT SANDBOX_PORT

.PHONY: help setup demo smoke test lint format i18n bench stop clean

help:  ## this list (the default)
	@sed -n 's/^\([a-z0-9]*\):.*## /  make \1\t/p' Makefile | expand -t 16

setup:  ## prepare Odoo 19, PostgreSQL and the tools, and stop there
	@$(DEV) setup

demo:  ## set up, do the main job, leave Odoo and the sandbox running (ARGS=empty: to be configured; trade: without Urssaf)
	@$(DEV) demo $(ARGS)

smoke:  ## the main job end to end without a person: exit 0 or 1
	@$(DEV) smoke

test:  ## all tests, with both runners (ARGS=… narrows: goes to pytest)
	@$(DEV) test $(ARGS)

lint:  ## all checks of the code
	@$(DEV) lint $(ARGS)

format:  ## format the code, repair what tools can repair
	@$(DEV) format

i18n:  ## export the terms, bring the French file up to date
	@$(DEV) i18n

bench:  ## measure (ARGS=… goes to the bench)
	@$(DEV) bench $(ARGS)

stop:  ## stop the demo's servers and PostgreSQL
	@$(DEV) stop

clean:  ## stop everything, remove the state of this checkout (.dev/)
	@$(DEV) clean
