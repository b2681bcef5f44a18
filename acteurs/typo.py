"""French typography and limited Markdown: stored text is plain, it is dressed when it is shown."""

import re

from markdown_it import MarkdownIt

NBSP = "\u00a0"  # before a colon and inside guillemets
NNBSP = "\u202f"  # the thin one, before ; ! ?

_TAG = re.compile(r"(<[^>]*>)")
_UNITS = (
    "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|heures?|minutes?"
    "|fiches?|paroles?|étapes?|idées?|cases?|notes?|signes"
)
_RULES = [
    (re.compile(r"[ \u00a0\u202f]+([;!?])"), NNBSP + r"\1"),
    (re.compile(r"[ \u00a0\u202f]+([:»])"), NBSP + r"\1"),
    (re.compile(r"«[ \u00a0\u202f]*"), "«" + NBSP),
    (re.compile(r"(?<=\w)(?:'|&#x27;|&#39;)(?=\w)"), "’"),
    (re.compile(rf"(?<=\d) (?=(?:{_UNITS})\b)"), NBSP),
]
_CONCERNED = re.compile(r"[;!?:»«']|\d ")  # in every text that a rule may change
_VERBATIM = re.compile(r"<(/?)(script|style|textarea|pre|code)\b", re.I)


def typo(html):
    """`html` with French spaces and apostrophes in its text; tags, attributes and verbatim text untouched."""
    pieces = _TAG.split(html)
    verbatim = False
    for i, piece in enumerate(pieces):
        if i % 2:
            if tag := _VERBATIM.match(piece):
                verbatim = not tag[1]
        elif not verbatim:
            pieces[i] = typo_text(piece)
    return "".join(pieces)


def typo_text(text):
    """`text` with French spaces and apostrophes: for what is not HTML."""
    if _CONCERNED.search(text):
        for pattern, replacement in _RULES:
            text = pattern.sub(replacement, text)
    return text


# Paragraphs, emphasis, lists and links; raw HTML is shown as text, and no image, title or table exists.
_markdown = MarkdownIt("zero", {"html": False}).enable(["emphasis", "list", "link", "newline", "escape"])


def parse(text):
    """The tokens of a prose section (markdown-it's), for what is not a page."""
    return _markdown.parse(text)


def prose(text):
    """The HTML of a prose section written in our limited Markdown. Whatever is typed comes out escaped."""
    return _markdown.render(text)
