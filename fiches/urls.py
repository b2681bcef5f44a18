from django.urls import path, re_path

from .views import api, ateliers, browse, calendrier, demarches, dossier, files, links, passation, phrases, preparer, preview, sheets

app_name = "fiches"

urlpatterns = [
    path("fiches/", sheets.fiche_list, name="list"),
    path("suggestions", sheets.suggestions, name="suggestions"),
    path("api/v1/fiches", api.fiches, name="api"),
    path("fiches/<slug:slug>/", sheets.fiche_detail, name="detail"),
    re_path(r"^fiches/(?P<slug>[-a-zA-Z0-9_]+)\.(?P<extension>pdf|docx|odt)$", files.fiche_file, name="file"),
    path("dossier/", dossier.dossier, name="dossier"),
    path("dossier/lire/", dossier.dossier_read, name="dossier_read"),
    re_path(r"^dossier\.(?P<extension>pdf|docx|odt|epub)$", files.dossier_file, name="dossier_file"),
    path("apercu/<str:token>/", preview.preview, name="preview"),
    path("themes/", browse.theme_list, name="themes"),
    path("themes/<slug:slug>/", browse.theme_detail, name="theme"),
    path("portes/<slug:slug>/", browse.porte_detail, name="porte"),
    path("leviers/", browse.levier_list, name="leviers"),
    path("leviers/<slug:slug>/", browse.levier_detail, name="levier"),
    path("acteurs/", browse.acteur_list, name="acteurs"),
    path("acteurs/<slug:slug>/", browse.acteur_detail, name="acteur"),
    path("dispositifs/", browse.dispositif_list, name="dispositifs"),
    path("dispositifs/<slug:slug>/", browse.dispositif_detail, name="dispositif"),
    path("liens/", links.liens, name="liens"),
    path("ateliers/", ateliers.atelier_list, name="ateliers"),
    path("ateliers/<slug:slug>/", ateliers.atelier_detail, name="atelier"),
    path("calendrier/", calendrier.page, name="calendrier"),
    path("passation/", passation.passation, name="passation"),
    path("calendrier.ics", calendrier.subscription, name="calendrier_ics"),
    path("preparer/", preparer.preparer, name="preparer"),
    re_path(r"^preparer\.(?P<extension>pdf|docx|odt)$", files.preparer_file, name="preparer_file"),
    path("glossaire/", browse.glossaire, name="glossaire"),
    path("j-entends/", phrases.phrase_list, name="phrases"),
    path("demarches/", demarches.demarche_list, name="demarches"),
    path("ressources/", browse.ressource_list, name="ressources"),
    path("contacts/", browse.contact_list, name="contacts"),
]
