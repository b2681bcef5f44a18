"""What follows when somebody comes in, and when an account is erased."""

from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in
from django.contrib.contenttypes.models import ContentType
from django.db.models.signals import pre_delete
from django_otp.plugins.otp_static.models import StaticDevice

from acteurs import journal


def install():
    """Listen. Called once, when the apps are ready."""
    user_logged_in.connect(_came_in, dispatch_uid="partenariat.accounts")
    pre_delete.connect(_erase, sender=get_user_model(), dispatch_uid="partenariat.accounts")


def _came_in(sender, request, user, **kwargs):
    by_recovery = isinstance(getattr(user, "otp_device", None), StaticDevice)
    journal.record(journal.Geste.ENTRE, user, by=user, precision="par un code de secours" if by_recovery else "")


def _erase(sender, instance, **kwargs):
    """The name of an account that is deleted stays nowhere: its own lines of Django's history go with it."""
    journal.forget(instance)
    about = ContentType.objects.get_for_model(sender)
    LogEntry.objects.filter(content_type=about, object_id=instance.pk).update(object_repr=f"compte n° {instance.pk}")
    AccessAttempt.objects.filter(username=instance.get_username()).delete()
