"""A request of this project, with the middleware that does the same as the stock one in `stock_request_settings`."""

from clinic.settings import *  # noqa: F403

MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "clinic.accounts.middleware.ClinicMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "bench.request"
