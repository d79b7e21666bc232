"""Filling a clinic: what it makes, that the same seed makes the same, and that a failure leaves nothing."""

import io
import re

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from clinic.assessments.models import (
    Assessment,
    AssessmentStatus,
    ContactKind,
    ContactNote,
    Course,
    Episode,
    Review,
    Schedule,
)
from clinic.assessments.models.alerts import Alert
from clinic.assessments.questionnaire.actions import result_of
from clinic.assessments.record.courses import differences
from clinic.assessments.record.latest_results import keep_latest_results
from clinic.audit.models import AuditEvent
from clinic.demo import fill
from clinic.demo.fill import fill_clinic
from clinic.instruments.catalogue import find_version
from clinic.patients.models import LatestResult, NameWord, Patient
from clinic.tenancy.scope import clinic_scope
from tests.filled import searched
from tests.world import Writer, own_clinic

ROWS = """
SELECT md5(string_agg(p::text, '' ORDER BY id)), count(*) FROM (
    SELECT id, full_name, family_name, gender, date_of_birth, phone_number, record_number, address, archived_at IS NULL,
        last_score, last_severity, recent_scores FROM patients_patient
) p
"""
DEFINITIONS = """
SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() UNION ALL
SELECT conname || pg_get_constraintdef(oid) || convalidated FROM pg_constraint
WHERE connamespace = current_schema()::regnamespace ORDER BY 1
"""


def asked(world, sql: str) -> list[tuple]:
    with clinic_scope(world.clinic), connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def definitions(world) -> list[str]:
    """Indexes and constraints; where PostgreSQL writes a cast of a list is its own affair."""
    return sorted(re.sub(r"::(text|character varying)(\[\])?|[()]", "", text) for (text,) in asked(world, DEFINITIONS))


def filled(world, seed: int = 3, patients: int = 300) -> None:
    fill_clinic(clinic=world.clinic, patients=patients, assessments=patients * 2, seed=seed, by=Writer())


def test_fill_makes_what_it_was_asked_for(lakeside):
    before = definitions(lakeside)
    filled(lakeside)
    with clinic_scope(lakeside.clinic):
        assert (Patient.objects.count(), Assessment.objects.count()) == (300, 600)
        event = AuditEvent.objects.get(action="clinic.filled")
        assert (event.actor_name, event.changes) == ("Test", {"patients": 300, "assessments": 600, "seed": 3})
        patient = Patient.objects.filter(last_score__isnull=False, last_change__isnull=False).first()
        last = Assessment.objects.filter(patient=patient).order_by("-date").first()
        assert (patient.last_assessed_on, patient.last_score) == (last.date, last.score)
        assert NameWord.objects.filter(word=patient.filed_as.split()[0]).exists()
        assert searched(patient.full_name, Patient.objects.all()).first(25).records
    assert definitions(lakeside) == before


KEPT = ("last_instrument", "last_score", "last_band", "last_severity", "last_change", "last_assessed_on", "next_due_on",
        "open_alerts", "worst_severity")  # fmt: skip
RESULTS = ("instrument", "score", "band", "severity", "change", "assessed_on", "recent_scores")


def kept_of(patient) -> list:
    """What is kept of a patient's results and schedules."""
    found = [list(Patient.objects.filter(pk=patient).values_list(*KEPT))]
    found.append(list(LatestResult.objects.filter(patient=patient).order_by("instrument").values_list(*RESULTS)))
    due = Schedule.objects.filter(patient=patient).values_list("last_done_on", "next_due_on", "unscored_on")
    return [*found, list(due)]


def test_what_is_kept_of_results_is_what_the_assessments_say(lakeside):
    filled(lakeside, patients=2000)
    with clinic_scope(lakeside.clinic):
        unscored = list(Schedule.objects.exclude(unscored_on=None).values_list("patient", flat=True))
        assert unscored
        patients = [*Patient.objects.order_by("record_number").values_list("pk", flat=True)[:400], *unscored]
        before = [kept_of(patient) for patient in patients]
        for patient in patients:
            keep_latest_results(patient, by=Writer())
        assert [kept_of(patient) for patient in patients] == before


