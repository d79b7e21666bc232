"""docs/api.md: what is printed there runs as it is printed, and its table has every endpoint."""

import json
import os
import re
import subprocess
from typing import Any

from clinic.api.actions import create_api_client
from clinic.patients.actions import archive_patient
from clinic.tenancy.scope import clinic_scope
from clinic.webhooks.signing import new_secret
from tests.api.test_schema import document
from tests.browser.conftest import practice  # noqa: F401  # a fixture
from tests.patience import PATIENCE
from tests.postgres import ROOT
from tests.sealing import seals
from tests.test_url_walk import views
from tests.webhooks.conftest import deliver, make_webhook
from tests.webhooks.receiver import Receiver
from tests.world import Writer, make_patient

GUIDE = (ROOT / "docs/api.md").read_text()
PRINTED = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)


def rows() -> list[list[str]]:
    """The table of pages and endpoints."""
    table = GUIDE.partition("| page | endpoint | scope |\n|---|---|---|\n")[2]
    return [[cell.strip().replace("\\<", "<") for cell in line.strip("|").split("|")] for line in table.splitlines()]


def test_guide_runs_as_it_is_printed(server, practice):  # noqa: F811  # the fixture
    client, secret = create_api_client(clinic=practice.clinic, name="Newcomer", can_write=True, by=Writer())
    known = {"CLINIC": server, "CLIENT_ID": client.client_id, "CLIENT_SECRET": secret}
    script = "set -eu\n" + "\necho\n".join(PRINTED)
    found = subprocess.run(
        ["sh", "-c", script], env=os.environ | known, capture_output=True, text=True, timeout=PATIENCE
    )
    assert (found.returncode, found.stderr) == (0, "")
    answers = [json.loads(line) for line in found.stdout.splitlines() if line]
    assert [answer["meta"]["success"] for answer in answers] == [True] * len(answers)
    kinds = [answer["results"] for answer in answers]
    names = [each["__typename"] if isinstance(each, dict) else each[:1] and each[0]["__typename"] for each in kinds]
    assert names[:-1] == ["Me", "Patient", "Assessment", "Alert", "Request", "Assessment"]
    assert (kinds[2]["score"], kinds[3]["acknowledged_by"], len(PRINTED)) == (9, "Newcomer", 11)


@seals
def test_check_of_the_guide_accepts_what_is_sent_and_nothing_else(settings, riverside):
    """The Python that is printed, on what a receiver gets."""
    [printed] = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    told: dict[str, Any] = {}
    exec(printed, told)  # noqa: S102  # as whoever copies it runs it
    with Receiver() as receiver:
        settings.WEBHOOK_HOSTS_INSIDE = {receiver.host}
        webhook = make_webhook(riverside, receiver.url)
        with clinic_scope(riverside.clinic):
            archive_patient(by=Writer(), id=make_patient().pk)
        deliver(webhook)
    [got] = receiver.received
    old = {**got.headers, "webhook-timestamp": "1764442800"}
    tried = [(got.headers, got.body), (got.headers, got.body + b" "), (old, got.body)]
    assert [told["is_ours"](webhook.secret, *each) for each in tried] == [True, False, False]
    assert told["is_ours"](new_secret(), got.headers, got.body) is False


def test_table_has_every_endpoint_with_its_scope(db):
    operations = {}
    for path, methods in document()["paths"].items():
        for method, operation in methods.items() if path.startswith("/api/") else ():
            [scope] = next(each["oauth2"] for each in operation["security"] if "oauth2" in each)
            operations[f"{method.upper()} {path}"] = scope  # the widest that allows it; narrower ones come behind
    told = {endpoint: scope for _, endpoint, scope in rows() if endpoint != "–"}
    assert told == operations | {"GET /api/v1/me/": "any", "GET /api/v1/": "any"}


def test_pages_of_the_table_are_there():
    routes = {route for route, _ in views()}
    assert [page for page, _, _ in rows() if page not in routes | {"–"}] == []


def test_codes_of_the_guide_are_those_that_are_answered():
    codes = set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| \d+ \| (.*?) \|", GUIDE, re.MULTILINE))))
    source = "".join(path.read_text() for path in (ROOT / "clinic").rglob("*.py"))
    assert [code for code in sorted(codes) if f'"{code}"' not in source] == []
