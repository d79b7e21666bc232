"""Demonstrations are of the clinic's today, in three zones and at the edges of a day."""

from datetime import date, datetime
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django_tenants.utils import quote_schema_name

from clinic.assessments.models import Assessment, Schedule
from clinic.demo import actions, fill
from clinic.demo.bulk import PATIENT_COLUMNS, Clinicful
from clinic.patients.models import Patient
from clinic.tenancy.lifecycle.provisioning import owner_connection
from clinic.tenancy.scope import clinic_scope
from tests.conftest import worlds
from tests.world import make_patient


class Latest(Random):
    """Chooses the latest day there is, patients as young and sittings as few as they can be."""

    def randrange(self, *limits: int) -> int:
        return limits[0] if len(limits) > 1 else 0

    def triangular(self, *limits: float) -> float:
        return min(limits)


@pytest.mark.clock("clinic/demo/actions.py:register_patients")
def test_patients_of_the_demo_are_of_today(clock, riverside):
    with clinic_scope(riverside.clinic):
        actions.register_patients(Latest(1), 6)
        exact = Patient.objects.filter(date_of_birth_precision="exact")
        assert set(exact.values_list("date_of_birth", flat=True)) == {clock.day(-300)}
        assert set(Assessment.objects.values_list("date", flat=True)) == {clock.today}


@pytest.mark.clock("clinic/demo/actions.py:measure_patients")
def test_sittings_and_plans_of_the_demo_end_today(clock, riverside):
    with clinic_scope(riverside.clinic):
        made = [make_patient(date_of_birth=date(clock.today.year - 40, 6, 1)) for _ in range(2)]
        of_age, too_young = (make_patient(date_of_birth=years_ago(clock.day(days), 19)) for days in (0, 1))
        actions.measure_patients(Latest(1), 4)
        assessed = set(Assessment.objects.values_list("patient", flat=True))
        assert (assessed, too_young.pk in assessed) == ({made[0].pk, made[1].pk, of_age.pk}, False)
        assert set(Schedule.objects.values_list("starts_on", flat=True)) == {clock.today}
        assert Assessment.objects.latest("date").date == clock.day(-21)


def years_ago(day: date, years: int) -> date:
    return day.replace(year=day.year - years)


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
