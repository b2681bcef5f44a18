"""Says the advice of `fiches/advice.py` once a sheet is saved: a list to read, that stops nobody."""

from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst

from acteurs.models import Acteur, Dispositif, Terme

from ..advice import Piece, Sheet, advise
from ..models import Fiche, Synonyme, SynonymeGenre

FIELDS = (
    "titre",
    "en_bref",
    "resume",
    "pourquoi",
    "marche_si",
    "ne_marche_pas_si",
    "role_du_centre",
    "exemple",
    "temps",
    "cout",
    "materiel",
    "questions",
    "reperes",
    "vigilance",
    "signaux",
    "resultats",
)
ROWS = {  # rows of the form → the texts of each
    "etapes": ("titre", "texte"),
    "gains": ("gain", "risque"),
    "interventions": ("texte", "note"),
}
SHOWN = 8  # pieces of advice: more would be read by nobody


def sheet_of(fiche):
    """The `Sheet` that advice is given on. Three queries, for its rows."""
    pieces = [Piece(_label(Fiche, name), getattr(fiche, name)) for name in FIELDS]
    for rows, names in ROWS.items():
        for row in getattr(fiche, rows).all():
            where = capfirst(row._meta.verbose_name)
            pieces += [Piece(where, getattr(row, name)) for name in names]
    return Sheet(fiche.titre, fiche.en_bref, fiche.genre, tuple(piece for piece in pieces if piece.text))


def _label(model, name):
    return capfirst(str(model._meta.get_field(name).verbose_name))


def known_acronyms():
    """Every acronym that a reader of the site can have explained, as written."""
    found = {
        s for m in (Terme, Acteur, Dispositif) for s in m.objects.exclude(sigle="").values_list("sigle", flat=True)
    }
    return found | set(Synonyme.objects.filter(genre=SynonymeGenre.SIGLE).values_list("nom", flat=True))


def advice_on(fiche):
    """All that may be said of `fiche` as it is saved now. Eight queries."""
    mine = [fiche.pk, fiche.version_de_id]
    others = Fiche.objects.originals().exclude(pk__in=[pk for pk in mine if pk]).order_by("pk")
    texts = others.values_list("titre", "en_bref")
    return advise(sheet_of(fiche), acronyms=known_acronyms(), others=texts)


class Advises:
    """For the admin of sheets: what is saved is saved, and then a word about it."""

    def response_add(self, request, obj, post_url_continue=None):
        response = super().response_add(request, obj, post_url_continue)
        self._advise(request, obj)
        return response

    def response_change(self, request, obj):
        response = super().response_change(request, obj)
        self._advise(request, obj)
        return response

    def _advise(self, request, obj):
        """Not to who moves the sheet on: they are done writing, and may have been told what is missing."""
        if "_statut" in request.POST or IS_POPUP_VAR in request.POST:
            return
        found = advice_on(obj)
        if not found:
            return
        items = [format_html("<b>{}</b> : {}", *one) for one in found[:SHOWN]]
        if len(found) > SHOWN:
            items.append(f"et {len(found) - SHOWN} de plus.")
        told = format_html_join("", "<li>{}</li>", ((item,) for item in items))
        text = format_html("Quelques conseils pour être mieux lu, sans rien d’obligatoire : <ul>{}</ul>", told)
        self.message_user(request, text, messages.WARNING)
