# What one types here. Needs Python 3.11 or newer, make and git; every target may be run again without loss.

PYTHON = python3
BIN = .venv/bin
MANAGE = $(BIN)/python manage.py
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

# Reads .env: NAME=value lines, taken literally. What the environment already holds wins.
ENV = while IFS= read -r line; do \
	case "$$line" in [A-Za-z_]*=*) \
		name=$${line%%=*}; \
		if eval "[ -z \"\$${$$name+set}\" ]"; then export "$$name=$${line\#*=}"; fi ;; \
	esac; \
	done < .env; export PORT="$${PORT:-8000}"

# Production settings that touch no file of this machine, to check the project with.
PRODUCTION = SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(45))') \
	ALLOWED_HOSTS=example.org DEBUG=0 HTTPS=1 HSTS_SECONDS= HSTS_SUBDOMAINS=1 DATABASE_URL=sqlite://:memory:

.DELETE_ON_ERROR:
.PHONY: help run install dev admin reset-otp links digest purge backup restore rehearse test faults bench lock

help:
	@echo "make run     install, fill an empty base, and serve the site at http://127.0.0.1:8000/ (PORT=8001 to change)"
	@echo "make install the same without serving: for a server, at first and at each upgrade (docs/operating.md)"
	@echo "make admin   create an account for the curators' pages"
	@echo "make reset-otp ACCOUNT=name  whoever lost their phone and recovery codes; with DO=--apply, do it"
	@echo "make links   ask every address that the content leads to whether it still answers (each night, from cron)"
	@echo "make digest  write to the owners of sheets what waits for them (on Monday, from cron; needs EMAIL_URL)"
	@echo "make purge   erase imported reports after 30 days, and old lines of the journal (daily, from cron)"
	@echo "make backup  put the database and the files in one archive, and let old ones go (daily, from cron)"
	@echo "make restore ARCHIVE=file   say what restoring it would do; with DO=--apply, do it"
	@echo "make rehearse ARCHIVE=file  restore it in a temporary base, to know that it can be"
	@echo "make dev     the same site for developers: reloads when a file changes, shows errors"
	@echo "make test    style, production checks, then all tests on SQLite and on PostgreSQL"
	@echo "make faults  kill -9, disk full, database gone, a crowd, odd requests, on both databases: twenty minutes"
	@echo "make bench   the site beside a bare Django view, on both databases: a quarter of an hour, on a machine that does nothing else"
	@echo "make lock    (maintainers) write requirements*.txt again from pyproject.toml; needs uv"

install: $(BIN)/.installed .env
	@set -e; $(ENV); \
	$(MANAGE) migrate --verbosity 0; \
	$(MANAGE) load_content; \
	$(MANAGE) collectstatic --noinput --verbosity 0

run: install
	@set -e; $(ENV); \
	echo; \
	echo "Open http://127.0.0.1:$$PORT/     To create an admin: make admin     To stop: Ctrl+C"; \
	exec deploy/serve 127.0.0.1 "$$PORT"

dev: $(BIN)/.installed-dev .env
	@set -e; export DEBUG="$${DEBUG:-1}"; $(ENV); \
	$(MANAGE) migrate --verbosity 0; \
	$(MANAGE) load_content; \
	exec $(MANAGE) runserver "127.0.0.1:$$PORT"

admin: $(BIN)/.installed .env
	@set -e; $(ENV); \
	$(MANAGE) migrate --verbosity 0; \
	$(MANAGE) createsuperuser

reset-otp: $(BIN)/.installed .env
	@set -e; $(ENV); $(MANAGE) reset_second_factor "$(ACCOUNT)" $(DO)

links: $(BIN)/.installed .env
	@set -e; $(ENV); $(MANAGE) check_links --apply

digest: $(BIN)/.installed .env
	@set -e; $(ENV); $(MANAGE) send_digest --apply

purge: $(BIN)/.installed .env
	@set -e; $(ENV); $(MANAGE) purge_imports --apply; $(MANAGE) purge_journal --apply

backup: $(BIN)/.installed .env
	@set -e; $(ENV); $(MANAGE) backup $(or $(DO),--keep-days 7 --keep-weeks 4 --keep-months 3)

restore: $(BIN)/.installed .env
	@set -e; $(ENV); $(MANAGE) restore "$(ARCHIVE)" $(DO)

rehearse: $(BIN)/.installed .env
	@set -e; $(ENV); $(MANAGE) rehearse_backup "$(ARCHIVE)" $(DO)

test: $(BIN)/.installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	@echo "check --deploy, makemigrations --check"
	@$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING
	@$(PRODUCTION) $(MANAGE) makemigrations --check
	@$(BIN)/python -m tests.both

faults: $(BIN)/.installed-dev
	@$(BIN)/python -m pytest -p no:cacheprovider -m faults -s tests/faults

bench: $(BIN)/.installed-dev
	@env -u DATABASE_URL $(BIN)/python -m bench.serving
	@$(BIN)/python -m tests.postgres -- $(BIN)/python -m bench.serving

lock:
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header -q -o requirements.txt
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header -q -o requirements-dev.txt

# The stamps say that the environment holds what the lock file asks for.
$(BIN)/.installed: requirements.txt
$(BIN)/.installed-dev: requirements-dev.txt
$(BIN)/.installed $(BIN)/.installed-dev:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make $(MAKECMDGOALS) PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@echo "Installing $<"
	@$(PYTHON) -m venv .venv
	@$(PIP) -r $<
	@touch $@

# Made once, for this machine alone. Without HTTPS=0 a laptop would be sent to an HTTPS that it does not have.
.env:
	@umask 077; { \
		$(PYTHON) -c 'import secrets; print("SECRET_KEY=" + secrets.token_urlsafe(50))' && \
		echo "ALLOWED_HOSTS=127.0.0.1,localhost" && echo "HTTPS=0"; } > .env.new && mv .env.new .env
	@echo "Made .env: this machine's settings and its secret key."
