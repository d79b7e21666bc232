"""The same apps on django-tenants as it comes: its backend, its commands, one connection as the owner."""

from clinic.settings import *  # noqa: F403
from clinic.settings import DATABASES

DATABASES = {"default": {**DATABASES["owner"], "ENGINE": "django_tenants.postgresql_backend"}}
TENANT_DB_ALIAS = "default"
