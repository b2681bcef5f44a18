"""Which release of our code runs: what was made by another one is not served by this one."""

import hashlib
from functools import cache

from django.conf import settings

SHOWN = ["SITE_NAME", "SITE_TAGLINE", "SITE_URL", "CONTACT_EMAIL", "PUBLISHER", "HOSTING", "JOURNAL_MONTHS"]
SHOWN += ["DEBUG", "ADMIN_PATH"]
SOURCES = ("acteurs", "fiches", "partenariat", "templates", "static")


@cache
def release():
    """A digest of our code, our templates and the settings that pages show. Read once, some 30 ms."""
    made = hashlib.blake2b(digest_size=12)
    for folder in SOURCES:
        for path in sorted((settings.BASE_DIR / folder).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                made.update(path.read_bytes())
    made.update(repr([getattr(settings, name) for name in SHOWN]).encode())
    return made.hexdigest()
