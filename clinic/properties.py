"""Where settings come from: a typed properties file, the process environment, and files that hold secrets."""

import os
import re
from base64 import b64decode
from collections.abc import Collection
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from ssl import DER_cert_to_PEM_cert
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

BASE_DIR = Path(__file__).resolve().parent.parent

NOTSET = environ.Env.NOTSET
TRUE_OR_FALSE = {*environ.Env.BOOLEAN_TRUE_STRINGS, "false", "off", "n", "no", "0", ""}

properties = Path(os.environ.get("CLINIC_ENV_FILE") or BASE_DIR / "env" / ".local.properties")
if not properties.is_file():
    raise ImproperlyConfigured(f"CLINIC_ENV_FILE names {properties}, and there is no such file.")


class Properties(FileAwareMapping):
    """Values as they are: without the line break a file ends in, and `$` does not name another variable."""

    def __getitem__(self, name: str) -> str:
        try:
            value = super().__getitem__(name).strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error.filename}: {error.strerror}.") from error
        return f"\\{value}" if value.startswith("$") else value


class Typed(environ.Env):
    """Refuses by name what is not of its type, instead of guessing."""

    def get_value(self, var: str, cast: Any = None, default: Any = NOTSET, parse_default: bool = False) -> Any:
        if cast is bool and str(self.ENVIRON.get(var, "no")).lower() not in TRUE_OR_FALSE:
            raise ImproperlyConfigured(f"{var} must be true or false.")
        try:
            return super().get_value(var, cast, default, parse_default)
        except ValueError as error:
            raise ImproperlyConfigured(f"{var} must be a whole number.") from error


env = Typed()
env.ENVIRON = Properties()
env.escape_proxy = True
env.read_env(properties)
VAR_DIR = BASE_DIR / (env.str("VAR_DIR", "") or "var")
EMBEDDED_DATA = VAR_DIR / "postgres"
SERVED_AT = VAR_DIR / "address"  # where the record was served last on this machine, for links that commands print
SERVER_TLS = env.str("SERVER_TLS", "")

MODE = env.str("MODE", "local")
if MODE not in ("local", "dev", "production"):
    raise ImproperlyConfigured(f"MODE is {MODE!r}; it must be local, dev or production.")
PRODUCTION = MODE == "production"


def local_url() -> str:
    """What links begin with that no request brings, on a machine of one's own: "http://127.0.0.1:8001"."""
    return SERVED_AT.read_text().strip() if SERVED_AT.is_file() else f"http://127.0.0.1:{env.str('PORT', '') or 8000}"


def required(name: str) -> str:
    """The property `name`; in production a missing one stops the start and is named."""
    value = str(env.str(name, ""))
    if PRODUCTION and not value:
        raise ImproperlyConfigured(f"Production mode needs {name}: set it or {name}_FILE in the environment.")
    return value


def one_of(name: str, default: str, allowed: Collection[str], example: str) -> str:
    """The property `name`, which has to be one of those that are known."""
    value = str(env.str(name, default))
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is {value!r}, which is not known; it is written as {example}.")
    return value


def port(name: str) -> int | None:
    """The property `name` as the number of a port, None where it is empty."""
    value = str(env.str(name, ""))
    if value and not (value.isascii() and value.isdigit() and 0 < int(value) < 65536):
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be a number from 1 to 65535.")
    return int(value) if value else None


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """The property `name` as networks, with commas between them: "10.0.0.0/20, 127.0.0.1"."""
    found = []
    for text in str(env.str(name, "")).split(","):
        if not text.strip():
            continue
        try:
            found.append(ip_network(text.strip()))
        except ValueError as error:
            message = f"{name} has {text.strip()!r}; networks are written as 10.0.0.0/20, 127.0.0.1, with commas."
            raise ImproperlyConfigured(message) from error
    return found


@cache
def _authority() -> str:
    """The path of what DATABASE_CA holds; empty where it holds nothing.

    libpq wants a file, and a container may have no place to write one: this one is in memory, open in this process and
    in those that it forks. Lines may have become spaces, since few carry a variable of several lines.
    """
    text = str(env.str("DATABASE_CA", ""))
    if not text:
        return ""
    bodies = re.findall(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----", text)
    if not bodies:
        raise ImproperlyConfigured("DATABASE_CA must be a certificate in PEM.")
    number = os.memfd_create("database-ca")
    os.write(number, "".join(DER_cert_to_PEM_cert(b64decode("".join(body.split()))) for body in bodies).encode())
    return f"/proc/self/fd/{number}"


LOOPBACK = ("127.0.0.1", "::1", "localhost")


def _stays_here(host: str) -> bool:
    """Whether what is said to a database at `host` stays on this machine: a socket's folder, or its own address."""
    return host.startswith("/") or host in LOOPBACK or env.bool("DATABASE_ON_THIS_MACHINE", False)


def address(name: str) -> str:
    """The property `name` as a database's address, with the authority that DATABASE_CA holds; empty where it is.

    Production is refused an address across a network without TLS that knows the server by its certificate.
    """
    url = str(env.str(name, ""))
    if not url:
        return ""
    if not url.startswith(("postgres://", "postgresql://")) or "@" not in url:
        raise ImproperlyConfigured("An address of a database is written as postgres://ROLE:PASSWORD@HOST:5432/clinic.")
    host, options = unquote(urlsplit(url).hostname or ""), dict(parse_qsl(urlsplit(url).query))
    if PRODUCTION and not _stays_here(host) and options.get("sslmode") != "verify-full":
        raise ImproperlyConfigured(f"Production mode needs TLS to the database: end {name} in ?sslmode=verify-full.")
    if not _authority() or "sslmode" not in options or "sslrootcert" in options:
        return url
    return f"{url}&sslrootcert={quote(_authority(), safe='')}"


def database(url: str, embedded_user: str) -> dict[str, object]:
    """Django's settings of one connection; an empty `url` means the embedded server, as `embedded_user`.

    A percent-encoded host is a socket's folder, as libpq has it.
    """
    location = (
        env.db_url_config(url)
        if url
        else {"NAME": "clinic", "USER": embedded_user, "HOST": str(EMBEDDED_DATA), "PORT": "5432"}
    )
    return {
        **location,
        "HOST": unquote(str(location["HOST"])),
        "ENGINE": "clinic.tenancy.backend",
        "CONN_MAX_AGE": env.int("DATABASE_CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


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
    """Where mail goes, as Django's MAILERS has it; a local record keeps it as files."""
    mail = env.email_url("EMAIL_URL", default="consolemail://")
    if MODE == "local" and mail["EMAIL_BACKEND"].endswith(".console.EmailBackend"):
        return {"BACKEND": "clinic.ui.mail.LocalMail", "OPTIONS": {"folder": VAR_DIR / "mail"}}
    options = {option: mail[name] for option, name in MAIL_OPTIONS.items() if mail.get(name)}
    if PRODUCTION and options.get("host", LOOPBACK[0]) not in LOOPBACK and not {"use_tls", "use_ssl"} & options.keys():
        raise ImproperlyConfigured("Production mode needs TLS to the mail server: begin EMAIL_URL with smtp+tls://.")
    return {"BACKEND": mail["EMAIL_BACKEND"], "OPTIONS": options}


def logging(level: str) -> dict[str, Any]:
    """Everything as JSON on the standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "clinic.ui.logs.formatter"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.request": {"level": "CRITICAL"},
            # At DEBUG these write tokens.
            "oauthlib": {"level": "INFO"},
            "oauth2_provider": {"level": "INFO"},
        },
    }
