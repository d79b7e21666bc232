"""Models that were renamed: what is stored under their old names is read and written under these still."""

from datetime import date

import pytest
from django.apps import apps

from clinic.assessments.schedules.actions import set_schedule
from clinic.audit.models import AuditEvent
from clinic.instruments.files.toml import shipped
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer, make_patient

STORED = {"Schedule": "plan", "Alert": "riskalert", "CustomInstrument": "owninstrument"}


@pytest.mark.parametrize("name", STORED)
def test_renamed_model_keeps_its_table_and_its_name_in_the_trail(name):
    model = apps.get_model("assessments", name)
    assert (model._meta.db_table, model.trail_name) == (f"assessments_{STORED[name]}", STORED[name])


def test_no_other_model_is_called_otherwise_in_the_trail():
    named = {model.__name__ for model in apps.get_models() if getattr(model, "trail_name", "")}
    # Which are imports, reports and photos, to people.
    assert named == {*STORED, "ImportBatch", "KeptReport", "PatientPhoto"}


def test_trail_goes_on_calling_a_schedule_as_it_did(riverside):
    with clinic_scope(riverside.clinic):
        patient = make_patient(date_of_birth=date(1980, 1, 1))
        schedule = set_schedule(by=Writer(), patient=patient, definition=shipped()["phq-9", "1"], every_days=14)
        event = AuditEvent.objects.get(record_id=schedule.pk)
    assert (event.action, event.record_type) == ("plan.made", "plan")
