"""What the web may do with tables, beside what the application lets people do.

Each model says it of its own table, as `web_may`; a table of which nothing is said is closed. In a clinic's schema the
clinic's own role may do it, in `public` the web's. No part of a record is ever deleted by the web, and both trails are
insert-only.
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
    "oauth2_provider_accesstoken": "SELECT, INSERT",
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


def _said_by(names: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for config in apps.get_app_configs():
        models: Iterable[Any] = config.get_models() if config.name in names else ()
        found |= {model._meta.db_table: model.web_may for model in models if hasattr(model, "web_may")}
    return found
