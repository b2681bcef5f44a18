"""What a page says of itself to other sites and to search engines."""

import json
import re

import pytest

from tests import factories as make

pytestmark = pytest.mark.django_db


def structured(html):
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    return {item["@type"]: item for item in json.loads(block)["@graph"]}


def test_a_practice_is_an_article_and_a_how_to(client):
    fiche = make.make_published_fiche(titre="Pousser la porte")
    html = client.get(fiche.get_absolute_url()).content.decode()
    graph = structured(html)
    assert graph["Article"]["headline"] == "Pousser la porte"
    assert graph["HowTo"]["step"][0]["name"] == "Appeler l’école"
    assert f'<link rel="canonical" href="http://testserver{fiche.get_absolute_url()}">' in html
    assert 'property="og:title" content="Pousser la porte"' in html


def test_a_trap_is_not_a_how_to(client):
    fiche = make.make_published_fiche(genre="piege")
    assert set(structured(client.get(fiche.get_absolute_url()).content.decode())) == {"Article"}


def test_typed_text_cannot_leave_the_data_block(client):
    fiche = make.make_published_fiche(en_bref="</script><script>alert(1)</script>")
    html = client.get(fiche.get_absolute_url()).content.decode()
    assert "<script>alert" not in html
    assert structured(html)["Article"]["description"] == "</script><script>alert(1)</script>"


def test_pages_that_are_not_there_share_nothing(client):
    html = client.get("/fiches/nulle-part/").content.decode()
    assert "og:" not in html
    assert "canonical" not in html
    assert "noindex" in html


def test_combinations_of_filters_are_not_indexed_and_one_filter_is(client):
    make.make_levier(slug="a")
    make.make_levier(slug="b")
    one = client.get("/fiches/?levier=a&page=2").content.decode()
    assert "noindex" not in one
    assert 'rel="canonical" href="http://testserver/fiches/?levier=a"' in one
    assert "noindex" in client.get("/fiches/?levier=a&levier=b").content.decode()
    assert "noindex" in client.get("/fiches/?q=mot").content.decode()


def test_the_sitemap_lists_published_sheets_only(client):
    shown = make.make_published_fiche()
    hidden = make.make_fiche()
    xml = client.get("/sitemap.xml").content.decode()
    assert shown.get_absolute_url() in xml
    assert hidden.get_absolute_url() not in xml
    assert "http://testserver/sitemap.xml" in client.get("/robots.txt").content.decode()
