"""The curators' guide: the same file in the repository and in the admin, with its pictures, for the team alone."""

import re

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from partenariat.guide import CAPTURES, FILE, guide
from tests.admin_pages import visible_text

pytestmark = pytest.mark.django_db


def test_it_is_read_in_the_admin_with_its_chapters(admin_client):
    page = admin_client.get(reverse("admin:guide"))
    html = page.content.decode()
    assert page.context["title"] == "Le guide des curateurs"
    assert len(guide().chapters) > 8
    for anchor, title in guide().chapters:
        assert f'href="#{anchor}"' in html
        assert f'<h2 id="{anchor}">' in html
        assert title
    assert html.count("<h1") == 1
    assert "Rien n’est encore écrit." in visible_text(html)


def test_each_of_its_pictures_is_there_is_small_and_says_what_it_shows(admin_client):
    named = re.findall(r"!\[([^\]]*)\]\(captures/([\w-]+\.png)\)", FILE.read_text())
    assert len(named) > 3
    for alt, name in named:
        assert len(alt) > 20
        assert (CAPTURES / name).stat().st_size < 100_000
        url = reverse("admin:guide_capture", args=[name])
        assert f'src="{url}"' in guide().html
        assert admin_client.get(url)["Content-Type"] == "image/png"


@pytest.mark.parametrize("name", ["absent.png", "guide-curation.md", "..png", ".png"])
def test_nothing_else_is_served(admin_client, name):
    assert admin_client.get(reverse("admin:guide_capture", args=[name])).status_code == 404


def test_no_way_out_of_the_folder(admin_client):
    page = reverse("admin:guide")
    for name in ("../guide-curation.md", "%2e%2e/operating.md", "..%2f..%2fstatic/img/partage.png"):
        assert admin_client.get(f"{page}captures/{name}").status_code in (302, 404)


def test_it_is_for_the_team(client):
    for url in (reverse("admin:guide"), reverse("admin:guide_capture", args=["guide-accueil.png"])):
        assert client.get(url).status_code == 302
        client.force_login(User.objects.get_or_create(username="lectrice")[0])
        assert client.get(url).status_code == 302
        client.logout()


def test_its_french_is_set_as_everywhere(admin_client):
    html = admin_client.get(reverse("admin:guide")).content.decode()
    text = html.split('class="guide__texte"')[1]
    assert " ;" not in text.replace("\u202f;", "")
    assert "\u202f?" in text
    assert "'" not in visible_text(text)


def test_a_tag_in_the_file_comes_out_as_text(monkeypatch, tmp_path):
    from partenariat import guide as module

    monkeypatch.setattr(module, "FILE", tmp_path / "g.md")
    (tmp_path / "g.md").write_text("# T\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1))")
    html = module.guide().html
    assert "<script" not in html
    assert 'href="javascript' not in html
