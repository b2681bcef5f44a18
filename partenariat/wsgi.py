"""The entry point for a WSGI server."""

import os
import sys

from django.core.wsgi import get_wsgi_application

from partenariat import embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partenariat.settings")

application = get_wsgi_application()
embedded.serve()

# A thread that makes a page hands over ten times sooner than Python's 5 ms: a page kept ready asks for its turn
# several times, and takes a tenth of a millisecond in all.
sys.setswitchinterval(0.0005)  # seconds
