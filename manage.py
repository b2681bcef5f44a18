#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import OperationalError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partenariat.settings")
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        raise SystemExit(f"The database does not answer (DATABASE_URL): {error}") from None
