"""Where settings come from: a typed properties file, the process environment, and files that hold secrets."""

import os
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

BASE_DIR = Path(__file__).resolve().parent.parent

properties = Path(os.environ.get("CLINIC_ENV_FILE") or BASE_DIR / "env" / ".local.properties")
if not properties.is_file():
    raise ImproperlyConfigured(f"CLINIC_ENV_FILE names {properties}, and there is no such file.")


class Properties(FileAwareMapping):
    """Values as they are: without the line break a file ends in, and `$` does not name another variable."""

    def __getitem__(self, name: str) -> str:
        value = super().__getitem__(name).strip()
        return f"\\{value}" if value.startswith("$") else value


env = environ.Env()
env.ENVIRON = Properties()
env.escape_proxy = True
env.read_env(properties)
VAR_DIR = BASE_DIR / (env.str("VAR_DIR", "") or "var")

MODE = env.str("MODE", "local")
if MODE not in ("local", "dev", "production"):
    raise ImproperlyConfigured(f"MODE is {MODE!r}; it must be local, dev or production.")
PRODUCTION = MODE == "production"


def required(name: str) -> str:
    """The property `name`; in production a missing one stops the start and is named."""
    value = str(env.str(name, ""))
    if PRODUCTION and not value:
        raise ImproperlyConfigured(f"Production mode needs {name}: set it or {name}_FILE in the environment.")
    return value


MAIL_OPTIONS = {
    "host": "EMAIL_HOST",
    "port": "EMAIL_PORT",
    "username": "EMAIL_HOST_USER",
    "password": "EMAIL_HOST_PASSWORD",
    "use_tls": "EMAIL_USE_TLS",
    "use_ssl": "EMAIL_USE_SSL",
    "file_path": "EMAIL_FILE_PATH",
}


def mailer() -> dict[str, Any]:
    """Where mail goes, as Django's MAILERS has it; what a local record prints it keeps as files as well."""
    mail = env.email_url("EMAIL_URL", default="consolemail://")
    if MODE == "local" and mail["EMAIL_BACKEND"].endswith(".console.EmailBackend"):
        return {"BACKEND": "clinic.ui.mail.LocalMail", "OPTIONS": {"folder": VAR_DIR / "mail"}}
    options = {option: mail[name] for option, name in MAIL_OPTIONS.items() if mail.get(name)}
    return {"BACKEND": mail["EMAIL_BACKEND"], "OPTIONS": options}
