"""Acronyms explained where a page first uses them, without touching stored text."""

import re
from functools import lru_cache

from django.utils.html import format_html

from .models import Terme
from .stamp import stamp

# A sigle is worth explaining when it looks like one: « CLAS », « REP+ », « 6e », « Caf »; not « asso », « psy ».
LOOKS_LIKE_ONE = re.compile(r"[A-ZÉ0-9][\w+]*")

_TAG = re.compile(r"(<[^>]*>)")
# A button may not stand in a link, in another control, nor in what names a section or a control.
_CLOSED_TO_BUTTONS = {"a", "button", "summary", "label", "select", "script", "style", "svg", "title", "search", "nav"}
_CLOSED_TO_BUTTONS |= {"h1", "h2", "h3", "h4", "caption", "th", "dt", "abbr"}
_CLOSED_TAG = re.compile(rf"<(/?)(?:{'|'.join(sorted(_CLOSED_TO_BUTTONS))})\b", re.I)


def explained(sigle, slug, meaning, definition):
    """The acronym as a button that opens its definition: mouse, touch and keyboard, no script."""
    return format_html(
        '<button type="button" class="sigle" popovertarget="sigle-{}"><abbr>{}</abbr></button>'
        '<span popover id="sigle-{}" class="definition" role="note"><b>{}</b>{}</span>',
        slug,
        sigle,
        slug,
        meaning,
        definition,
    )


@lru_cache(maxsize=4)
def _any_of(words):
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w+-])")


def meanings():
    """{acronym: (slug, what it stands for, definition)} of the glossary now: one query, two after a change."""
    return _meanings(stamp())


@lru_cache(maxsize=1)
def _meanings(at):
    terms = Terme.objects.exclude(sigle="").exclude(definition="").only("slug", "sigle", "mot", "definition")
    return {t.sigle: (t.slug, t.mot, t.definition) for t in terms if LOOKS_LIKE_ONE.fullmatch(t.sigle)}


def acronyms_in(texts, known):
    """Those of `known` (a container of acronyms) that `texts` use, in alphabetical order."""
    if not known:
        return []
    word = _any_of(tuple(known))
    return sorted({match[0] for text in texts for match in word.finditer(text)})


def explain(html, meanings):
    """`html` with the first use of each acronym in `<main>` made into a button.

    `meanings`: {acronym: (slug, what it stands for, definition)}. Matched by case, as whole words.
    """
    if not meanings:
        return html
    word = _any_of(tuple(meanings))
    left = dict(meanings)

    def once(match):
        sigle = match[0]
        return explained(sigle, *left.pop(sigle)) if sigle in left else sigle

    start, end = html.find("<main"), html.rfind("</main>")
    if start < 0 or end < 0:
        return html
    pieces = _TAG.split(html[start:end])
    closed = 0
    for i, piece in enumerate(pieces):
        if i % 2 == 0:
            if not closed and piece and word.search(piece):
                pieces[i] = word.sub(once, piece)
                if not left:
                    break
        elif tag := _CLOSED_TAG.match(piece):
            closed += -1 if tag[1] else 1
    return html[:start] + "".join(pieces) + html[end:]
