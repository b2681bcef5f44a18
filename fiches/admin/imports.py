"""« Importer un compte rendu »: a file in, its review, then a workshop and its excerpts.

Whoever may add a workshop may import its report. Nothing is content until `conclude_view` writes it.
"""

import logging
from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from acteurs.admin_base import ContentAdmin
from acteurs.journal import Geste, record

from ..models import Atelier, Destin, Import, Nature, Theme, Voix
from ..reports import keeping, reviewing
from ..reports.concluding import conclude
from ..reports.drafting import AlreadyHere, draft_import
from ..reports.lines import ReportRefused
from ..reports.outcome import Unbalanced
from ..reports.reading import MAX_SIZE
from ..reports.writing import NewAtelier
from . import review
from .imports_forms import ConcludeForm, FileForm

logger = logging.getLogger(__name__)

FAR_TOO_BIG = 5 * MAX_SIZE  # bytes: a request that says so is answered before it is read
TOO_BIG = f"Ce fichier dépasse {MAX_SIZE // 1_000_000} Mo. Retirez ses images, puis réessayez."
UNBALANCED = (
    "Le compte des caractères n’y est pas : rien n’a été gardé, pour ne rien perdre en silence. "
    "Signalez-le à qui s’occupe du site, avec le compte rendu."
)


class Bounded(FileUploadHandler):
    """Lets a file in up to MAX_SIZE. What comes beyond is read and thrown away, so that an answer can be given."""

    too_big = False

    def receive_data_chunk(self, raw_data, start):
        if start + len(raw_data) > MAX_SIZE:
            self.too_big = True
            raise SkipFile
        return raw_data

    def file_complete(self, file_size):
        return None  # the next handler keeps the file


