# Two commands on a fresh machine: `make run` serves the dashboard, `make test` passes the tests.
# Both need only Python 3.11 or newer. Everything they install goes into .venv.

PYTHON ?= python3
PORT ?= 8501
HOST ?= 127.0.0.1
SITE ?= build/site
BASE ?=
PACKS ?= build/packs
STICK ?= build/stick
NOTO ?= /usr/share/fonts

VENV := .venv
BIN := $(VENV)/bin
APP := $(VENV)/.app
DEV := $(VENV)/.dev
SPARK := build/spark
CLIENTS := build/clients
EXAMPLE_YEARS := EY1 EY2 EY3 EY4
SOURCES := app.py pages referrals tests bench deploy
# In folder order, so that browser tests start at once and small files finish together.
PYTEST := $(BIN)/python -m pytest -n auto --no-loadscope-reorder

# If it is set, every process that a test starts compiles our modules again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run data static site packs stick example translations fonts test test-slow test-all test-fast quality check fix bench bench-full bench-visit bench-front bench-page cluster load attack kills spark clients sbom lock clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

run: $(APP) ## set everything up and serve the dashboard (PORT=8501 HOST=127.0.0.1)
	@$(BIN)/python -m referrals.publishing transcribe
	@$(BIN)/python -m referrals.web.static.precompress
	@echo "The dashboard is at http://$(HOST):$(PORT)/ (stop it with Ctrl-C)"
	@$(BIN)/streamlit run app.py --server.port $(PORT) --server.address $(HOST)

data: $(APP) ## build the releases transcribed from published documents
	@$(BIN)/python -m referrals.publishing transcribe

site: data ## write the static site to a folder, for a web server or a USB stick (SITE=build/site BASE=https://…)
	@$(BIN)/python -m referrals.static_site build --to $(SITE) $(if $(BASE),--base $(BASE))

translations: $(APP) ## update and check the translators' files, and print the coverage of each language
	@$(BIN)/python -m referrals.i18n translations

packs: data ## write every briefing sheet as a PDF, with a contents sheet; resumes if interrupted (PACKS=build/packs BASE=https://…)
	@$(BIN)/python -m referrals.handouts packs --to $(PACKS) $(if $(BASE),--base $(BASE))

# The site is built without BASE: links to another site are useless offline.
stick: data ## write a folder for an offline meeting: show, slides, sheets, site and data (STICK=build/stick BASE=https://…)
	@$(BIN)/python -m referrals.static_site build --to $(SITE)
	@$(BIN)/python -m referrals.handouts packs --to $(PACKS) $(if $(BASE),--base $(BASE))
	@$(BIN)/python -m referrals.handouts stick --to $(STICK) --site $(SITE) --packs $(PACKS) $(if $(BASE),--base $(BASE))

fonts: $(DEV) ## rebuild the font subsets, after a translation with new letters (needs fonts-noto-core, fonts-noto-cjk; NOTO=folder)
	@$(BIN)/python -m deploy.font_subsets $(NOTO)

static: $(APP) ## compress Streamlit's scripts and stylesheets, once per version
	@$(BIN)/python -m referrals.web.static.precompress

# Built in a separate folder: next to the existing one, a new rounding of the same records would be refused.
example: $(APP) ## rebuild the worked example from invented records, with a published key
	@rm -rf build/example && mkdir -p build/example/private && echo example > build/example/private/secret.key
	@for year in $(EXAMPLE_YEARS); do \
		$(BIN)/python -m referrals.publishing synthesise --seed 7 --year $$year --to build/example/$$year.csv || exit 1; done
	@$(BIN)/python -m referrals.publishing publish $(EXAMPLE_YEARS:%=build/example/%.csv) --release example \
		--releases build/example/out --private build/example/private --published-on 2026-11-29
	@$(BIN)/python -m referrals.publishing approve example --by "make example" --approved-on 2026-11-29 \
		--to build/example/out --private build/example/private
	@rm -rf data/releases/example && mv build/example/out/example data/releases/

test: $(DEV) data ## set everything up and run every test that guards behaviour (takes minutes)
	@$(BIN)/python -m referrals.web.static.precompress --quick
	$(PYTEST) -m "not slow"

test-slow: $(DEV) data ## run the tests that `make test` leaves out: random kills, the image, load, more Hypothesis examples
	@$(BIN)/python -m referrals.web.static.precompress --quick
	$(PYTEST) -m "slow or hypothesis" --hypothesis-profile ci

test-all: test test-slow ## run every test: nightly, and before a release

test-fast: $(DEV) data ## run the unit tests except the slow ones of publishing, in under a minute
	$(PYTEST) tests/unit referrals -m "not slow and not publishing"

