"""Filling a clinic: what it makes, that the same seed makes the same, and that a failure leaves nothing."""

import io
import re

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection

from clinic.assessments.models import Assessment
from clinic.audit.models import AuditEvent
from clinic.demo import fill
from clinic.demo.fill import fill_clinic
from clinic.patients.models import NameWord, Patient
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
