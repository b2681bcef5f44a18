"""Sheets made by the thousand for the benches: the same for the same seed, on top of the content that ships.

Their words follow Zipf's law over those of the real sheets and as many invented ones, so that common words are in
nearly all sheets and rare ones in a few, as in French. Their links (levers, actors, moments…) are drawn likewise.
"""

import random
from datetime import date

from django.utils import timezone

from acteurs.models import Acteur, Dispositif, Niveau
from acteurs.stamp import editing
from fiches.models import Citation, Etape, Extrait, Fiche, FicheLevier, Intervention, Levier, Moment, Theme

BATCH = 1000  # sheets written at a time
SYLLABLES = [
    "ba",
    "che",
    "di",
    "fa",
    "fle",
    "gra",
    "lo",
    "ma",
    "mi",
    "no",
    "pa",
    "pli",
    "ra",
    "ré",
    "sa",
    "si",
    "ta",
    "tri",
    "vé",
    "vo",
]


def _vocabulary(rng):
    """Words, the most frequent first: those of the real sheets by frequency, every second one invented."""
    counts = {}
    for fiche in Fiche.objects.all():
        for text in (fiche.resume, fiche.pourquoi, fiche.exemple, fiche.formulations):
            for word in text.split():
                counts[word] = counts.get(word, 0) + 1
    real = sorted(counts, key=lambda word: (-counts[word], word))
    invented = ["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))) for _ in real]
    return [word for pair in zip(real, invented, strict=True) for word in pair]


class Writer:
    """Draws texts and links. `seed` decides of everything."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.words = _vocabulary(self.rng)
        self.weights = list(_running(1 / (rank + 2) for rank in range(len(self.words))))

    def text(self, n):
        """A sentence of `n` words."""
        return " ".join(self.rng.choices(self.words, cum_weights=self.weights, k=n)).capitalize() + "."

    def lines(self, n, words):
        return "\n".join(self.text(words) for _ in range(n))

    def some(self, rows, most):
        return self.rng.sample(rows, self.rng.randint(1, most))

    def fiche(self, n, themes):
        """One published sheet of about 450 words, not saved."""
        return Fiche(
            slug=f"fiche-engendree-{n}",
            titre=f"{self.text(6)} {n}",
            theme=self.rng.choice(themes),
            resume=self.text(45),
            en_bref=self.text(30)[:280],
            pourquoi=f"{self.text(50)}\n\n{self.text(50)}",
            marche_si=self.lines(3, 12),
            ne_marche_pas_si=self.lines(3, 10),
            role_du_centre=self.text(40),
            vigilance=self.lines(3, 14),
            reperes=self.lines(3, 12),
            questions=self.lines(4, 10),
            exemple=self.text(60),
            formulations=self.lines(8, 7),
            statut="publiee",
            published_at=timezone.now(),
            reviewed_on=date(2026, 1, 1),
            a_revoir_le=date(2100, 1, 1),
        )


def _running(values):
    total = 0
    for value in values:
        total += value
        yield total


def grow(total, seed=2026):
    """Add generated sheets until there are `total` of them."""
    have = Fiche.objects.count()
    writer = Writer(f"{seed}-{have}")
    themes = list(Theme.objects.with_sheets())
    links = {
        "leviers": list(Levier.objects.all()),
        "acteurs": list(Acteur.objects.all()),
        "moments": list(Moment.objects.all()),
        "niveaux": list(Niveau.objects.all()),
        "dispositifs": list(Dispositif.objects.all()),
    }
    extraits = list(Extrait.objects.published())
    for start in range(have, total, BATCH):
        fiches = [writer.fiche(n, themes) for n in range(start, min(start + BATCH, total))]
        with editing():
            Fiche.objects.bulk_create(fiches)
            _link(writer, fiches, links, extraits)


def _link(writer, fiches, links, extraits):
    rows = {model: [] for model in (Etape, Intervention, Citation, FicheLevier)}
    many = {name: [] for name in ("moments", "niveaux", "dispositifs")}
    for fiche in fiches:
        rows[Etape] += [
            Etape(fiche=fiche, ordre=n, quand=quand, titre=writer.text(5)[:120], texte=writer.text(20))
            for n, quand in enumerate(("des-lundi", "ce-trimestre", "dans-la-duree"))
        ]
        rows[Intervention] += [
            Intervention(fiche=fiche, acteur=acteur, texte=writer.text(8)[:200])
            for acteur in writer.some(links["acteurs"], 6)
        ]
        rows[Citation] += [
            Citation(fiche=fiche, section="pourquoi", extrait=extrait) for extrait in writer.some(extraits, 5)
        ]
        rows[FicheLevier] += [
            FicheLevier(content_object=fiche, tag=levier) for levier in writer.some(links["leviers"], 5)
        ]
        for name, found in many.items():
            through = getattr(Fiche, name).through
            key = links[name][0]._meta.model_name
            found += [through(fiche_id=fiche.pk, **{f"{key}_id": row.pk}) for row in writer.some(links[name], 3)]
    for model, found in rows.items():
        model.objects.bulk_create(found, batch_size=2000)
    for name, found in many.items():
        getattr(Fiche, name).through.objects.bulk_create(found, batch_size=5000)
