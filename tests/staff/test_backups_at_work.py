"""Backups and restores while people work: one moment of a clinic, and nobody else waits."""

import json
import threading
from contextlib import closing
from zipfile import ZipFile

import psycopg2
import pytest
from django.db import connection, connections
from django.test import Client

from clinic.patients.models import Patient
from clinic.tenancy.backend.base import DatabaseWrapper
from clinic.tenancy.fleet.migration import LOCK, alone
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from tests.conftest import signed_in
from tests.patience import PATIENCE
from tests.postgres import ADMIN_DSN
from tests.side_by_side import holds_lock
from tests.staff.conftest import change, names
from tests.world import make_assessment, make_patient


def test_backup_is_one_moment_of_a_clinic_in_use(lake):
    """Each patient comes with an assessment, in one transaction: a backup never has one without the other."""
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            with clinic_scope(lake.clinic):
                make_assessment(make_patient())
        connection.close()

    people = threading.Thread(target=work)
    people.start()
    try:
        for _ in range(5):
            lake.backup()
            with ZipFile(lake.file) as archive:
                tables = json.loads(archive.read("clinic.json"))["tables"]
            assert tables["patients_patient"]["rows"] == tables["assessments_assessment"]["rows"] + 1
    finally:
        stop.set()
        people.join()
    assert tables["patients_patient"]["rows"] > 2
    lake.restore()
    assert len(names(lake.clinic)) == tables["patients_patient"]["rows"]


def test_restore_waits_for_nobody_and_what_is_written_meanwhile_is_in_the_bin(lake):
    lake.backup()
    change(lake.clinic)
    with closing(psycopg2.connect(ADMIN_DSN)) as writer, writer.cursor() as cursor:
        cursor.execute(f"UPDATE {lake.clinic.schema_name}.patients_patient SET address = 'Meanwhile'")
        lake.restore()
        writer.commit()
    page = signed_in(Client(), lake.world.clinician).get("/patients/").content.decode()
    assert ("Ben" in page, "Later" in page) == (True, False)
    binned = Clinic.objects.using("owner").get(name__startswith=f"{lake.clinic.name} (replaced,")
    with clinic_scope(binned, using="owner"):
        assert set(Patient.objects.using("owner").values_list("address", flat=True)) == {"Meanwhile"}


@pytest.mark.parametrize("shared", [True, False])
def test_lock_is_free_at_once_however_late_the_server_notices_that_its_holder_has_gone(lakeside, shared, monkeypatch):
    class Waits(Exception):
        pass

    def refuse() -> None:
        raise Waits

    holders: list[DatabaseWrapper] = []
    with monkeypatch.context() as late:
        late.setattr(DatabaseWrapper, "close", lambda self: holders.append(self))
        with alone(refuse, shared=shared):
            pass
    try:
        with alone(refuse):
            pass
    finally:
        for holder in holders:
            holder.close()
    assert len(holders) == 1


@holds_lock("tenancy.fleet.migration._locked")
def test_backup_and_restore_wait_for_a_run_that_brings_clinics_up_to_date(lake):
    lake.backup()
    with closing(psycopg2.connect(ADMIN_DSN)) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        said: list[str] = []
        both = threading.Thread(target=lambda: (said.extend((lake.backup(), lake.restore())), connections.close_all()))
        both.start()
        both.join(timeout=1)
        assert both.is_alive()
        other.rollback()
        cursor.execute("SELECT pg_advisory_unlock_all()")
        both.join(timeout=PATIENCE)
    assert said[0].startswith("Clinics are being brought up to date; waiting.")
