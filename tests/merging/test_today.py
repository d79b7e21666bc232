"""The day on which a schedule ends with a merge."""

import pytest

from clinic.assessments.models import Schedule
from clinic.assessments.schedules.actions import set_schedule
from clinic.instruments.catalogue import find
from clinic.tenancy.scope import clinic_scope
from tests.merging.records import BY, merge
from tests.world import make_patient


@pytest.mark.clock("clinic/merging/taken.py:settle")
def test_schedule_that_a_merge_ends_ends_today(clock, riverside):
    with clinic_scope(riverside.clinic):
        patients = [make_patient(), make_patient()]
        for patient in patients:
            set_schedule(by=BY, patient=patient, definition=find("phq-9"), every_days=14)
        merge(*patients)
        assert Schedule.objects.exclude(ended_on=None).get().ended_on == clock.today
