"""Each instrument's latest result of a patient follows from the assessments, whatever was done to them."""

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.assessments.models import Assessment, CustomInstrument
from clinic.assessments.questionnaire.actions import amend_assessment, cancel_assessment, start_assessment
from clinic.assessments.record.actions import archive_assessment, restore_assessment
from clinic.instruments.files.toml import newest, shipped
from clinic.patients.models import LatestResult, Patient, ScoredInstrument
from clinic.tenancy.scope import clinic_scope
from tests.sizes import times
from tests.world import Writer, make_assessment, make_patient

BY, START = Writer(), date(2026, 1, 1)
MIGRATION = import_module("clinic.assessments.migrations.0011_latest_results")
RANGES = {"phq-2": 6, "gad-2": 6, "gds-15": 15}
# Whole or with an item open, and then what is done to it.
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(sorted(RANGES)), st.integers(0, 3), st.integers(0, 6), st.booleans(),
        st.sampled_from(["", "amend", "archive", "restore", "cancel", "move"]),
    ),
    max_size=7,
)  # fmt: skip


@pytest.fixture
def patient(riverside):
    with clinic_scope(riverside.clinic):
        yield make_patient(date_of_birth=date(1950, 1, 1))


def answers(instrument: str, points: int, *, whole: bool = True) -> dict[str, int]:
    items = newest(shipped())[instrument].items[0 if whole else 1 :]
    choices = {item.code: sorted(item.answers) for item in items}
    return {code: found[min(points, len(found) - 1)] for code, found in choices.items()}


def done(patient, instrument, day, points, whole, deed) -> None:
    made = start_assessment(
        by=BY, definition=newest(shipped())[instrument], patient=patient, user=patient.user,
        date=START + timedelta(days=day), answers=answers(instrument, points, whole=whole), complete=deed != "cancel",
    ).assessment  # fmt: skip
    if deed == "amend":
        amend_assessment(by=BY, id=made.pk, reason="Misread", answers=answers(instrument, points + 1))
    if deed == "move":
        amend_assessment(by=BY, id=made.pk, reason="Wrong day", date=START - timedelta(days=day))
    if deed in ("archive", "restore"):
        archive_assessment(by=BY, id=made.pk)
    if deed == "restore":
        restore_assessment(by=BY, id=made.pk)
    if deed == "cancel":
        cancel_assessment(by=BY, id=made.pk, reason="Somebody else's", version=made.version)


def oracle(patient) -> dict[str, tuple]:
    """The latest results worked out row by row from all assessments."""
    found: dict[str, tuple] = {}
    rows = [
        row
        for row in Assessment.objects.filter(patient=patient)
        if row.score is not None and not row.archived_at and row.status in ("completed", "amended")
    ]
    for row in sorted(rows, key=lambda row: (row.date, row.completed_at, row.pk)):
        before = found.get(row.instrument)
        recent = [*(before[5] if before else []), round(float(row.score) / RANGES[row.instrument], 2)]
        change = row.score - before[0] if before else None
        found[row.instrument] = (row.score, row.band, row.severity, change, row.date, recent[-12:])
    return found


def kept(patient) -> dict[str, tuple]:
    return {
        row.instrument_id: (row.score, row.band, row.severity, row.change, row.assessed_on,
                            [round(share, 2) for share in row.recent_scores])
        for row in LatestResult.objects.filter(patient=patient)
    }  # fmt: skip


def worst(results: dict[str, tuple]) -> int | None:
    return max((each[2] for each in results.values() if each[2] is not None), default=None)


@settings(max_examples=times(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=DEEDS)
def test_latest_results_are_those_that_the_assessments_come_to(patient, deeds):
    with transaction.atomic():
        for deed in deeds:
            done(patient, *deed)
        expected = oracle(patient)
        patient.refresh_from_db()
        assert (kept(patient), patient.worst_severity) == (expected, worst(expected))
        transaction.set_rollback(True)


def test_newer_result_of_another_instrument_hides_nothing(patient):
    done(patient, "phq-2", 0, 3, True, "")
    done(patient, "gds-15", 3, 0, True, "")
    patient.refresh_from_db()
    assert [(row.instrument, row.severity) for row in patient.results] == [("phq-2", 2), ("gds-15", None)]
    assert (patient.worst_severity, patient.last_instrument, patient.last_severity) == (2, "gds-15", None)


def test_instrument_without_results_is_no_longer_a_patient_s(patient):
    done(patient, "phq-2", 0, 3, True, "archive")
    assert (kept(patient), list(ScoredInstrument.objects.values_list("title", flat=True))) == ({}, ["PHQ-2"])


def test_instrument_is_called_as_it_is_called_now(patient):
    ScoredInstrument.objects.create(id="phq-2", title="Its old title")
    done(patient, "phq-2", 0, 3, True, "")
    assert [row.title for row in patient.results] == ["PHQ-2"]


def upgraded() -> None:
    """What an upgrade does to a clinic whose results were those of the last instrument alone."""
    LatestResult.objects.all().delete()
    Patient.objects.update(worst_severity=None)
    with connection.cursor() as cursor:
        for sql in (MIGRATION.INSTRUMENTS, MIGRATION.RESULTS, MIGRATION.WITHOUT_ASSESSMENTS, MIGRATION.WORST):
            cursor.execute(sql)


@settings(max_examples=times(6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=DEEDS)
def test_upgrade_works_out_what_the_assessments_come_to(patient, deeds):
    with transaction.atomic():
        for deed in deeds:
            done(patient, *deed)
        upgraded()
        expected = oracle(patient)
        patient.refresh_from_db()
        assert (kept(patient), patient.worst_severity) == (expected, worst(expected))
        transaction.set_rollback(True)


def test_upgrade_names_instruments_and_knows_the_clinic_s_own(patient):
    rule = {"title": "Mood & more", "scoring": {"minimum": 2, "maximum": 10}}
    CustomInstrument.objects.create(instrument="own-mood", version=1, definition=rule, created_by_id="1")
    CustomInstrument.objects.create(
        instrument="own-mood", version=2, definition=rule | {"title": "Mood"}, created_by_id="1"
    )
    for instrument, version, score in (("own-mood", "1", 4), ("own-mood", "1", 8), ("gad-7", "2", 15)):
        make_assessment(
            patient, name=f"{instrument} {score}", instrument=instrument, instrument_version=version, score=score,
            questions=[], band="Some", severity=1, date=START + timedelta(days=score), completed_at=timezone.now(),
        )  # fmt: skip
    invented = make_patient(last_instrument="walk", last_score=3, last_assessed_on=START, recent_scores=[0.5])
    upgraded()
    titles = dict(ScoredInstrument.objects.values_list("pk", "title"))
    assert titles == {"own-mood": "Mood", "gad-7": "GAD-7", "walk": "walk"}
    days = [START + timedelta(days=days) for days in (8, 15)]
    assert kept(patient) == {
        "own-mood": (8, "Some", 1, 4, days[0], [0.25, 0.75]),
        "gad-7": (15, "Some", 1, None, days[1], [0.71]),
    }
    assert kept(invented) == {"walk": (3, "", None, None, START, [0.5])}
