"""A file of completed questionnaires by the pages, from sending it to taking it back."""

from datetime import date

from clinic.assessments.models import Alert, Assessment, Course
from clinic.assessments.questionnaire.actions import amend_assessment
from clinic.audit.models import AuditEvent
from clinic.imports.models import Stage
from clinic.patients.models import Patient, with_latest_results
from clinic.tenancy.scope import clinic_scope
from tests.imports.assessments.sending import ANSWERS, HEAD, ONES, PATH, checked, recorded, taken_back, written
from tests.imports.sending import faults
from tests.world import Writer, ahead

BROUGHT = [
    ("AB-1", "2026-03-01", "9", "Mild"),
    ("AB-2", "2026-03-02", "3", "Minimal"),
    ("AB-1", "2026-03-15", "27", "Severe"),
]


def latest(world, number):
    with clinic_scope(world.clinic):
        patient = with_latest_results(Patient.objects.all()).get(record_number=number)
        return patient.last_instrument, patient.last_score, patient.last_band, patient.last_change


def test_file_is_brought_in(riverside, owner, people):
    batch = checked(owner, riverside, ANSWERS)
    assert faults(riverside, batch) == []
    assert (batch.stage, batch.rows, batch.good, recorded(riverside)) == (Stage.CHECKED, 3, 3, [])
    page = owner.get(f"{PATH}{batch.pk}/").content.decode()
    shown = ("AB-2", people[0].display_name, "PHQ-9", "15 March 2026", "Severe", "Bring in 3 assessments")
    assert [text in page for text in shown] == [True] * len(shown)
    after = written(owner, riverside, batch)
    assert (after.stage, after.created, recorded(riverside)) == (Stage.WRITTEN, 3, BROUGHT)


def test_what_follows_from_an_assessment_follows_from_one_of_a_file(riverside, owner, people):
    written(owner, riverside, checked(owner, riverside, ANSWERS))
    assert latest(riverside, "AB-1") == ("phq-9", 27, "Severe", 18)
    with clinic_scope(riverside.clinic):
        row = Assessment.objects.get(date=date(2026, 3, 1))
        events = AuditEvent.objects.filter(action="assessment.created", record_id=row.pk)
        courses = Course.objects.filter(patient=people[0]).count()
        about = (row.name, row.status, row.instrument, row.instrument_version, row.user_id, row.answers["1"])
        assert [event.patient_id for event in events] == [people[0].pk]
    assert (about, courses) == (("PHQ-9 · 1 Mar 2026", "completed", "phq-9", "2", people[0].user_id, 1), 1)


def test_same_file_twice_adds_nothing(riverside, owner, people):
    written(owner, riverside, checked(owner, riverside, ANSWERS))
    again = checked(owner, riverside, ANSWERS)
    assert (again.good, again.here, again.faulty) == (0, 3, 0)
    page = owner.get(f"{PATH}{again.pk}/").content.decode()
    assert "Already here: PHQ-9 · 1 Mar 2026 of AB-1." in page


def test_other_answers_of_the_same_day_are_an_error(riverside, owner, people):
    written(owner, riverside, checked(owner, riverside, HEAD + ONES))
    others = checked(owner, riverside, HEAD + ONES.replace("1,1,1,9", "1,1,2,10"))
    said = "PHQ-9 of 1 March 2026 is here with other answers: PHQ-9 · 1 Mar 2026 of AB-1."
    assert (faults(riverside, others), others.here) == ([(2, "Date given", said)], 0)


def test_rows_of_one_file_are_compared_with_each_other(riverside, owner, people):
    rows = HEAD + ONES * 2 + ONES.replace("1,1,1,9", "1,1,2,10")
    batch = checked(owner, riverside, rows)
    said = "Row 2 has this questionnaire of the same day, with other answers."
    assert (batch.good, batch.here, faults(riverside, batch)) == (1, 1, [(4, "Date given", said)])
    assert faults(riverside, batch, is_here=True) == [(3, "", "The same as row 2.")]


def test_file_that_was_brought_in_is_taken_back(riverside, owner, people):
    batch = written(owner, riverside, checked(owner, riverside, ANSWERS))
    with clinic_scope(riverside.clinic):
        row = Assessment.objects.get(date=date(2026, 3, 1))
        amend_assessment(by=Writer(), id=row.pk, reason="Misread", answers={"1": 2})
    after = taken_back(owner, riverside, batch)
    assert (after.stage, after.removed) == (Stage.UNDONE, 2)
    assert recorded(riverside) == [("AB-1", "2026-03-01", "10", "Moderate")]
    assert (latest(riverside, "AB-1"), latest(riverside, "AB-2")[0]) == (("phq-9", 10, "Moderate", None), "")
    page = owner.get(f"{PATH}{batch.pk}/").content.decode()
    assert ("2 of 3 assessments were taken back" in page, f"/assessments/{row.pk}/" in page) == (True, True)
    with clinic_scope(riverside.clinic):
        removed = AuditEvent.objects.filter(action="assessment.removed").values_list("patient_id", flat=True)
        assert sorted(removed) == sorted(person.pk for person in people[:2])


def test_file_of_today_that_is_taken_back_takes_its_open_alerts_along(riverside, owner, people):
    with clinic_scope(riverside.clinic):
        today = ahead(0).isoformat()
    rows = HEAD + ONES.replace("2026-03-01", today) + ONES.replace("2026-03-01", today).replace("AB-1", "AB-2")
    batch = written(owner, riverside, checked(owner, riverside, rows))
    with clinic_scope(riverside.clinic):
        assert Alert.objects.count() == 2
        Alert.objects.filter(patient=people[0]).update(
            acknowledged_at=batch.written_at, acknowledged_by_id="x", acknowledged_by_name="X", note="Called."
        )
    assert taken_back(owner, riverside, batch).removed == 1
    with clinic_scope(riverside.clinic):
        assert list(Alert.objects.values_list("patient__record_number", flat=True)) == ["AB-1"]
