"""A request on django-tenants as it comes: the clinic by host name, Django's sessions and users."""

import os

from bench.stock_settings import *  # noqa: F403
from bench.stock_settings import DATABASES, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.sessions", "bench.domains"]
DATABASES = {
    "default": {
        **DATABASES["default"],
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": False,
        "ATOMIC_REQUESTS": "ATOMIC" in os.environ,
    }
}
TENANT_DOMAIN_MODEL = "domains.Domain"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
MIDDLEWARE = [
    "django_tenants.middleware.main.TenantMainMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "bench.request"
