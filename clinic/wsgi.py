"""The WSGI entry point: `gunicorn clinic.wsgi`. All views are loaded here, once for all workers."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from clinic.ui.requests import whole_bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
application = whole_bodies(get_wsgi_application())
get_resolver().url_patterns  # noqa: B018
# Collections would go through what stays for good again and again, and unshare the memory of forked workers.
gc.freeze()
