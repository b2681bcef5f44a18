"""The picture of levers and actors."""

import pytest

from acteurs.stamp import editing
from fiches.models import Fiche
from fiches.views.links import Crossing
from tests import factories as make

pytestmark = pytest.mark.django_db


def meet(n, levier, acteur):
    """`n` published sheets where a lever and an actor meet."""
    for _ in range(n):
        make.make_intervention(fiche=make.make_published_fiche(leviers=[levier]), acteur=acteur)


def test_each_cell_counts_published_sheets_and_opens_the_finder_with_both_filters(client):
    levier, acteur = make.make_levier(slug="rendre-service"), make.make_acteur(slug="caf", nom="Caf")
    meet(3, levier, acteur)
    draft = make.make_fiche(leviers=[levier])
    make.make_intervention(fiche=draft, acteur=acteur)
    context = client.get("/liens/").context
    (cell,) = (cell for _, lines in context["groups"] for _, line in lines for cell in line)
    assert (cell.n, cell.step) == (3, 3)
    assert len(client.get(cell.url).context["page"].object_list) == 3


@pytest.mark.parametrize(("n", "step"), [(0, 0), (1, 1), (2, 2), (3, 3), (4, 3), (5, 4), (7, 5), (12, 5)])
def test_five_tints(n, step):
    assert Crossing(None, None, n).step == step


def test_axes_can_be_swapped(client):
    meet(1, make.make_levier(nom="Le levier"), make.make_acteur(nom="L’acteur"))
    leviers, acteurs = client.get("/liens/").context, client.get("/liens/?axes=acteurs").context
    assert [str(c) for c in leviers["columns"]] == ["L’acteur"]
    assert [str(c) for c in acteurs["columns"]] == ["Le levier"]


def test_the_strongest_and_the_missing_crossings_are_told_in_words(client):
    common, rare = make.make_levier(nom="Courant"), make.make_levier(nom="Rare")
    here, there, far = (make.make_acteur(nom=nom) for nom in ("Ici", "Là", "Loin"))
    meet(2, common, here)
    meet(2, rare, there)
    meet(6, common, far)
    context = client.get("/liens/").context
    assert [(cell.levier.nom, cell.acteur.nom) for cell in context["strong"]] == [("Courant", "Ici"), ("Rare", "Là")]
    assert (context["missing"][0].levier.nom, context["missing"][0].acteur.nom) == ("Courant", "Là")


def test_an_empty_base_has_an_empty_picture(client):
    with editing():
        Fiche.objects.all().delete()
    assert client.get("/liens/").status_code == 200