quality: $(DEV) data ## run the tests behind the page /quality, and record the results in data/content/quality_results.csv
	$(BIN)/python -m tests.fixtures.quality_results

check: $(DEV) data ## check style, types, layers, SQL, spelling, documents and known vulnerabilities; changes nothing
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint sql
	$(BIN)/codespell
	$(BIN)/deptry .
	$(BIN)/cog -P --check README.md
	$(BIN)/python -m deploy.supply_chain audit

fix: $(DEV) ## apply the automatic fixes of ruff, sqlfluff and cog
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/sqlfluff fix sql
	$(BIN)/cog -P -r README.md

bench: $(DEV) data ## measure the cost of pages and releases; asserts nothing (takes a few minutes)
	$(BIN)/python -m pytest bench -s --ignore bench/test_kills.py
	$(BIN)/python -m bench.growth

bench-full: $(DEV) ## measure releases of up to 50 million records (takes a quarter of an hour)
	$(BIN)/python -m bench.growth --full

bench-visit: $(DEV) data static ## measure the cost of a visit on a slow phone
	$(BIN)/python -m bench.visit_cost

bench-front: $(DEV) data static ## measure HTTP/2 at nginx, and whether browsers keep pages in the back-forward cache (needs nginx)
	$(BIN)/python -m bench.front_cost

bench-page: $(DEV) ## write docs/measurements/benchmarks.md and its picture from the latest measurements
	$(BIN)/python -m bench.report.benchmarks_page

cluster: $(DEV) data ## serve from replicas behind nginx on this machine (REPLICAS=3 PORT=8501, needs nginx)
	@$(BIN)/python -m referrals.web.static.precompress
	@$(BIN)/python -m bench.servers.cluster --replicas $(or $(REPLICAS),3) --port $(PORT)

load: $(DEV) data ## measure how many readers one machine can serve, and write docs/measurements/load.md (under ten minutes)
	$(BIN)/python -m bench.load.__main__
	$(BIN)/python -m bench.report.load_page

attack: $(DEV) data ## run denial-of-service attacks on one replica behind nginx, and print how long other readers wait (needs nginx)
	@$(BIN)/python -m referrals.web.static.precompress --quick
	$(BIN)/python -m pytest tests/deploy/test_attacks.py

kills: $(DEV) ## kill `publish` at fifty moments, and check the release after each (takes minutes)
	$(BIN)/python -m pytest bench/test_kills.py -s

# Outside the virtual environment: Spark takes half a gigabyte, and the site does not need it.
spark: $(DEV) $(SPARK)/.installed ## count a million records with Spark and with DuckDB, and compare (needs Java 17)
	PYTHONPATH=$(SPARK) SPARK_LOCAL_IP=127.0.0.1 $(BIN)/python -m pytest tests/unit/publishing/tabulation/test_spark.py

clients: $(DEV) $(CLIENTS)/.installed data ## read our files with third-party tools: old DuckDB, pandas, polars, R, LibreOffice
	$(BIN)/python -m pytest tests/clients -m slow

sbom: $(DEV) ## write the site's SBOM and a list of licences to build/
	$(BIN)/python -m deploy.supply_chain sbom

lock: $(DEV) ## upgrade the locked versions as far as pyproject.toml allows
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade \
		--quiet pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade \
		--quiet pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade \
		--quiet --group spark -c requirements-dev.lock -o requirements-spark.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade \
		--quiet --group clients -o requirements-clients.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade \
		--quiet --group duckdb-1-4 -o requirements-duckdb-1-4.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade \
		--quiet --group proof -o requirements-proof.lock

clean: ## remove .venv, build/ and the release 2020-21
	rm -rf $(VENV) build data/releases/2020-21

# A marker file is written last, so an interrupted installation starts again.
$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed. Name it: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "This Python cannot create virtual environments. On Debian: apt-get install python3-venv"; exit 1; }

$(APP): requirements.lock | $(VENV)/pyvenv.cfg
	@echo "Installing the dashboard's dependencies into $(VENV) (the first time takes a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(DEV): requirements-dev.lock $(APP)
	@echo "Installing the tests' dependencies into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

$(SPARK)/.installed: requirements-spark.lock | $(DEV)
	@echo "Installing Spark into $(SPARK) (half a gigabyte)"
	@rm -rf $(SPARK)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --target $(SPARK) -r requirements-spark.lock
	@touch $@

$(CLIENTS)/.installed: requirements-clients.lock requirements-duckdb-1-4.lock | $(DEV)
	@echo "Installing third-party tools into $(CLIENTS)"
	@rm -rf $(CLIENTS)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --target $(CLIENTS) -r requirements-clients.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --target $(CLIENTS)/duckdb-1-4 \
		-r requirements-duckdb-1-4.lock
	@touch $@
