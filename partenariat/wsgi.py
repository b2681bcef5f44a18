"""The entry point for a WSGI server."""

import os
import sys

from django.core.wsgi import get_wsgi_application
from django.urls import resolve

from partenariat import embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partenariat.settings")

# What PostgreSQL puts up with from a page, in milliseconds: a slow query, a lock, a transaction left open. Commands
# have no such limits. PGOPTIONS= (empty) for a pooler that refuses them.
LIMITS = {"statement_timeout": 30_000, "lock_timeout": 20_000, "idle_in_transaction_session_timeout": 120_000}
os.environ.setdefault("PGOPTIONS", " ".join(f"-c {name}={limit}" for name, limit in LIMITS.items()))

application = get_wsgi_application()
resolve("/")  # reads the map of addresses: no reader waits for it, and a wrong ADMIN_PATH is told now
embedded.serve()

# A thread that makes a page hands over ten times sooner than Python's 5 ms: a page kept ready asks for its turn
# several times, and takes a tenth of a millisecond in all.
sys.setswitchinterval(0.0005)  # seconds
