"""Static files as they are served: one style sheet, and a first visit that weighs little."""

import gzip
import re
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command

from acteurs.templatetags.marks import icon
from partenariat.storage import ENTRIES, join

BUDGET = 25_000  # bytes on the wire, for a first visit to a sheet
REQUESTS = 5  # the page, the style sheet, the sprite, the icon and the script


@pytest.fixture
def collected(settings, tmp_path):
    """The folder of static files, collected as in production."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "partenariat.storage.JoinedStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    icon.cache_clear()  # drawn once for each process, with the addresses of its files
    yield tmp_path
    icon.cache_clear()


def test_imports_are_written_out_in_their_layer_and_comments_dropped():
    files = {
        "css/site.css": '/* One. */\n@layer a;\n@import "base.css" layer(a);\n',
        "css/base.css": "p { color: red; } /* Two. */\n",
    }
    assert join("css/site.css", files.get) == "@layer a;\n@layer a {\np { color: red; }\n}\n"


@pytest.mark.parametrize(("entry", "parts"), [("site", 10), ("agir", 5)])
def test_each_collected_style_sheet_is_one_file(collected, entry, parts):
    (path,) = collected.glob(f"css/{entry}.*.css")
    text = path.read_text()
    assert "@import" not in text
    assert "/*" not in text
    assert text.count("@layer components {") > parts
    assert Path(f"{path}.br").exists()


def test_no_style_sheet_points_to_a_relative_file():
    """Joined into one file, a relative url() would lead elsewhere."""
    for path in Path(finders.find(ENTRIES[0])).parent.rglob("*.css"):
        assert "url(" not in path.read_text(), path


@pytest.mark.django_db
@pytest.mark.usefixtures("content")
def test_a_first_visit_to_a_sheet_weighs_at_most_25_kb_in_5_requests(client, collected):
    for slug in ("premier-pas", "silence-radio", "comprendre-l-ecole"):
        html = client.get(f"/fiches/{slug}/").content
        shared_only = rb'<meta property="og:image"[^>]*>'  # fetched by other sites, not by the reader's browser
        names = set(re.findall(rb'(?:href|src)="/static/([^"#]+)', re.sub(shared_only, b"", html)))
        assert len(names) + 1 <= REQUESTS, names
        weight = len(gzip.compress(html)) + sum(
            len(brotli.compress((collected / name.decode()).read_bytes())) for name in names
        )
        assert weight <= BUDGET, f"{slug}: {weight} bytes"
