"""Programs of others that read the OpenAPI document, in an environment of their own: `FOREIGN_TOOLS` names its folder.

`bin/foreign` makes it, for `make test` too; what it could not set up it names, and those tests are not there either.
"""

import json
import os
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from clinic.api.actions import create_api_client
from tests.api.conftest import basic
from tests.patience import PATIENCE
from tests.postgres import ROOT
from tests.sizes import times
from tests.world import World, Writer, own_clinic

TOOLS = Path(os.environ.get("FOREIGN_TOOLS") or ROOT / "var" / "foreign") / "bin"
ABSENT = {
    "test_*.py": not (TOOLS.parent / "python.installed").is_file(),
    "test_node.py": not (TOOLS.parent / "node.installed").is_file(),
    "test_schemathesis.py": times(1) == 1,  # seven minutes at the least
}
collect_ignore_glob = [name for name, is_absent in ABSENT.items() if is_absent]


def fetched(server: str, folder: Path) -> None:
    """Puts the served document into a folder."""
    with urllib.request.urlopen(f"{server}/api/v1/schema/", timeout=PATIENCE) as answer:  # noqa: S310
        (folder / "document.json").write_bytes(answer.read())


def run(folder: Path, *command: str) -> str:
    """What a program says that must end well; clients of Python are looked for in the folder."""
    environment = os.environ | {
        "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join([".", "out"]),
        "NO_COLOR": "1",
        "CI": "true",
    }
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def used_as_told(use: Callable[..., str], server: str, program: SimpleNamespace, practice: World) -> None:
    """A client registers somebody, is refused the second time, sends a PHQ-9 and finds both, as it prints."""
    patient = f"Ana {uuid4().hex[:8]}"
    said = use(server, program.token, str(practice.clinician.pk), patient)
    assert json.loads(said) == [patient, 409, "name_taken", True, 9.0, [patient], True]


@pytest.fixture(scope="module")
def practice(server: str, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """A committed clinic, which the running server sees."""
    with django_db_blocker.unblock(), own_clinic("Lakeside") as world:
        yield world


@pytest.fixture
def program(practice: World, settings) -> SimpleNamespace:
    """A program that may read and write: its id, its secret and a token. Its requests are not counted."""
    settings.API_REQUESTS_PER_MINUTE = 10**9
    client, secret = create_api_client(
        clinic=practice.clinic,
        name=f"Foreign {uuid4().hex[:8]}",
        scopes=("write", "webhooks", "trail:read", "export"),
        by=Writer(),
    )
    header = basic(client.client_id, secret)
    answer = Client().post("/o/token/", {"grant_type": "client_credentials"}, headers={"Authorization": header})
    return SimpleNamespace(id=client.client_id, secret=secret, token=answer.json()["access_token"])