def test_filled_questionnaires_are_scored_as_any_and_their_courses_kept(lakeside):
    filled(lakeside, patients=400)
    with clinic_scope(lakeside.clinic):
        assert (differences(), Course.objects.exists()) == ([], True)
        rows = list(Assessment.objects.exclude(instrument="").select_related("patient"))
        assert len(rows) > 300
        for row in rows:
            result, alerts = result_of(row), Alert.objects.filter(assessment=row)
            assert (result.total, result.answered, result.low) == (row.score, row.answered, row.score_low)
            assert sorted(alerts.values_list("rule", flat=True)) == sorted(rule.code for rule in result.alerts)
            assert not find_version(row.instrument, row.instrument_version).refusal(sex=row.sex, age=row.age)


def test_filled_clinic_has_something_of_everything(lakeside):
    filled(lakeside, patients=900)
    with clinic_scope(lakeside.clinic):
        assert set(Patient.objects.values_list("status", flat=True)) == {"active", "discharged", "deceased"}
        assert set(Assessment.objects.values_list("status", flat=True)) == set(AssessmentStatus) - {"amended"}
        assert set(Patient.objects.values_list("worst_severity", flat=True)) == {None, 0, 1, 2, 3, 4}
        assert [Alert.objects.open().exists(), Review.objects.waiting().exists()] == [True, True]
        assert Schedule.objects.filter(next_due_on__lt=timezone.localdate()).exists()
        assert Patient.objects.filter(open_alerts__gt=0, next_due_on__isnull=False).exists()
        assert set(ContactNote.objects.values_list("kind", flat=True)) == set(ContactKind)
        assert not ContactNote.objects.filter(date__gt=timezone.localdate()).exists()
        assert set(Episode.objects.values_list("end_reason", flat=True)) == {
            "",
            "completed",
            "dropped_out",
            "referred_on",
        }


def test_same_seed_makes_the_same_patients(lakeside, django_db_blocker):
    with django_db_blocker.unblock(), own_clinic("Seaside") as other, own_clinic("Hillock") as third:
        for world, seed in ((lakeside, 3), (other, 3), (third, 4)):
            filled(world, seed)
        made = [asked(world, ROWS)[0] for world in (lakeside, other, third)]
    assert (made[0] == made[1], made[0] == made[2]) == (True, False)


def test_clinic_with_patients_is_filled_further(lakeside):
    filled(lakeside, 3)
    filled(lakeside, 4)
    with clinic_scope(lakeside.clinic):
        assert Patient.objects.count() == 600


def test_same_seed_again_is_refused_and_changes_nothing(lakeside):
    filled(lakeside)
    before = asked(lakeside, ROWS)
    with pytest.raises(ValidationError):
        filled(lakeside)
    assert asked(lakeside, ROWS) == before


def test_failure_half_way_leaves_the_clinic_as_it_was(lakeside, monkeypatch):
    definitions = asked(lakeside, DEFINITIONS)
    monkeypatch.setattr(fill, "note_every_word", lambda cursor, names: cursor.execute("SELECT 1 / 0"))
    with pytest.raises(Exception, match="division by zero"):
        filled(lakeside)
    assert (asked(lakeside, ROWS)[0][1], asked(lakeside, DEFINITIONS)) == (0, definitions)


def test_command_shows_how_far_it_is(lakeside):
    said = io.StringIO()
    call_command("fill", lakeside.clinic.name, "--patients", "50", "--assessments", "60", "--seed", "9", stdout=said)
    shown = said.getvalue()
    assert re.search(r"Patients 100 %\n.*Assessments 100 %\n", shown, re.S)
    assert re.search(r": 50 patients and 60 assessments in \d+ s\.\n$", shown)


@pytest.mark.parametrize(
    "wrong", [["--patients", "0"], ["--assessments", "-1"], ["--patients", "1", "--assessments", "999"]]
)
def test_command_refuses_what_cannot_be(lakeside, wrong):
    with pytest.raises(CommandError):
        call_command("fill", lakeside.clinic.name, *wrong, stdout=io.StringIO())


def test_command_needs_a_clinic(lakeside):
    with pytest.raises(CommandError, match="no clinic called"):
        call_command("fill", "Nowhere", stdout=io.StringIO())