class ImportsReports(ContentAdmin):
    """The part of the admin of workshops that makes them from reports."""

    def get_urls(self):
        pages = [
            ("importer/", self.import_view, "atelier_importer"),
            ("<int:atelier_id>/corriger/", self.import_view, "atelier_corriger"),
            ("imports/<int:pk>/", self.review_view, "import"),
            ("imports/<int:pk>/lignes/<int:ligne>/", self.passage_view, "import_ligne"),
            ("imports/<int:pk>/ecrire/", self.conclude_view, "import_ecrire"),
            ("imports/<int:pk>/fichier/", self.file_view, "import_fichier"),
            ("imports/<int:pk>/abandonner/", self.discard_view, "import_abandonner"),
        ]
        own = [path(where, self.admin_site.admin_view(view), name=f"fiches_{name}") for where, view, name in pages]
        return [*own, *super().get_urls()]

    def _page(self, request, template, title, **context):
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": title, **context}
        return render(request, template, context, status=context.pop("status", 200))

    def _allow(self, request, *more):
        if not request.user.has_perms(["fiches.add_atelier", *more]):
            raise PermissionDenied

    def _import(self, request, pk):
        self._allow(request)
        source = get_object_or_404(Import.objects.select_related("atelier", "par"), pk=pk)
        if source.is_correction:
            self._allow(request, "fiches.change_extrait")
        return source

    # A file comes in

    @csrf_exempt  # only until the body is bounded: `_receive` is protected as any other form
    def import_view(self, request, atelier_id=None):
        self._allow(request, *(["fiches.change_extrait"] if atelier_id else []))
        atelier = get_object_or_404(Atelier, pk=atelier_id) if atelier_id else None
        if request.method == "POST":
            if int(request.META.get("CONTENT_LENGTH") or 0) > FAR_TOO_BIG:
                return self._import_page(request, atelier, FileForm(), TOO_BIG, status=413)
            request.upload_handlers = [Bounded(request), *request.upload_handlers]
        return csrf_protect(partial(self._receive, atelier=atelier))(request)

    def _receive(self, request, atelier):
        if request.method != "POST":
            return self._import_page(request, atelier, FileForm())
        handler = request.upload_handlers[0]
        form = FileForm(request.POST, request.FILES)
        if handler.too_big:
            return self._import_page(request, atelier, FileForm(), TOO_BIG)
        if not form.is_valid():
            return self._import_page(request, atelier, form)
        file = form.cleaned_data["fichier"]
        try:
            source = draft_import(file.read(), file.name, by=request.user, atelier=atelier)
        except AlreadyHere as here:
            return self._import_page(request, atelier, FileForm(), self._where(here))
        except ReportRefused as refused:
            return self._import_page(request, atelier, FileForm(), str(refused))
        except Unbalanced:
            logger.exception("A report was not accounted for to the last character")
            return self._import_page(request, atelier, FileForm(), UNBALANCED)
        return redirect("admin:fiches_import", source.pk)

    def _where(self, here):
        """The refusal of a file received before, with the way to what it became."""
        if isinstance(here.place, Atelier):
            url = reverse("admin:fiches_atelier_change", args=[here.place.pk])
            return format_html('{} <a href="{}">Voir l’atelier « {} »</a>', here, url, here.place)
        url = reverse("admin:fiches_import", args=[here.place.pk])
        return format_html('{} <a href="{}">Reprendre sa relecture</a>', here, url)

    def _import_page(self, request, atelier, form, refusal="", status=200):
        waiting = Import.objects.select_related("par", "atelier").filter(ecrit_le=None)
        to_settle = Q(passages__destin__in=[Destin.SEGMENT, Destin.DISPARU]) & ~Q(passages__a_regler="")
        return self._page(
            request,
            "admin/imports/importer.html",
            "Importer un compte rendu corrigé" if atelier else "Importer un compte rendu",
            atelier=atelier,
            form=form,
            refusal=refusal,
            waiting=waiting.annotate(n=Count("passages", filter=to_settle)),
            kept=Import.objects.select_related("atelier").exclude(ecrit_le=None).exclude(fichier=""),
            max_size=MAX_SIZE // 1_000_000,
            status=status,
        )

    # Its review

    def review_view(self, request, pk):
        source = self._import(request, pk)
        if request.method == "POST":
            return self._gesture(request, source)
        themes = dict(Theme.objects.values_list("numero", "titre"))
        facets = review.facets(source, themes)
        filters = review.Filters.from_query(request.GET, unsettled=facets.unsettled)
        passages = filters.apply(source.passages.select_related("ancien"))
        page = Paginator(passages, review.PER_PAGE).get_page(request.GET.get("page"))
        for row in page.object_list:
            review.tell(row, themes)
        lines, counted = review.lines_of_account(source)
        return self._page(
            request,
            "admin/imports/relecture.html",
            f"Relire « {source} »",
            source=source,
            facets=facets,
            filters=filters,
            page=page,
            lines=lines,
            counted=counted,
            themes=themes,
            voices=Voix.choices,
            natures=Nature.choices,
            none=review.NONE,
            is_nav_sidebar_enabled=False,  # its lines need the width
        )

    def _gesture(self, request, source):
        """One gesture in bulk, then the same list again, at the first line it touched."""
        anchor = ""
        try:
            with reviewing.reviewing(source.pk) as locked:
                unsettled = locked.passages.unsettled().exists()
                filters = review.Filters.from_query(request.GET, unsettled=unsettled)
                rows = review.chosen(locked, filters, request.POST)
                said = review.gesture(locked, rows, request.POST)
                anchor = f"#l{rows[0].pk}" if not request.POST.get("tout") else ""
            self.message_user(request, said, messages.SUCCESS)
        except ReportRefused as refused:
            self.message_user(request, str(refused), messages.ERROR)
        return redirect(f"{request.get_full_path()}{anchor}")

    def passage_view(self, request, pk, ligne):
        """One passage alone: where to cut it, what to mask in it."""
        source = self._import(request, pk)
        row = source.passages.filter(pk=ligne).first()
        if row is None or row.destin == Destin.DISPARU:
            raise Http404
        if request.method == "POST":
            return self._on_one(request, source, row)
        review.tell(row, dict(Theme.objects.values_list("numero", "titre")))
        around = source.passages.filter(ordre__range=(max(row.ordre - 2, 0), row.ordre + 2)).exclude(pk=row.pk)
        return self._page(
            request,
            "admin/imports/ligne.html",
            f"Ligne {row.ordre} du compte rendu",
            source=source,
            row=row,
            before=[other for other in around if other.ordre < row.ordre],
            after=[other for other in around if other.ordre > row.ordre],
            cuts=reviewing.cuts_of(row.texte),
        )

    def _on_one(self, request, source, row):
        post = request.POST
        here = reverse("admin:fiches_import_ligne", args=[source.pk, row.pk])
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        try:
            with reviewing.reviewing(source.pk) as locked:
                row = locked.passages.get(pk=row.pk)
                if post.get("texte", "").split() != row.texte.split():
                    raise ReportRefused("Ce passage a changé depuis l’affichage de la page : rien n’a été fait.")
                if "masquer" in post:
                    n = reviewing.mask_words(locked, row, post.get("mots", ""))
                    said = f"{n} passages masqués." if n > 1 else "Passage masqué."
                else:
                    reviewing.split(locked, row, reviewing.place_in(row.texte, post.get("couper"), post.get("suite")))
                    said = "Le passage est coupé en deux."
        except ReportRefused as refused:
            self.message_user(request, str(refused), messages.ERROR)
            return redirect(f"{here}{query}")
        self.message_user(request, said, messages.SUCCESS)
        if "masquer" in post or "rester" in post:
            return redirect(f"{here}{query}")
        return redirect(f"{reverse('admin:fiches_import', args=[source.pk])}{query}#l{row.pk}")

    # Its end

    def conclude_view(self, request, pk):
        source = self._import(request, pk)
        if source.ecrit_le:
            self.message_user(request, "Les extraits de ce compte rendu sont déjà écrits.", messages.WARNING)
            return redirect("admin:fiches_atelier_change", source.atelier_id)
        initial = {"titre": source.titre}
        form = None if source.is_correction else ConcludeForm(request.POST or None, initial=initial)
        is_complete = request.method == "POST" and (form is None or form.is_valid())
        if is_complete and (answer := self._conclude(request, source, form)):
            return answer
        lines, counted = review.lines_of_account(source)
        return self._page(
            request,
            "admin/imports/ecrire.html",
            "Ajouter ce qui est nouveau" if source.is_correction else "Écrire l’atelier et ses extraits",
            source=source,
            form=form,
            unsettled=source.passages.unsettled().count(),
            replaced=source.passages.filter(remplace=True).count(),
            lines=lines,
            counted=counted,
        )

    def _conclude(self, request, source, form):
        """Write, log, and lead to the ties; None, with a message, if that is refused."""
        try:
            atelier, n = conclude(source, NewAtelier(**form.cleaned_data) if form else None)
        except ReportRefused as refused:
            self.message_user(request, str(refused), messages.ERROR)
            return None
        except Unbalanced:
            logger.exception("An import was not accounted for to the last character")
            self.message_user(request, UNBALANCED, messages.ERROR)
            return None
        said = f"{n} extraits écrits" if n > 1 else f"{n} extrait écrit"
        log = self.log_change if source.is_correction else self.log_addition
        log(request, atelier, f"Compte rendu importé : {said}, {source.masques} passages masqués.")
        self.message_user(request, f"« {atelier} » : {said}. Voici où ils pourraient servir.", messages.SUCCESS)
        return redirect(f"{reverse('admin:fiches_extrait_relier')}?atelier={atelier.pk}")

    def file_view(self, request, pk):
        source = self._import(request, pk)
        if not source.is_kept:
            raise Http404
        try:
            stream = source.fichier.open()
        except FileNotFoundError as missing:  # erased between the two
            raise Http404 from missing
        record(Geste.TELECHARGE, source, by=request.user, precision="le compte rendu d’origine")
        return FileResponse(stream, as_attachment=True, filename=source.nom, content_type="application/octet-stream")

    def discard_view(self, request, pk):
        """Ask, then give the review up; or, once the excerpts are written, erase the file before its time."""
        source = self._import(request, pk)
        if request.method != "POST":
            title = "Effacer ce compte rendu ?" if source.ecrit_le else "Abandonner cette relecture ?"
            return self._page(request, "admin/imports/abandonner.html", title, source=source)
        if source.ecrit_le:
            source.erase()
            self.message_user(request, "Le fichier et ses passages sont effacés. Les extraits restent.")
            return redirect("admin:fiches_atelier_change", source.atelier_id)
        keeping.discard(source)
        self.message_user(request, "La relecture est abandonnée, et le fichier effacé.")
        return redirect("admin:fiches_atelier_importer")
