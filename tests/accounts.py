"""Accounts of each role, as an administrator makes them: a member of one of the groups that migrations made."""

import importlib

from django.apps import apps
from django.contrib.auth.models import Group, User

ROLES = ("Contributeur", "Relecteur", "Administrateur")


def make_account(role, name=""):
    """A staff account in the group `role`. Groups are made again where a flush took them away."""
    if not Group.objects.filter(name=role, permissions__isnull=False).exists():
        importlib.import_module("fiches.migrations.0006_groupes").grant(apps, None)
    account = User.objects.create_user(name or role.lower(), password="un mot de passe long", is_staff=True)
    account.groups.add(Group.objects.get(name=role))
    return account
