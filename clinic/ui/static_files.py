"""Which static files of packages are collected: a worker looks at each of them when it starts."""

from django.contrib.staticfiles.apps import StaticFilesConfig

# For pages that are not served here.
PAGES = ["rest_framework", "oauth2_provider", "django_tables2"]
# In packages of which other files are used: extensions, other versions, parts, scripts.
NEVER_NAMED = ["ext", "htm*-4*", "bootstrap-*", "js-lib-bootstrap5/js/*"]


class StaticFiles(StaticFilesConfig):
    ignore_patterns = [*StaticFilesConfig.ignore_patterns, *PAGES, *NEVER_NAMED]
