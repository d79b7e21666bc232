"""Several databases, threads, generators and many rows: each in its own clinic or in none."""

import io
import threading

import pytest
from django.db import DatabaseError, connection, connections

from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import WrongClinic, clinic_scope
from tests.tenancy.test_transactions import NOT_THERE, names

# Two databases, threads, generators


def test_two_databases_are_in_two_clinics_at_once(north, south):
    with clinic_scope(north), clinic_scope(south, using="owner"):
        assert (names(), names("owner")) == (["North Patient"], ["South Patient"])


def test_record_of_one_database_is_refused_in_another_clinic_of_a_second(north, south):
    with clinic_scope(north), clinic_scope(south, using="owner"):
        patient = Patient.objects.get()
        with pytest.raises(WrongClinic):
            patient.save(using="owner")


def test_queryset_that_names_a_database_belongs_to_the_clinic_of_that_one(north, south):
    with clinic_scope(north), clinic_scope(south, using="owner"):
        rows = Patient.objects.using("owner")
    with clinic_scope(north, using="owner"), pytest.raises(WrongClinic):
        list(rows)


def test_record_is_checked_on_the_database_it_came_from(north, south):
    with clinic_scope(north, using="owner"):
        patient = Patient.objects.using("owner").get()
    with clinic_scope(north), clinic_scope(south, using="owner"):
        for use in (patient.refresh_from_db, patient.delete, patient.save):
            with pytest.raises(WrongClinic):
                use()


def test_thread_opens_a_clinic_of_its_own(north, south):
    seen = []

    def work():
        with clinic_scope(south):
            seen.append(names())
        connection.close()

    with clinic_scope(north):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        seen.append(names())
    assert seen == [["South Patient"], ["North Patient"]]


def test_connection_of_a_scope_is_refused_to_another_thread(north):
    seen = []

    def work(lent):
        try:
            with lent.cursor() as cursor:
                cursor.execute("SELECT full_name FROM patients_patient")
        except DatabaseError as error:
            seen.append(error)

    with clinic_scope(north):
        names()
        thread = threading.Thread(target=work, args=[connections["default"]])
        thread.start()
        thread.join()
    assert len(seen) == 1


def test_generator_that_keeps_a_scope_open_does_not_lend_it_to_another_clinic(north, south):
    def rows():
        with clinic_scope(north):
            yield from Patient.objects.iterator()

    kept = rows()
    next(kept)
    with pytest.raises(WrongClinic), clinic_scope(south):
        pass
    kept.close()
    with clinic_scope(south):
        assert names() == ["South Patient"]


def test_generator_over_a_closed_scope_finds_nothing(north):
    with clinic_scope(north):
        rows = (patient.full_name for patient in Patient.objects.iterator())
        raw = Patient.objects.raw("SELECT * FROM patients_patient")
    with NOT_THERE:
        list(rows)
    with NOT_THERE:
        list(raw)


def test_executemany_stays_in_the_clinic(north, south):
    with pytest.raises(ValueError, match="stop"), clinic_scope(north), connection.cursor() as cursor:
        cursor.executemany("UPDATE patients_patient SET full_name = %s", [["One"], ["Two"]])
        assert names() == ["Two"]
        raise ValueError("stop")
    with clinic_scope(south):
        assert names() == ["South Patient"]


def test_copy_into_a_table_stays_in_the_clinic(north, south):
    key = "7e57c0de-0000-4000-8000-000000000001"
    with clinic_scope(north), connection.cursor() as cursor:
        cursor.copy_expert("COPY staff_practitioner FROM STDIN", io.StringIO(f"{key}\tCopied\tt\n"))
    with clinic_scope(south):
        assert not Practitioner.objects.filter(pk=key).exists()
    with clinic_scope(north):
        assert Practitioner.objects.filter(pk=key).exists()
