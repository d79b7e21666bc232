"""The WSGI entry point: `gunicorn clinic.wsgi`. All views are loaded here, once for all workers."""

import gc
import os

from clinic.late_imports import late_imports

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
# Looking for cycles while modules load finds next to nothing, and is a tenth of the start.
gc.disable()
with late_imports():
    from django.core.wsgi import get_wsgi_application
    from django.urls import get_resolver

    application = get_wsgi_application()
    get_resolver().url_patterns  # noqa: B018
# What stays for good is not gone through again by each collection, which would also unshare the workers' memory.
gc.freeze()
gc.enable()
