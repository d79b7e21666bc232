import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PRODUCTION = {
    "CLINIC_ENV_FILE": str(ROOT / "env" / ".prod.properties"),
    "SECRET_KEY": "a-long-enough-key-of-sixty-four-characters-0123456789-abcdefghijk",
    "ALLOWED_HOSTS": "record.example.org",
    "DATABASE_URL": "postgres://clinic_web:web@db.example.org/clinic?sslmode=verify-full",
}
SHOW = """
import json, sys
from django.conf import settings
print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}))
"""


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A new Python with nothing of this one's configuration but `variables`."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= {"DJANGO_SETTINGS_MODULE": "clinic.settings", **variables}
    return subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True)


def read(name: str, **variables: str) -> object:
    result = run("-c", SHOW, name, **variables)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)[name]


def refusal(**variables: str) -> str:
    """The last line of a start that is refused."""
    result = run("-c", SHOW, "MODE", **variables)
    assert result.returncode == 1
    return result.stderr.splitlines()[-1].removeprefix("django.core.exceptions.ImproperlyConfigured: ")


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in PRODUCTION.items() if key != name}


def test_default_needs_no_variable_and_is_local() -> None:
    assert read("MODE") == "local"


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL"])
def test_production_refuses_to_start_without(name: str) -> None:
    refused = f"Production mode needs {name}: set it or {name}_FILE in the environment."
    assert refusal(**without(name)) == refused


@pytest.mark.parametrize("key", ["short", "a" * 64, "local-only-key-that-production-refuses" * 2])
def test_production_refuses_a_key_that_is_none(key: str) -> None:
    refused = "Production mode needs a SECRET_KEY of at least 50 random characters."
    assert refusal(**PRODUCTION | {"SECRET_KEY": key}) == refused


@pytest.mark.parametrize("hosts", ["*", "record.example.org, * "])
def test_production_refuses_to_be_opened_by_any_name(hosts: str) -> None:
    refused = "Production mode needs the names in ALLOWED_HOSTS that the record is opened by, not *."
    assert refusal(**PRODUCTION | {"ALLOWED_HOSTS": hosts}) == refused


def test_production_refuses_to_show_code_on_error_pages() -> None:
    refused = "Production mode has no DEBUG: its error pages show code, settings and patients."
    assert refusal(**PRODUCTION, DEBUG="true") == refused


@pytest.mark.parametrize(
    ("address", "refused"),
    [
        ("smtp://mail.example.org:25", True),
        ("smtp://clinic:secret@mail.example.org:587", True),
        ("smtp+tls://clinic:secret@mail.example.org:587", False),
        ("smtp+ssl://clinic:secret@mail.example.org:465", False),
        ("smtp://localhost:25", False),
        ("consolemail://", False),
    ],
)
def test_production_sends_no_mail_across_a_network_without_tls(address: str, refused: bool) -> None:
    said = "Production mode needs TLS to the mail server: begin EMAIL_URL with smtp+tls://."
    result = run("-c", SHOW, "MODE", **PRODUCTION, EMAIL_URL=address)
    assert (result.returncode, said in result.stderr) == ((1, True) if refused else (0, False))


def test_production_has_no_demonstration() -> None:
    assert ["clinic.demo" in read("INSTALLED_APPS", **mode) for mode in ({}, PRODUCTION)] == [True, False]
    said = run("manage.py", "demo", **PRODUCTION)
    assert (said.returncode, "Unknown command: 'demo'" in said.stderr) == (1, True)


@pytest.mark.parametrize("name", ["nowhere.txt", "empty.txt", "."])
def test_list_of_leaked_passwords_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty.txt").touch()
    path = str(tmp_path / name)
    assert refusal(LEAKED_PASSWORDS=path) == f"LEAKED_PASSWORDS names {path}, which is no file with anything in it."


def test_cookies_of_production_are_of_this_host_only() -> None:
    names = [f"{name}_COOKIE_{part}" for name in ("SESSION", "CSRF") for part in ("NAME", "SECURE", "DOMAIN", "PATH")]
    found = json.loads(run("-c", SHOW, *names, **PRODUCTION).stdout)
    assert list(found.values()) == ["__Host-sessionid", True, None, "/", "__Host-csrftoken", True, None, "/"]


def test_deployment_checks_are_clean_in_production() -> None:
    result = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("mode", ["prod", "PRODUCTION", "test"])
def test_unknown_mode_is_refused(mode: str) -> None:
    assert refusal(MODE=mode) == f"MODE is '{mode}'; it must be local, dev or production."


def test_missing_properties_file_is_refused() -> None:
    refused = "CLINIC_ENV_FILE names /nowhere.properties, and there is no such file."
    assert refusal(CLINIC_ENV_FILE="/nowhere.properties") == refused


