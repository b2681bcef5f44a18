"""French typography of rendered pages, and the limited Markdown of prose sections."""

from datetime import date

import pytest
from django.template import Context, Template

from acteurs.typo import NBSP, NNBSP, prose, typo

# In these tables « ~ » stands for a non-breaking space and « _ » for a narrow one.


def spaced(text):
    return text.replace("~", NBSP).replace("_", NNBSP)


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("Qui vient ?", "Qui vient_?"),
        ("Venez !", "Venez_!"),
        ("Un ; deux", "Un_; deux"),
        ("Une règle : deux", "Une règle~: deux"),
        ("« oui »", "«~oui~»"),
        ("«oui »", "«~oui~»"),
        ("Qui vient\u00a0?", "Qui vient_?"),
        ("Quoi ?!", "Quoi_?!"),
        ("8:30", "8:30"),
        ("l'école", "l’école"),
        ("l&#x27;école", "l’école"),
        ("l&#39;école", "l’école"),
        ("aujourd'hui", "aujourd’hui"),
        ("'cité'", "'cité'"),
        ("1 septembre", "1~septembre"),
        ("14 heures", "14~heures"),
        ("20 minutes", "20~minutes"),
        ("2 écoles", "2 écoles"),
        ("3 marsouins", "3 marsouins"),
        ("", ""),
    ],
)
def test_text_is_dressed(html, shown):
    assert typo(html) == spaced(shown)


@pytest.mark.parametrize(
    "html",
    [
        '<a href="/fiches/?q=a ; b ?">x</a>',
        '<p title="l\'école : oui ?">x</p>',
        "<pre>a : b ?</pre>",
        "<code>l'école</code>",
        "<textarea>Qui vient ?</textarea>",
        "<script>if (a ? b : c) ;</script>",
        "<style>a : b ;</style>",
    ],
)
def test_attributes_and_verbatim_text_are_left_alone(html):
    assert typo(html) == html


def test_text_after_verbatim_text_is_dressed_again():
    assert typo("<code>a ?</code> b ?") == spaced("<code>a ?</code> b_?")


def test_dressing_twice_changes_nothing():
    once = typo("<p>« Qui vient ? » : l'école ; 14 heures !</p>")
    assert typo(once) == once


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Un.\n\nDeux.", "<p>Un.</p>\n<p>Deux.</p>\n"),
        ("*un* **deux**", "<p><em>un</em> <strong>deux</strong></p>\n"),
        ("- un\n- deux", "<ul>\n<li>un</li>\n<li>deux</li>\n</ul>\n"),
        ("1. un\n2. deux", "<ol>\n<li>un</li>\n<li>deux</li>\n</ol>\n"),
        ("[ici](https://example.org/a)", '<p><a href="https://example.org/a">ici</a></p>\n'),
        ("# Titre", "<p># Titre</p>\n"),
        ("> dit-il", "<p>&gt; dit-il</p>\n"),
        ("`code`", "<p>`code`</p>\n"),
        ("| a |\n|---|\n| b |", "<p>| a |\n|---|\n| b |</p>\n"),
        ("", ""),
    ],
)
def test_prose_is_paragraphs_emphasis_lists_and_links(text, html):
    assert prose(text) == html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<b onmouseover=alert(1)>gras</b>",
        "<img src=x onerror=alert(1)>",
        "![image](https://example.org/a.png)",
        "[clic](javascript:alert(1))",
        "[clic](JaVaScRiPt:alert(1))",
        "[clic](java&#115;cript:alert(1))",
        "[clic](data:text/html;base64,PHNjcmlwdD4=)",
        "[clic](vbscript:x)",
        "[clic](file:///etc/passwd)",
        "<https://example.org>",
        '<a href="https://example.org">lien</a>',
        "<!-- caché -->",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
    ],
)
def test_anything_else_comes_out_as_text(text):
    html = prose(text)
    for tag in ("<script", "<img", "<b ", "<!--"):
        assert tag not in html
    for scheme in ("javascript", "data", "vbscript", "file"):
        assert f'href="{scheme}' not in html.lower()
    assert "<a" not in html or text.startswith("!"), html
    assert "alert(1)" in html or "alert(1)" not in text, "the words typed must still be seen"


def test_a_link_cannot_leave_its_attribute():
    html = prose('[clic](https://example.org/"onclick="alert)')
    assert ' onclick="' not in html
    assert '"onclick' not in html.replace("%22onclick", "")


def render(source, **context):
    return Template(source).render(Context(context))


def test_filters_in_a_template():
    assert render("{{ x|prose }}", x="<b>") == "<p>&lt;b&gt;</p>\n"
    assert render("{% filter french %}{{ x }} ?{% endfilter %}", x="<l'école>") == spaced("&lt;l’école&gt;_?")
    assert render("{% for line in x|lines %}[{{ line }}]{% endfor %}", x=" un \n\n deux\n") == "[un][deux]"


@pytest.mark.parametrize(("number", "shown"), [(0, "fiche"), (1, "fiche"), (2, "fiches"), (75, "fiches")])
def test_plural_starts_at_two(number, shown):
    assert render('{{ n|pluriel:"fiche,fiches" }}', n=number) == shown


def test_dates_in_words():
    assert render("{{ d|jour }}", d=date(2026, 9, 1)) == "1er septembre"
    assert render("{{ d|jour_an }}", d=date(2026, 9, 2)) == "2 septembre 2026"
