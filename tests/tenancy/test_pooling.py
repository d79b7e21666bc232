"""Behind a real PgBouncer in transaction mode no answer comes from another clinic, and nothing is left behind."""

import json
import os
import subprocess
import sys

import pytest
from django.db import connections
from django.test import Client

from clinic.access import Role
from clinic.accounts.models import User
from clinic.staff import actions as staff
from clinic.tenancy.lifecycle import provisioning
from tests.committed import make_clinic
from tests.conftest import signed_in
from tests.pooler import SERVERS, database_url, pgbouncer
from tests.postgres import ROOT
from tests.sizes import times
from tests.visitor import cookie
from tests.world import Writer, make_user

THREADS = 16
REQUESTS = times(5000)
EMAIL = "both@pooled.test"
NAMES = ("Ash", "Birch", "Cedar", "Elm", "Fir", "Hazel", "Maple", "Oak")


@pytest.fixture(scope="module")
def clinics(django_db_setup, django_db_blocker):
    """Eight committed clinics of one patient each; somebody works in two of them."""
    with django_db_blocker.unblock():
        made = [make_clinic(name) for name in NAMES]
        user = make_user(EMAIL, "Bo Both")
        for clinic in made[:2]:
            staff.add_member(clinic=clinic, user=user, role=Role.CLINICIAN, by=Writer())
        yield made
        connections.close_all()
        User.objects.using("owner").filter(email=EMAIL).delete()
        for clinic in made:
            provisioning.drop_clinic(clinic)
        connections.close_all()


@pytest.fixture(scope="module")
def visitors(clinics):
    """A session in each of the first two clinics: its cookie and the name that its pages show."""
    found = []
    for clinic, name in zip(clinics[:2], NAMES, strict=False):
        client = signed_in(Client(), User.objects.using("owner").get(email=EMAIL))
        client.post("/accounts/switch/", {"clinic": str(clinic.pk)})
        found.append([cookie(client), f"{name} Patient"])
    connections.close_all()
    return found


def count(port, clinics, visitors, *, stock, requests):
    """What `tests.leaks` finds behind the PgBouncer on a port; the stock backend signs in as the schemas' owner."""
    url = database_url("DATABASE_OWNER_URL" if stock else "DATABASE_URL", port)
    rows = zip(clinics, NAMES, strict=True)
    task = {
        "stock": stock,
        "url": url,
        "servers": SERVERS,
        "threads": THREADS,
        "requests": requests,
        "clinics": [[str(clinic.pk), clinic.schema_name, f"{name} Patient"] for clinic, name in rows],
        "visitors": visitors,
        "every": 50,
    }
    settings = "tests.stock_settings" if stock else "clinic.settings"
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": settings, "LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "tests.leaks"]
    ran = subprocess.run(
        command, input=json.dumps(task), env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    sys.stdout.write(f"{'stock' if stock else 'ours'}, {THREADS} threads, {SERVERS} server connections: {found}\n")
    return found


def test_no_answer_comes_from_another_clinic_and_nothing_is_left_behind(clinics, visitors):
    with pgbouncer() as port:
        found = count(port, clinics, visitors, stock=False, requests=REQUESTS)
    assert (found["outcomes"], found["left"]) == ({"right": REQUESTS}, [])


def test_stock_backend_leaks_in_the_same_place(clinics):
    with pgbouncer() as port:
        found = count(port, clinics, [], stock=True, requests=1000)
    assert found["outcomes"]["wrong"] > 100
    assert found["left"] != []
