"""The curators’ guide, `docs/guide-curation.md`, as a page of the admin: one file for both."""

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from django.conf import settings
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt

from acteurs.bases import slug_from
from acteurs.typo import typo

FILE = settings.BASE_DIR / "docs" / "guide-curation.md"
CAPTURES = FILE.parent / "captures"  # the file names its pictures « captures/name.png »

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


class Guide(NamedTuple):
    title: str
    html: SafeString  # our own file, whose raw HTML comes out escaped
    chapters: list  # [(anchor, title)]


def guide():
    """The `Guide` as the file is now."""
    return _read(FILE.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _read(version):
    tokens = _markdown.parse(FILE.read_text())
    title, chapters = "", []
    for opening, inside in pairwise(tokens):
        if opening.type == "heading_open":
            if opening.tag == "h1":
                title = inside.content
            elif opening.tag == "h2":
                chapters.append((slug_from(inside.content), inside.content))
            opening.attrSet("id", slug_from(inside.content))
        for child in inside.children or ():
            if child.type == "image":
                _place(child)
    body = tokens[3:] if tokens[0].tag == "h1" else tokens  # the page has its own title
    return Guide(title, SafeString(typo(_markdown.renderer.render(body, _markdown.options, {}))), chapters)


def _place(image):
    """Lead to where the site serves a picture of the guide."""
    image.attrSet("src", reverse("admin:guide_capture", args=[image.attrGet("src").rpartition("/")[2]]))
    image.attrSet("loading", "lazy")


@require_safe
def page(request, site):
    found = guide()
    return TemplateResponse(
        request, "admin/guide.html", {**site.each_context(request), "title": found.title, "guide": found}
    )


@require_safe
def capture(request, name):
    """One picture of the guide. `name` has no slash: nothing else can be asked for."""
    path = CAPTURES / name
    if path.suffix != ".png" or not path.is_file():
        raise Http404
    return HttpResponse(path.read_bytes(), content_type="image/png")