def test_variable_of_the_process_overrides_the_property() -> None:
    assert read("TIME_ZONE", TIME_ZONE="Africa/Nairobi") == "Africa/Nairobi"


def test_another_properties_file_may_be_named(tmp_path: Path) -> None:
    properties = tmp_path / "clinic.properties"
    properties.write_text("MODE=dev\nPHONE_REGION=NG\n")
    assert read("PHONENUMBER_DEFAULT_REGION", CLINIC_ENV_FILE=str(properties)) == "NG"


def test_secret_may_come_from_a_file_whose_line_break_is_not_part_of_it(tmp_path: Path) -> None:
    secret = tmp_path / "secret_key"
    secret.write_text(PRODUCTION["SECRET_KEY"] + "\n")
    assert read("SECRET_KEY", **without("SECRET_KEY"), SECRET_KEY_FILE=str(secret)) == PRODUCTION["SECRET_KEY"]


def test_database_may_come_from_a_file(tmp_path: Path) -> None:
    address = tmp_path / "database_url"
    address.write_text(PRODUCTION["DATABASE_URL"] + "\n")
    databases = read("DATABASES", **without("DATABASE_URL"), DATABASE_URL_FILE=str(address))
    assert isinstance(databases, dict)
    assert (databases["default"]["HOST"], databases["default"]["NAME"]) == ("db.example.org", "clinic")


def test_secret_may_begin_with_a_dollar_sign() -> None:
    key = "$ecret" + PRODUCTION["SECRET_KEY"]
    assert read("SECRET_KEY", **PRODUCTION | {"SECRET_KEY": key}) == key


def test_embedded_server_is_used_without_a_database_address() -> None:
    assert read("EMBEDDED") is True


def test_example_lists_exactly_the_properties_that_are_read() -> None:
    code = "".join((ROOT / "clinic" / name).read_text() for name in ("properties.py", "settings.py"))
    example = (ROOT / "env" / "example.properties").read_text()
    reads = set(re.findall(r'(?:env\.\w+|required|one_of|port|networks|address)\(\s*"([A-Z_]+)"', code))
    assert set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE)) == reads


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("MODE", "bogus", "MODE is 'bogus'; it must be local, dev or production."),
        ("DEBUG", "maybe", "DEBUG must be true or false."),
        ("SESSION_SECONDS", "twelve", "SESSION_SECONDS must be a whole number."),
        (
            "TIME_ZONE",
            "Mars/Olympus",
            "TIME_ZONE is 'Mars/Olympus', which is not known; it is written as Europe/London.",
        ),
        ("LANGUAGE_CODE", "xx", "LANGUAGE_CODE is 'xx', which is not known; it is written as en-gb."),
        ("METRICS_PORT", "many", "METRICS_PORT is 'many'; it must be a number from 1 to 65535."),
        ("METRICS_PORT", "65536", "METRICS_PORT is '65536'; it must be a number from 1 to 65535."),
        (
            "TRUSTED_PROXIES",
            "10.0.0.1/20",
            "TRUSTED_PROXIES has '10.0.0.1/20'; networks are written as 10.0.0.0/20, 127.0.0.1, with commas.",
        ),
        (
            "TRUSTED_PROXIES",
            "127.0.0.1, nginx",
            "TRUSTED_PROXIES has 'nginx'; networks are written as 10.0.0.0/20, 127.0.0.1, with commas.",
        ),
        ("LOG_LEVEL", "loud", "LOG_LEVEL is 'loud', which is not known; it is written as INFO."),
        ("DATABASE_URL", "nope", "An address of a database is written as postgres://ROLE:PASSWORD@HOST:5432/clinic."),
        ("SECRET_KEY_FILE", "/nope", "SECRET_KEY_FILE cannot be read: /nope: No such file or directory."),
        ("CLINIC_ENV_FILE", "/nope", "CLINIC_ENV_FILE names /nope, and there is no such file."),
        ("VAR_DIR", "/proc/nope", "/proc/nope: No such file or directory."),
        (
            "DATABASE_URL",
            "postgres://clinic_web:web@127.0.0.1:1/clinic",
            'The database does not answer: connection to server at "127.0.0.1", port 1 failed: Connection refused',
        ),
    ],
)
def test_command_tells_in_one_sentence_what_an_operator_can_mend(name: str, value: str, says: str) -> None:
    result = run("manage.py", "clinics", **{name: value})
    assert (result.returncode, result.stdout, result.stderr) == (1, "", says + "\n")


def test_command_shows_where_it_happened_when_asked() -> None:
    result = run("manage.py", "clinics", "--traceback", TIME_ZONE="Mars/Olympus")
    assert (result.returncode, result.stderr.splitlines()[0]) == (1, "Traceback (most recent call last):")
