"""What excerpts become: the sheets they could prove, words masked or set aside. Pages of the excerpts' admin."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.html import format_html

from acteurs.admin_base import ContentAdmin, through_the_door
from acteurs.stamp import editing

from ..models import Citation, Extrait, Fiche, Position, Section, Statut
from ..reports.alerts import alerts_of
from ..reports.erasing import mask_extrait
from ..reports.lines import ReportRefused
from ..reports.ties import sections_of, ties
from .board import Waiting
from .rights import has_next
from .ties_forms import CiteForm, NewFicheForm

PER_PAGE = 10  # excerpts, three sheets each


class TiesExtraits(ContentAdmin):
    """The part of the admin of excerpts that ties them to sheets."""

    change_form_template = "admin/imports/extrait.html"

    def get_urls(self):
        pages = [
            ("relier/", self.ties_view, "extrait_relier"),
            ("<int:pk>/citer/", self.cite_view, "extrait_citer"),
            ("<int:pk>/nouvelle-fiche/", self.new_sheet_view, "extrait_nouvelle_fiche"),
            ("<int:pk>/masquer/", self.mask_view, "extrait_masquer"),
        ]
        own = [path(where, self.admin_site.admin_view(view), name=f"fiches_{name}") for where, view, name in pages]
        return [*own, *super().get_urls()]

    def _page(self, request, template, title, **context):
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": title, **context}
        return render(request, template, context)

    def _need(self, request, *permissions):
        if not request.user.has_perms([f"fiches.{name}" for name in permissions]):
            raise PermissionDenied

    def _may_change(self, request, fiche):
        """Whether this person may cite words in this sheet: those who may change it, and may cite."""
        return request.user.has_perm("fiches.add_citation") and self.admin_site.get_model_admin(
            Fiche
        ).has_change_permission(request, fiche)

    # The list: what waits, and where it could serve

    def ties_view(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return through_the_door(request, self._tie)
        narrowed = Waiting.from_query(request.GET)
        waiting = narrowed.apply(Extrait.objects.waiting()).select_related("atelier", "theme")
        page = Paginator(waiting.order_by("atelier", "position", "pk"), PER_PAGE).get_page(request.GET.get("page"))
        found = ties(list(page.object_list), Fiche.objects.seen_by(request.user))
        for extrait in page.object_list:
            extrait.ties = [(tie, self._may_change(request, _open(tie.fiche))) for tie in found[extrait.pk]]
        return self._page(
            request,
            "admin/imports/relier.html",
            "Où ces paroles pourraient servir",
            page=page,
            narrowed=narrowed,
            said=narrowed.said(),
            positions=Position.choices,
            may_cite=request.user.has_perm("fiches.add_citation"),
            may_set_aside=request.user.has_perm("fiches.change_extrait"),
            may_begin=request.user.has_perms(["fiches.add_fiche", "fiches.add_citation"]),
        )

    def _tie(self, request):
        """One click: cited there, or set aside; then the same list, less this excerpt."""
        extrait = get_object_or_404(Extrait, pk=_key(request.POST.get("extrait")))
        try:
            if "ecarter" in request.POST:
                self._need(request, "change_extrait")
                extrait.set_aside(request.POST.get("motif", ""))
                self.log_change(request, extrait, f"Écarté : {extrait.motif}")
                said = f"{extrait.reference} est écarté."
            else:
                seen = Fiche.objects.seen_by(request.user).originals()
                fiche = _open(get_object_or_404(seen, pk=_key(request.POST.get("fiche"))))
                said = self._cite(request, extrait, fiche, request.POST.get("section"), request.POST.get("position"))
            self.message_user(request, said, messages.SUCCESS)
        except ValidationError as refused:
            self.message_user(request, " ".join(refused.messages), messages.ERROR)
        return redirect(request.get_full_path())

    def _cite(self, request, extrait, fiche, section, position, note=""):
        """Cite, log; what was done, in French. Raises ValidationError, PermissionDenied."""
        if not self._may_change(request, fiche):
            raise PermissionDenied
        if fiche.statut == Statut.ARCHIVEE:
            raise ValidationError(f"« {fiche} » est archivée : elle ne cite plus rien de nouveau.")
        if section not in sections_of(fiche):
            raise ValidationError("Cette fiche n’a pas cette partie : choisissez-en une qu’elle a.")
        citation = extrait.cite(fiche, section=section, position=position, note=note)
        self.admin_site.get_model_admin(Fiche).log_change(
            request, fiche, f"Parole citée : {extrait.reference}, {citation.get_section_display()}."
        )
        url = reverse("admin:fiches_fiche_change", args=[fiche.pk])
        said = format_html(
            '{} est cité dans « <a href="{}">{}</a> », {}.',
            extrait.reference, url, fiche, citation.get_section_display(),
        )  # fmt: skip
        if not Citation.objects.published().filter(pk=citation.pk).exists():
            said += " Il n’est pas public : la fiche en ligne ne le montrera pas."
        return said

    # One excerpt

    def cite_view(self, request, pk):
        """Cite in any sheet, a draft included."""
        self._need(request, "add_citation")
        extrait = get_object_or_404(Extrait.objects.select_related("atelier", "theme"), pk=pk)
        fiches = self._fiches(request)
        form = CiteForm(request.POST or None, fiches=fiches)
        if request.method == "POST" and form.is_valid():
            try:
                with editing():
                    self.message_user(request, self._cite(request, extrait, **form.cleaned_data), messages.SUCCESS)
                return redirect(self._back(request))
            except ValidationError as refused:
                form.add_error(None, refused)
        return self._one(request, extrait, form, "Citer dans une autre fiche", "Citer")

    def _fiches(self, request):
        """The sheets that this person may change, archived ones left out, by theme."""
        admin = self.admin_site.get_model_admin(Fiche)
        rows = admin.get_queryset(request).exclude(statut=Statut.ARCHIVEE).select_related("theme", "prochaine")
        rows = rows.defer(*Fiche.LONG_FIELDS).order_by("theme__numero", "titre", "pk")
        return [fiche for fiche in rows if self._may_change(request, fiche)]

    def new_sheet_view(self, request, pk):
        """A draft that begins with these words: they are cited in it from the start."""
        self._need(request, "add_fiche", "add_citation")
        extrait = get_object_or_404(Extrait.objects.select_related("atelier", "theme"), pk=pk)
        form = NewFicheForm(request.POST or None, initial={"theme": extrait.theme, "section": Section.POURQUOI})
        if request.method == "POST" and form.is_valid():
            try:
                with editing():
                    fiche = form.begin(by=request.user)
                    extrait.cite(fiche, section=form.cleaned_data["section"], position=Position.APPUIE)
                    admin = self.admin_site.get_model_admin(Fiche)
                    admin.log_addition(request, fiche, f"Commencée d’après {extrait.reference}.")
                self.message_user(request, f"Le brouillon « {fiche} » est commencé, et la parole y est citée.")
                return redirect("admin:fiches_fiche_change", fiche.pk)
            except ValidationError as refused:
                form.add_error(None, [str(message) for message in refused.messages])
        return self._one(request, extrait, form, "Commencer une fiche d’après cette parole", "Commencer la fiche")

    def _one(self, request, extrait, form, title, act):
        return self._page(
            request, "admin/imports/citer.html", title, extrait=extrait, form=form, act=act, back=self._back(request)
        )

    def _back(self, request):
        """The list one came from, as its own address said it."""
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return f"{reverse('admin:fiches_extrait_relier')}{query}"

    def mask_view(self, request, pk):
        """Words taken out for good: the only change that the text of an excerpt ever knows."""
        self._need(request, "change_extrait")
        extrait = get_object_or_404(Extrait.objects.select_related("atelier", "theme"), pk=pk)
        if request.method == "POST":
            try:
                with editing():
                    n = mask_extrait(extrait, request.POST.get("mots", ""))
                    self.log_change(request, extrait, f"{n} passages masqués." if n > 1 else "Un passage masqué.")
                self.message_user(request, f"{n} passages masqués." if n > 1 else "Passage masqué.", messages.SUCCESS)
            except ReportRefused as refused:
                self.message_user(request, str(refused), messages.ERROR)
            return redirect("admin:fiches_extrait_masquer", extrait.pk)
        return self._page(
            request,
            "admin/imports/masquer.html",
            "Masquer des mots",
            extrait=extrait,
            proposed=list(dict.fromkeys(alert.what for alert in alerts_of(extrait.texte))),
            kept=extrait.atelier.imports.exclude(fichier="").exclude(ecrit_le=None),
        )


def _open(fiche):
    """Where words are cited: in the next version of a sheet while it is being written, since it will replace it."""
    return fiche.prochaine if has_next(fiche) else fiche


def _key(typed):
    """A key from a form; 404 on anything else."""
    if not (typed or "").isascii() or not (typed or "").isdecimal() or len(typed) > 18:
        raise Http404
    return int(typed)
