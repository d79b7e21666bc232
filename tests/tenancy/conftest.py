"""What the tests of tenancy share: the owner's connection, committed clinics, later releases."""

import pytest
from django.db import connection, connections

from clinic.tenancy.fleet import survey as migrating
from clinic.tenancy.lifecycle import provisioning
from clinic.tenancy.models import Clinic, PreparedSchema
from clinic.tenancy.privileges import clinic_privileges
from tests.committed import make_clinic
from tests.world import drop_whole

UNDO = """
DROP TABLE IF EXISTS {0}.patients_visit;
ALTER TABLE {0}.patients_patient DROP COLUMN IF EXISTS nickname, DROP CONSTRAINT IF EXISTS patient_lucky,
    ALTER COLUMN version TYPE integer;
DELETE FROM {0}.django_migrations WHERE name LIKE 'p9%';
DELETE FROM {0}.patients_nameword WHERE word = 'nicknamed';
COMMENT ON SCHEMA {0} IS '{1}'
"""


@pytest.fixture
def owner(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        yield provisioning.owner_connection()
        connections.close_all()


@pytest.fixture
def make(owner):
    """Makes committed clinics, which are dropped afterwards."""
    made = []

    def make_one(name):
        made.append(provisioning.create_clinic(name=name))
        return made[-1]

    yield make_one
    for clinic in made:
        drop_whole(clinic)


@pytest.fixture
def no_prepared(owner):
    """There are no prepared schemas, and none are left."""
    drop_prepared()
    yield
    drop_prepared()


def drop_prepared():
    for row in PreparedSchema.objects.using("owner"):
        provisioning.drop_schema(row.schema_name)
        row.delete()


def forget_release():
    migrating.release.cache_clear()
    provisioning.fingerprint.cache_clear()


@pytest.fixture
def release(owner, settings):
    """A function that makes one of `tests.late` the release of the code; every clinic is taken back afterwards."""

    def use(name):
        settings.MIGRATION_MODULES = {"patients": f"tests.late.{name}"}
        if name in ("plain", "code"):
            clinic_privileges()["patients_visit"] = "SELECT, INSERT"
        forget_release()

    yield use
    settings.MIGRATION_MODULES = {}
    clinic_privileges().pop("patients_visit", None)
    forget_release()
    with owner.cursor() as cursor:
        for clinic in Clinic.objects.using("owner"):
            cursor.execute(UNDO.format(f'"{clinic.schema_name}"', provisioning.noted_grants(clinic_privileges())))
    Clinic.objects.using("owner").update(out_of_service=False)


@pytest.fixture(scope="module")
def pair(django_db_setup, django_db_blocker):
    """Two committed clinics, North and South, and no outer transaction; dropped after the module."""
    with django_db_blocker.unblock():
        clinics = make_clinic("North"), make_clinic("South")
        yield clinics
        connections.close_all()
        for clinic in clinics:
            provisioning.drop_clinic(clinic)
        connections.close_all()


@pytest.fixture
def north(pair):
    yield pair[0]
    connection.close()


@pytest.fixture
def south(pair):
    return pair[1]
