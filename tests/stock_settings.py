"""The negative control: the same application over django-tenants' own database backend."""

from clinic.settings import *  # noqa: F403
from clinic.settings import DATABASES

DATABASES["default"]["ENGINE"] = "django_tenants.postgresql_backend"
