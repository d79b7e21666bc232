"""What the web may do with tables, beside what the application lets people do.

Each model says it of its own table, as `web_may`; a table of which nothing is said is closed. In a clinic's schema the
clinic's own role may do it, in `public` the web's. No part of a record is ever deleted by the web, but by merging,
which keeps it whole in its journal; the trail is insert-only: what seals it has a role of its own, which may do what a
model says as `sealer_may`.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.apps import apps
from django.conf import settings

# Tables of packages in `public`, and what notes the migrations.
OF_PACKAGES = {
    "account_emailaddress": "SELECT, INSERT, UPDATE, DELETE",
    "account_emailconfirmation": "SELECT, INSERT, UPDATE, DELETE",
    "mfa_authenticator": "SELECT, INSERT, UPDATE, DELETE",
    "oauth2_provider_accesstoken": "SELECT, INSERT, UPDATE (expires)",
    "django_tasks_database_dbtaskresult": "SELECT, INSERT, UPDATE, DELETE",
    "django_migrations": "SELECT",
}


@cache
def clinic_privileges() -> dict[str, str]:
    """What a clinic's role may do, by table of the clinic."""
    return _said_by(settings.TENANT_APPS)


@cache
def public_privileges() -> dict[str, str]:
    """What the web's role may do in `public`, by table."""
    return _said_by(settings.SHARED_APPS) | OF_PACKAGES


@cache
def sealer_privileges() -> dict[str, str]:
    """What the sealer's role may do, by table of the clinic."""
    return _said_by(settings.TENANT_APPS, "sealer_may")


@cache
def numbered_tables() -> dict[str, str]:
    """The tables of a clinic whose rows the server numbers, and the column that has the number."""
    models: list[Any] = [
        model
        for config in apps.get_app_configs()
        if config.name in settings.TENANT_APPS
        for model in config.get_models()
    ]
    return {model._meta.db_table: model._meta.auto_field.column for model in models if model._meta.auto_field}


def _said_by(names: Iterable[str], said: str = "web_may") -> dict[str, str]:
    found: dict[str, str] = {}
    for config in apps.get_app_configs():
        models: Iterable[Any] = config.get_models() if config.name in names else ()
        found |= {model._meta.db_table: getattr(model, said) for model in models if hasattr(model, said)}
    return found
