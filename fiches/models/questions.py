"""What readers looked for and did not find: counted by day, kept twelve months, tied to nobody.

Not content: counting a question must not move the content's stamp, nor wait behind those who edit.
"""

import logging
import re
from contextlib import contextmanager
from datetime import timedelta

from django.db import DatabaseError, InterfaceError, connection, models, transaction
from django.db.models import F, Max, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from acteurs.bases import checked

logger = logging.getLogger(__name__)

KEPT = timedelta(days=365)
MAX_WORDS = 8  # of a question
MAX_LETTERS = 30  # of a word: longer is no word
MAX_LENGTH = 120  # characters of a question
MAX_A_DAY = 2000  # distinct questions: a robot may fill a day, never the disk
PATIENCE = 1000  # milliseconds that a reader's page may wait for another writer

_WORD = re.compile(rf"(?=.{{1,{MAX_LETTERS}}}$)[^\W\d_]+(?:[-'’][^\W\d_]+)*")


class Suite(models.TextChoices):
    """What staff made of a question."""

    A_TRAITER = "a-traiter", "à traiter"
    SYNONYME = "synonyme", "synonyme ajouté"
    MANQUE = "manque", "manque noté"
    SANS_OBJET = "sans-objet", "sans objet"


# Nobody has made anything of it: nothing of it is worth keeping once it is old.
UNTOUCHED = Q(suite=Suite.A_TRAITER, note="")


def first_day_kept():
    """The oldest day that counts, in Paris: what was asked before is neither shown nor counted."""
    return timezone.localdate() - KEPT


class QuestionQuerySet(models.QuerySet):
    def asked(self):
        """With `total` (times) and `last_on` (date, or None) over the last twelve months.

        A question that nobody asked since is left out, unless staff made something of it: then its total is 0.
        """
        recent = Q(jours__jour__gte=first_day_kept())
        counted = self.annotate(
            total=Coalesce(Sum("jours__nombre", filter=recent), 0),
            last_on=Max("jours__jour", filter=recent),
        )
        return counted.filter(Q(total__gt=0) | ~UNTOUCHED)


class Question(models.Model):
    """The words of searches that found no sheet, as they were understood. Never a sentence, never a person's."""

    mots = models.CharField("mots cherchés", max_length=MAX_LENGTH, unique=True)
    suite = models.CharField("suite donnée", max_length=10, choices=Suite, default=Suite.A_TRAITER)
    note = models.CharField(
        max_length=200,
        blank=True,
        help_text="Ce qui est décidé : « une fiche sur la cantine, à proposer au prochain atelier ». "
        "Aucun nom de personne.",
    )

    told_by_number = True  # in the journal

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = "question sans réponse"
        verbose_name_plural = "questions sans réponse"
        ordering = ["mots", "pk"]
        constraints = checked("question", suite=Suite)

    def __str__(self):
        return self.mots

    def decide(self, suite):
        """Say what was made of it: a `Suite`. Written at once."""
        self.suite = suite
        self.save(update_fields=["suite"])


class QuestionJour(models.Model):
    """How many times a question was asked on one day of Paris."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="jours")
    jour = models.DateField(db_index=True)
    nombre = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "jour d’une question"
        verbose_name_plural = "jours d’une question"
        ordering = ["-jour", "pk"]
        constraints = [models.UniqueConstraint(fields=["question", "jour"], name="question_jour_unique")]

    def __str__(self):
        return f"{self.jour:%d/%m/%Y} : {self.nombre}"


def record_unanswered(words):
    """Count one search that found no sheet. `words`: its words, folded, without stop words, in order.

    What may be personal is dropped: whatever is not made of letters only (figures, addresses) or is longer than a
    word can be. So an address must come whole: cut at its signs, it would be words like any other. With nothing
    left, nothing is written. What is old is deleted on the way, once a day.

    Never raises for the database: a count that it refuses is logged and lost, and the reader has the page. Near
    `MAX_A_DAY`, processes that write at the same moment may go beyond it by one each.
    """
    mots = _impersonal(words)
    if not mots:
        return
    try:
        with _short_transaction():
            first_of_the_day = _count(mots, timezone.localdate())
        if first_of_the_day:
            with _short_transaction():
                forget_old_questions()
    except (DatabaseError, InterfaceError):
        logger.exception("A search without an answer was not counted")


def forget_old_questions():
    """Delete the days older than twelve months, and the questions of which nothing is left."""
    QuestionJour.objects.filter(jour__lt=first_day_kept()).delete()
    Question.objects.filter(UNTOUCHED, jours=None).delete()


def _impersonal(words):
    """The words that may be kept, each once, as one text of at most `MAX_LENGTH` characters. "" if none may."""
    kept = [word for word in dict.fromkeys(words) if _WORD.fullmatch(word)][:MAX_WORDS]
    while len(" ".join(kept)) > MAX_LENGTH:
        kept.pop()
    return " ".join(kept)


def _count(mots, jour):
    """Add one to `mots` on `jour`, whoever else does at the same time. True for the first question of the day."""
    again = QuestionJour.objects.filter(question__mots=mots, jour=jour)
    if again.update(nombre=F("nombre") + 1):
        return False
    others = QuestionJour.objects.filter(jour=jour).count()
    if others >= MAX_A_DAY:
        return False
    question, _ = Question.objects.get_or_create(mots=mots)
    _, is_new = QuestionJour.objects.get_or_create(question=question, jour=jour)
    if not is_new:  # another process was quicker
        again.update(nombre=F("nombre") + 1)
    return not others


@contextmanager
def _short_transaction():
    """A transaction that waits `PATIENCE` at most for the locks of others, where those who edit wait 20 seconds."""
    if connection.vendor != "sqlite":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE:d}")
            yield
        return
    # SQLite waits when the transaction begins: so it is told before.
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        (usual,) = cursor.fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE:d}")
        try:
            with transaction.atomic():
                yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual:d}")
