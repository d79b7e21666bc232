"""Demonstrations are of the clinic's today, in three zones and at the edges of a day."""

from datetime import date, datetime
from random import Random
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django_tenants.utils import quote_schema_name

from clinic.assessments.models import AnswerRequest, Assessment, Review
from clinic.assessments.schedules.actions import set_schedule
from clinic.demo import fill
from clinic.demo.bulk import PATIENT_COLUMNS, Clinicful
from clinic.demo.last_night import make_last_night
from clinic.instruments.catalogue import find
from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.lifecycle.provisioning import owner_connection
from clinic.tenancy.scope import clinic_scope
from tests.conftest import worlds
from tests.world import Writer, make_patient


@pytest.mark.clock("clinic/demo/last_night.py:make_last_night")
def test_what_happened_last_night_is_of_today(clock, riverside):
    with clinic_scope(riverside.clinic):
        Practitioner.objects.create(pk=uuid4(), display_name="Nia Fenn")
        patients = [make_patient(full_name=f"Ivo Marsh {number}", phone_number="+442079460001") for number in range(12)]
        for patient in patients:
            set_schedule(by=Writer(), patient=patient, definition=find("phq-9"), every_days=14)
        make_last_night(Random(1), riverside.clinic)  # noqa: S311
        assert set(Assessment.objects.values_list("date", flat=True)) == {clock.today}
        states = sorted(request.status for request in AnswerRequest.objects.all())
        assert states == ["answering", "done", "done", "done", "expired", "opened", "revoked", "sent", "sent"]
        assert Review.objects.waiting().count() == 4
        names = list(Patient.objects.values_list("full_name", flat=True))
        assert (len(names), len(set(names))) == (13, 12)
        assert Patient.objects.exclude(tags=None).exists()


@pytest.mark.clock("clinic/demo/fill.py:_prepared")
def test_filled_clinic_is_of_today(clock, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        with transaction.atomic(using="owner"), owner_connection().cursor() as cursor:
            schema = quote_schema_name(worlds.riverside.clinic.schema_name)
            cursor.execute(f"SET LOCAL search_path = {schema}, public")
            assert fill._prepared(worlds.riverside.clinic, cursor, 1, 1, 1).today == clock.today
            transaction.set_rollback(True, using="owner")
        owner_connection().close()


def test_filled_patients_are_registered_in_the_opening_hours_of_the_clinic():
    """In UTC they would be registered tomorrow, where it is Auckland's tomorrow already."""
    zone = ZoneInfo("Pacific/Auckland")
    rows = list(Clinicful(1, 50, 0, [UUID(int=1)], 1, set(), date(2027, 7, 1), zone).patients())
    moments = [datetime.fromisoformat(row.split("\t")[PATIENT_COLUMNS.index("created_at")]) for row in rows]
    assert {moment.astimezone(zone).hour for moment in moments} == set(range(8, 18))
    assert max(moment.astimezone(zone).date() for moment in moments) <= date(2027, 7, 1)
