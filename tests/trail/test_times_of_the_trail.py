"""The trail by the clock of the clinic: what it says, what is unusual at night, and what should be sealed by now."""

from datetime import timedelta
from uuid import uuid4

import pytest

from clinic.audit.actions import record
from clinic.audit.models import AuditEvent
from clinic.audit.seals import seal_trail
from clinic.audit.verification import verify_trail
from clinic.tenancy.scope import clinic_scope
from clinic.trail.unusual import EVENING, MANY, MORNING, NIGHTLY, unusual_readings
from tests.clock import in_one_zone
from tests.committed import administer
from tests.world import Writer, make_patient

DAY = "%-d %b %Y, %H:%M:%S"


@pytest.mark.clock("clinic/trail/tables.py:MomentColumn.cells", "clinic/trail/tables.py:MomentColumn.plain")
def test_trail_is_in_the_clinics_time(clock, riverside, sign_in):
    auditor = sign_in(riverside.auditor)
    auditor.get("/patients/")
    page = auditor.get("/clinic/trail/?kind=reading").content.decode()
    file = b"".join(auditor.get("/clinic/trail/?_export=csv&kind=reading").streaming_content).decode()
    assert f"{clock.local:{DAY}}" in page
    assert f"{clock.local:%Y-%m-%dT%H:%M:%S}" in file


def read(riverside, patients, at, who):
    with clinic_scope(riverside.clinic):
        AuditEvent.objects.bulk_create(
            AuditEvent(
                at=at, actor_id=str(who.pk), actor_name=who.name, action="patient.viewed", is_reading=True,
                record_type="patient", record_id=patient, patient_id=patient,
            )
            for patient in patients
        )  # fmt: skip
        return [(reading.day, reading.who, reading.why) for reading in unusual_readings(riverside.clinic)]


@pytest.mark.clock("clinic/trail/unusual.py:unusual_readings")
@pytest.mark.parametrize(("count", "said"), [(MANY - 1, 0), (MANY, 1)])
def test_many_records_in_one_day_are_unusual(clock, riverside, count, said):
    noon = clock.local.replace(hour=12, minute=0)
    found = read(riverside, [uuid4() for _ in range(count)], noon, riverside.clinician)
    assert found == [(clock.today, riverside.clinician.name, f"Opened {MANY} records in one day.")] * said


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [(EVENING - 1, 59, 0), (EVENING, 0, 1), (MORNING - 1, 59, 1), (MORNING, 0, 0)],
)
def test_night_is_the_clinics(clock, riverside, hour, minute, said):
    at = clock.local.replace(hour=hour, minute=minute) - timedelta(days=1)
    found = read(riverside, [uuid4() for _ in range(NIGHTLY)], at, riverside.clinician)
    why = f"Opened {NIGHTLY} records between {EVENING}:00 and {MORNING}:00."
    assert found == [(clock.day(-1), riverside.clinician.name, why)] * said


@in_one_zone
@pytest.mark.parametrize(("days", "said"), [(29, 1), (31, 0)])
@pytest.mark.parametrize(("family", "same"), [("Clinician", 1), ("CLINICIAN", 1), ("Clinicians", 0)])
def test_own_family_name_is_unusual_for_thirty_days(clock, riverside, days, said, family, same):
    with clinic_scope(riverside.clinic):
        patient = make_patient(full_name=f"Carl {family}", family_name=family)
    at = clock.moment.replace(hour=12) - timedelta(days=days)
    found = read(riverside, [patient.pk], at, riverside.clinician)
    assert [why for _, _, why in found] == ["Has the family name of who they read about."] * (said * same)


@in_one_zone
@pytest.mark.clock("clinic/audit/verification.py:verify_trail")
@pytest.mark.parametrize(("minutes", "late"), [(59, 0), (61, 1)])
def test_event_that_nobody_seals_is_told_after_an_hour(clock, lakeside, settings, tmp_path, minutes, late):
    settings.TRAIL_HEADS = tmp_path
    with clinic_scope(lakeside.clinic):
        seal_trail()  # what there is of the making of the clinic
    with clinic_scope(lakeside.clinic):
        record("patient.changed", make_patient(), by=Writer())
    clock.move(minutes=minutes)
    with clinic_scope(lakeside.clinic):
        found = list(verify_trail(lakeside.clinic.pk))
    said = "1 events older than an hour are not sealed: the worker has not run, or they were added."
    assert found == [said] * late


@pytest.mark.clock("clinic/audit/verification.py:_moment")
def test_fault_is_told_in_the_clinics_time(clock, lakeside, settings, tmp_path):
    settings.TRAIL_HEADS = tmp_path
    with clinic_scope(lakeside.clinic):
        event = record("patient.changed", make_patient(), by=Writer())
    with clinic_scope(lakeside.clinic):
        seal_trail()
    administer(f"UPDATE {lakeside.clinic.schema_name}.audit_auditevent SET actor_name = 'x' WHERE id = %s", event.pk)
    with clinic_scope(lakeside.clinic):
        found = list(verify_trail(lakeside.clinic.pk))
    assert [f"{clock.local:%Y-%m-%d %H:%M} was changed" in fault for fault in found] == [True]


@pytest.mark.clock("clinic/trail/tables.py:DayFilter.filter")
@pytest.mark.parametrize(
    ("query", "said"),
    [("since={0}&until={0}", [0, 86399]), ("since={0}", [0, 86399, 86400]), ("until={0}", [-1, 0, 86399])],
)
def test_days_are_the_clinics(clock, riverside, sign_in, query, said):
    begins = clock.local.replace(hour=0, minute=0, second=0, microsecond=0)
    auditor = sign_in(riverside.auditor)
    for seconds in (-1, 0, 86399, 86400):
        read(riverside, [uuid4()], begins + timedelta(seconds=seconds), riverside.front_desk)
    address = f"/clinic/trail/?who={riverside.front_desk.pk}&{query.format(clock.today.isoformat())}"
    page = auditor.get(address).content.decode()
    shown = [f"{begins + timedelta(seconds=seconds):{DAY}}" in page for seconds in (-1, 0, 86399, 86400)]
    assert shown == [seconds in said for seconds in (-1, 0, 86399, 86400)]
