"""Django's settings.

Every value that varies is a property: read from the file that `NAME_FILE` points to, else from the process
environment, else from the properties file (`env/.local.properties`, or the one `CLINIC_ENV_FILE` names).
`env/example.properties` lists all of them.
"""

from pathlib import Path
from zoneinfo import available_timezones

from django.conf import global_settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from clinic.api.packages import OAUTH2_PROVIDER as OAUTH2_PROVIDER
from clinic.api.packages import REST_FRAMEWORK as REST_FRAMEWORK
from clinic.api.packages import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS
from clinic.metrics.reports import check_dsn
from clinic.properties import (
    BASE_DIR,
    PRODUCTION,
    VAR_DIR,
    address,
    database,
    env,
    local_url,
    logging,
    mailer,
    networks,
    one_of,
    port,
    required,
)
from clinic.properties import EMBEDDED_DATA as EMBEDDED_DATA
from clinic.properties import MODE as MODE
from clinic.properties import SERVED_AT as SERVED_AT
from clinic.properties import SERVER_TLS as SERVER_TLS
from clinic.services import QUEUES, SERVICES

SECRET_KEY = required("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
if PRODUCTION and (len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5 or "production-refuses" in SECRET_KEY):
    raise ImproperlyConfigured("Production mode needs a SECRET_KEY of at least 50 random characters.")
DEBUG = env.bool("DEBUG", False)
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("Production mode has no DEBUG: its error pages show code, settings and patients.")
ALLOWED_HOSTS = [host.strip() for host in required("ALLOWED_HOSTS").split(",") if host.strip()]
if PRODUCTION and any(host in ("*", ".") for host in ALLOWED_HOSTS):
    raise ImproperlyConfigured("Production mode needs the names in ALLOWED_HOSTS that the record is opened by, not *.")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# The proxies whose word about who asked is taken, see `clinic.ui.addresses`.
TRUSTED_PROXIES = networks("TRUSTED_PROXIES")

# What this process answers and works on, where two services share the record.
CLINIC_SERVICES = one_of("CLINIC_SERVICES", "all", SERVICES, "all, patients or assessments")

# Databases: `default` is the web's role, `owner` runs the commands that write schema.
required("DATABASE_URL")
DATABASE_URL = address("DATABASE_URL")
DATABASE_OWNER_URL = address("DATABASE_OWNER_URL")
DATABASE_ADMIN_URL = address("DATABASE_ADMIN_URL")
EMBEDDED = not DATABASE_URL
DATABASES = {
    "default": database(DATABASE_URL, "clinic_web"),
    "owner": {**database(DATABASE_OWNER_URL or DATABASE_URL, "clinic_owner"), "CONN_MAX_AGE": 0},
}
DATABASE_ROUTERS = ["clinic.tenancy.routers.MigrationRouter", "django_tenants.routers.TenantSyncRouter"]
TENANT_DB_ALIAS = "owner"
TENANT_MODEL = "tenancy.Clinic"

SHARED_APPS = [
    "django_tenants",
    "clinic.tenancy",
    "clinic.ui",
    "clinic.accounts",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "clinic.ui.static_files.StaticFiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "oauth2_provider",
    "django_htmx",
    "django_tables2",
    "django_filters",
    "crispy_forms",
    "crispy_bootstrap5",
    "js_lib_bootstrap5",
    "phonenumber_field",
    "rest_framework",
    "drf_spectacular",
    "django_tasks_db",
    "clinic.api",
    *([] if PRODUCTION else ["clinic.demo"]),  # its people have a public password, its clinics invented patients
]
TENANT_APPS = [
    "clinic.audit",
    "clinic.lists",
    "clinic.staff",
    "clinic.patients",
    "clinic.assessments",
    "clinic.merging",
    "clinic.binning",
    "clinic.imports",
    "clinic.webhooks",
]
INSTALLED_APPS = [*SHARED_APPS, *TENANT_APPS]
# The lists that people keep views of and start work in.
LISTS = ["clinic.patients.bulk.PATIENTS", "clinic.assessments.bulk.ASSESSMENTS"]
LISTS += ["clinic.assessments.bulk.ALERTS", "clinic.assessments.bulk.DUE", "clinic.assessments.bulk.REVIEWS"]
# Pages of filters that people save views of as they do of lists.
SAVED_PAGES = ["clinic.assessments.outcomes.page.OUTCOMES"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Arrays need nothing of that app, which asks every new connection for types that the record does not have.
SILENCED_SYSTEM_CHECKS = ["postgres.E005"]

MIDDLEWARE = [
    "clinic.ui.requests.request_log",
    "clinic.tenancy.health.probes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "clinic.ui.requests.shedding",
    "clinic.ui.requests.readable",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "clinic.audit.middleware.refusals",
    "clinic.accounts.middleware.ClinicMiddleware",
    "clinic.ui.requests.own_service",
    "clinic.audit.middleware.readings",
    "clinic.binning.leading.Leading",
    "clinic.merging.leading.Leading",
    "clinic.accounts.limits.tries.limited",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
DJANGO_TABLES2_TEMPLATE = "ui/_table.html"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"

# Sign-in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "clinic.accounts.factors.passwords.LongEnough"},
    {"NAME": "clinic.accounts.factors.passwords.NoOwnWords"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "clinic.accounts.factors.leaked.NotLeaked"},
]
LEAKED_PASSWORDS = env.str("LEAKED_PASSWORDS", "")
if LEAKED_PASSWORDS and not (Path(LEAKED_PASSWORDS).is_file() and Path(LEAKED_PASSWORDS).stat().st_size):
    raise ImproperlyConfigured(f"LEAKED_PASSWORDS names {LEAKED_PASSWORDS}, which is no file with anything in it.")
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "clinic.staff.account.adapter.TrailAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {
    "reset_password": "clinic.accounts.resets.ResetForm",
    "change_password": "clinic.accounts.resets.ChangeForm",
}
ACCOUNT_EMAIL_NOTIFICATIONS = True
PASSWORD_RESET_TIMEOUT = 60 * 60
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
# allauth counts nothing, since it would count right passwords too, and in a cache: `clinic.accounts.limits` does.
ACCOUNT_RATE_LIMITS = False
MFA_RATE_LIMITS = False
BROWSER_COOKIE_NAME = "__Host-browser" if PRODUCTION else "browser"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_ADAPTER = "clinic.accounts.factors.adapter.FactorAdapter"
MFA_FORMS = {
    "authenticate": "clinic.accounts.factors.forms.CodeForm",
    "reauthenticate": "clinic.accounts.factors.forms.ConfirmForm",
    "activate_totp": "clinic.accounts.factors.forms.AppForm",
    "add_webauthn": "clinic.accounts.factors.forms.PasskeyForm",
    "edit_webauthn": "clinic.accounts.factors.forms.PasskeyNameForm",
    "authenticate_webauthn": "clinic.accounts.factors.forms.PasskeyCodeForm",
    "reauthenticate_webauthn": "clinic.accounts.factors.forms.PasskeyConfirmForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # whoever is here was invited by mail
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # half minutes that a clock may be wrong by
MFA_TOTP_ISSUER = "Clinic record"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
SESSION_ENGINE = "clinic.accounts.sessions"
SESSION_COOKIE_AGE = env.int("SESSION_SECONDS", 12 * 60 * 60)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_FAILURE_VIEW = "clinic.ui.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

OAUTH2_PROVIDER_APPLICATION_MODEL = "accounts.ApiClient"
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", 1200)

# Nothing is cached by Django: what several processes count or remember is in the database.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

# Long work: rows of `public` that name a clinic and a job by id, looked at by `manage.py work`.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": list(QUEUES.values())}}

# Files of clinics, in a folder for each
HEADS = env.str("TRAIL_HEADS", "")
TRAIL_HEADS = None if HEADS == "none" else Path(HEADS or VAR_DIR / "trail")
TRAIL_HEADS_EMAIL = env.str("TRAIL_HEADS_EMAIL", "")
WEBHOOK_HOSTS_INSIDE = {each.strip().lower() for each in env.list("WEBHOOK_HOSTS_INSIDE", default=[]) if each.strip()}
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", "") or VAR_DIR / "media")

# Static files
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "clinic.ui.built_assets.MadeFiles",
]
MADE_ROOT = VAR_DIR / "made"  # static files that are made, before they are collected
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Language, time, numbers
LANGUAGE_CODE = one_of("LANGUAGE_CODE", "en-gb", dict(global_settings.LANGUAGES), "en-gb")
TIME_ZONE = one_of("TIME_ZONE", "UTC", available_timezones(), "Europe/London")
PHONENUMBER_DEFAULT_REGION = env.str("PHONE_REGION", "GB")
PHONENUMBER_DEFAULT_FORMAT = "INTERNATIONAL"

# Mail
SITE_URL = env.str("SITE_URL", "") or (f"https://{ALLOWED_HOSTS[0]}" if PRODUCTION else local_url())
MAILERS = {"default": mailer()}
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "clinic@localhost")

# What a request may carry
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1100  # a thousand ticked rows, and what else their form sends

# Headers
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CSRF_COOKIE_HTTPONLY = True
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 365 * 24 * 60 * 60)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", True)
    SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", True)
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    # Browsers take these from this host over HTTPS only: no other name of the domain can set them.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    if env.bool("BEHIND_PROXY", False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Metrics for Prometheus, on a port of their own
METRICS_PORT = port("METRICS_PORT")
METRICS_HOST = env.str("METRICS_HOST", "127.0.0.1")

# Errors for a service that collects them
SENTRY_DSN = check_dsn(env.str("SENTRY_DSN", ""))

DEMO_PASSWORD = env.str("DEMO_PASSWORD", "")
LOG_LEVEL = one_of("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"), "INFO")
LOGGING = logging(LOG_LEVEL)
