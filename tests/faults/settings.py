"""Production's settings, in scratch places: this checkout's own static files are left alone."""

import os
import tempfile

from partenariat.settings import *  # noqa: F403

STATIC_ROOT = os.environ["FAULTS_STATIC"]
tempfile.tempdir = os.environ["TMPDIR"]  # even when it is full: Python would look for another
