# Tuning Deep Networks. `make course` and `make test` are all that a newcomer needs; `make help` lists the rest.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
# One thread for each numerical library: experiments are small, and two cores are shared by several processes.
export OMP_NUM_THREADS = 1

.DEFAULT_GOAL := help
.PHONY: help setup course book book-in messages pdf vendor site links test test-all release-check audit attacks bench bench-all lint format clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 15

setup: $(READY)  ## create .venv with everything that the project needs

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed (PYTHON=... chooses one)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Setting up .venv; this takes a few minutes, once"
	@$(BIN)/python -m pip install --quiet --upgrade pip
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[all]'
	@touch $(READY)

course: $(READY) book  ## build the book, and a sample class: released, handed in, graded, with feedback
	@$(BIN)/python -m autograder sample build/class
	@echo "Book:     $(CURDIR)/_build/html/index.html"

book: $(READY)  ## build the book into _build/html, strictly, running what has changed
	@$(BIN)/jupyter-book build . -W -n --keep-going || { echo "The book was not built: fix what is named above, then run: make book"; exit 1; }

LANGUAGE ?= de

book-in: $(READY)  ## build the book in another language, where it is translated, into build/de; LANGUAGE=de
	@mkdir -p build && sed 's/^    language: en$$/    language: $(LANGUAGE)/' _config.yml > build/_config.$(LANGUAGE).yml
	@$(BIN)/jupyter-book build . --config build/_config.$(LANGUAGE).yml --path-output build/$(LANGUAGE) -W -n --keep-going

messages: $(READY)  ## write the messages to translate into build/messages, and update autograder/locale
	@$(BIN)/python -m autograder.translation

pdf: $(READY) book  ## print the book into build/tuning-deep-networks.pdf, with headless Chromium
	@$(BIN)/python -m tools.print_book

vendor: $(READY)  ## fetch what pages load from other hosts into build/vendor, for a site that serves it itself
	$(BIN)/python -m autograder.live.vendor

# Where the site will be served, the repository from which its assignments are opened, and a folder of earlier editions.
SITE ?= http://127.0.0.1:8000/
REPOSITORY ?=
EARLIER ?=

site: book vendor  ## make the site in build/site, for any static server; SITE=https://... is where it will be served
	@$(BIN)/python -m publish $(SITE) $(REPOSITORY:%=--repository %) $(EARLIER:%=--earlier %)
	@$(BIN)/python -m publish.links build/site

links: $(READY)  ## check that the links of build/site to other hosts still work
	@$(BIN)/python -m publish.links --elsewhere build/site

PYTEST := $(BIN)/python -m pytest -n 2 --dist loadgroup --reruns 1 -rR

test: $(READY)  ## run all but the long tests; a quarter of an hour
	.ci/programs
	$(PYTEST) -m 'not long'

test-all: $(READY)  ## run all tests, as continuous integration does; half an hour
	.ci/programs
	$(PYTEST)

release-check: $(READY)  ## build the packages into dist, and try them in new environments, including Colab's; ten minutes
	$(BIN)/python -m pytest tests/release -rs -p no:cacheprovider

audit: $(READY)  ## lint the course: answers, checks, misconceptions, chapters
	$(BIN)/python -m autograder audit

bench: $(READY) book  ## measure speed, as ratios where there is a peer, and build the book; into build/bench.json
	$(BIN)/python -m bench

bench-all: $(READY) book  ## the same, with the benchmarks that take ten minutes
	$(BIN)/python -m bench train_step layers augment search check_latency book first_verdict grade grade_overhead grade_scale grade_hostile cluster

attacks: $(READY)  ## grade a class of hostile submissions, and hold each to the score it must get
	$(BIN)/python -m tests.autograder.attacks

lint: $(READY)  ## check style
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: $(READY)  ## fix style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:  ## remove everything that was built, except .venv
	rm -rf _build build dist .pytest_cache .hypothesis .ruff_cache
