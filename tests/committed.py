"""Committed clinics for what an outer transaction would hide: the start, the end and the loss of a transaction."""

from contextlib import closing
from uuid import UUID, uuid4

import psycopg2

from clinic.staff.models import Practitioner
from clinic.tenancy.lifecycle import provisioning
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from tests.postgres import ADMIN_DSN
from tests.world import make_patient

# A practitioner who works in both clinics of a pair, so has the same key in both.
SHARED_KEY = UUID("5eed0000-0000-4000-8000-000000000001")


def administer(sql: str, *parameters: object) -> list[tuple]:
    """Run a statement as the server's administrator, on a connection of its own; its rows, if it has any."""
    with closing(psycopg2.connect(ADMIN_DSN)) as admin, admin.cursor() as cursor:
        admin.autocommit = True
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def make_clinic(title: str) -> Clinic:
    """A committed clinic called `title and a key` with one practitioner and the patient `title Patient`."""
    clinic = provisioning.create_clinic(name=f"{title} {uuid4().hex[:6]}")
    with clinic_scope(clinic):
        Practitioner.objects.create(pk=SHARED_KEY, display_name=f"{title} Practitioner")
        make_patient(full_name=f"{title} Patient")
    return clinic
