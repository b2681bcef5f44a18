"""What the models of content share: the guard's mark, natural keys, addresses, folded words, checked choices."""

import unicodedata

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.signals import pre_save
from django.utils.text import slugify


class Content(models.Model):
    """Anything that readers may see. Its table is written inside `stamp.editing()` only."""

    class Meta:
        abstract = True


class NaturalKeyQuerySet(models.QuerySet):
    """Rows that fixtures name by their natural key: `natural_key_fields`, where `__` follows a relation."""

    def get_by_natural_key(self, *values):
        return self.get(**dict(zip(self.model.natural_key_fields, values, strict=True)))


class NaturalKeyed(Content):
    natural_key_fields = ("slug",)

    objects = NaturalKeyQuerySet.as_manager()

    class Meta:
        abstract = True

    def natural_key(self):
        values = []
        for path in self.natural_key_fields:
            value = self
            for name in path.split("__"):
                value = getattr(value, name)
            values.append(value)
        return tuple(values)


class AddressedQuerySet(NaturalKeyQuerySet):
    def update(self, **kwargs):
        if "slug" in kwargs:
            raise TypeError("A slug changes by save(), which keeps the former address, never by update().")
        return super().update(**kwargs)

    def find(self, slug):
        """The object that `slug` leads to, now or formerly; `DoesNotExist` when it leads nowhere.

        The caller compares `found.slug` with `slug` and redirects for good when they differ.
        """
        from .models import AncienneAdresse

        try:
            return self.get(slug=slug)
        except self.model.DoesNotExist:
            former = AncienneAdresse.objects.filter(modele=self.model._meta.label_lower, slug=slug)
            return self.get(pk__in=former.values("objet_id"))


class Addressed(NaturalKeyed):
    """Something with an address on the site. Its former addresses lead to it for ever."""

    slug = models.SlugField(
        "adresse",
        max_length=80,
        unique=True,
        help_text="La fin de l’adresse de la page : minuscules, chiffres et traits d’union. "
        "Si vous la changez, l’ancienne adresse continue de mener ici.",
    )
    _slug_read = None

    objects = AddressedQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db, field_names, values):
        instance = super().from_db(db, field_names, values)
        if "slug" in field_names:
            instance._slug_read = instance.slug
        return instance

    def save(self, *args, **kwargs):
        from .models import AncienneAdresse

        if self.pk and not self._slug_read:  # new with a chosen pk, or read without its slug
            self._slug_read = type(self)._base_manager.filter(pk=self.pk).values_list("slug", flat=True).first()
        super().save(*args, **kwargs)
        written = kwargs.get("update_fields")
        if written is not None and "slug" not in written:
            return
        if self._slug_read and self._slug_read != self.slug:
            mine = AncienneAdresse.objects.filter(modele=self._meta.label_lower)
            mine.filter(slug=self.slug, objet_id=self.pk).delete()
            mine.update_or_create(
                slug=self._slug_read,
                defaults={"objet_id": self.pk},
                create_defaults={"modele": self._meta.label_lower, "objet_id": self.pk},
            )
        self._slug_read = self.slug

    def delete(self, *args, **kwargs):
        from .models import AncienneAdresse

        AncienneAdresse.objects.filter(modele=self._meta.label_lower, objet_id=self.pk).delete()
        return super().delete(*args, **kwargs)

    def clean(self):
        from .models import AncienneAdresse

        super().clean()
        taken = AncienneAdresse.objects.filter(modele=self._meta.label_lower, slug=self.slug)
        if taken.exclude(objet_id=self.pk or 0).exists():
            raise ValidationError(
                {"slug": "Cette adresse a déjà servi à une autre page, et y mène encore. Choisissez-en une autre."}
            )


def fold(text):
    """`text` as a key: no case, no accent, œ and æ spelt out, and any run of other signs as one space."""
    text = text.casefold().replace("œ", "oe").replace("æ", "ae")
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in bare).split())


class FoldedField(models.CharField):
    """The folded form of another field, unique: « Réunions » and « reunions » cannot both exist.

    It is computed on every way in: save(), bulk_create(), and fixtures (which skip pre_save and save()).
    """

    def __init__(self, *args, of, **kwargs):
        self.of = of
        kwargs.update(unique=True, editable=False, serialize=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        del kwargs["unique"], kwargs["editable"]
        kwargs.pop("serialize", None)
        return name, path, args, {**kwargs, "of": self.of}

    def contribute_to_class(self, cls, name, **kwargs):
        super().contribute_to_class(cls, name, **kwargs)
        if not cls._meta.abstract:
            pre_save.connect(self._fill, sender=cls, weak=False)

    def _fill(self, instance, **kwargs):
        setattr(instance, self.attname, fold(getattr(instance, self.of)))

    def pre_save(self, model_instance, add):
        self._fill(model_instance)
        return super().pre_save(model_instance, add)


def checked(model_name, **choices):
    """One database constraint per field: its value is one of its choices (a `TextChoices` class)."""
    return [
        models.CheckConstraint(
            condition=models.Q(**{f"{field}__in": values.values}),
            name=f"{model_name}_{field}_connu",
            violation_error_message="Ce choix n’existe pas.",
        )
        for field, values in choices.items()
    ]


def slug_from(text, max_length=80):
    """An address made from a title: « L’œil du maître » gives `l-oeil-du-maitre`, cut at a word."""
    slug = slugify(fold(text))
    return slug if len(slug) <= max_length else slug[: max_length + 1].rsplit("-", 1)[0][:max_length]


def lines(text):
    """The ideas of a list section: its lines, trimmed, without the empty ones."""
    return [line.strip() for line in text.splitlines() if line.strip()]
