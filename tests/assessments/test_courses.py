"""Kept courses follow from the assessments and episodes, whatever was done to them, and a command says where not."""

from contextlib import suppress
from datetime import timedelta
from importlib import import_module
from io import StringIO
from itertools import groupby

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.assessments.episodes.actions import EpisodeRefused, correct_episode, end_episode, start_episode
from clinic.assessments.models import Assessment, AssessmentStatus, Course, Episode
from clinic.assessments.questionnaire.actions import amend_assessment, cancel_assessment, start_assessment
from clinic.assessments.questionnaire.reopening import reopen_assessment
from clinic.assessments.record import latest_results
from clinic.assessments.record.actions import archive_assessment, restore_assessment
from clinic.assessments.record.courses import differences, rebuild_courses
from clinic.assessments.record.refusals import NotOpen
from clinic.binning.actions import bin_patient, put_back_patient
from clinic.instruments.catalogue import find
from clinic.patients.models import BinnedPatient, MergedPatient, Patient
from clinic.tenancy.scope import clinic_scope
from tests.merging.records import BY, merge, unmerge
from tests.sizes import times
from tests.world import ahead, make_patient

MIGRATION = import_module("clinic.assessments.migrations.0028_courses")
ITEMS = {"phq-9": 9, "gad-7": 7}
KINDS = (
    "give", "give", "incomplete", "draft", "amend", "move", "archive", "restore", "reopen", "start", "end", "correct",
    "merge", "unmerge", "bin", "unbin",
)  # fmt: skip
DEEDS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 40), st.integers(0, 3)), min_size=4, max_size=14)


def filled(instrument, points, count=None):
    return {str(code): points for code in range(1, (ITEMS[instrument] if count is None else count) + 1)}


def give(patient, days, points, *, instrument="phq-9", complete=True, count=None):
    about = {"patient": patient, "user": patient.user, "date": ahead(-60 + days)}
    answers = filled(instrument, points, count)
    return start_assessment(by=BY, definition=find(instrument), answers=answers, complete=complete, **about).assessment


def picked(rows, at):
    found = list(rows.order_by("pk"))
    return found[at % len(found)] if found else None


def do(kind: str, at: int, points: int) -> None:
    """One deed to one of the records that there are; what cannot be done is not."""
    patient = picked(Patient.objects.all(), at)
    if kind in ("give", "incomplete", "draft") and patient is not None:
        give(patient, at, points, instrument=sorted(ITEMS)[points % 2], complete=kind != "draft",
             count=3 if kind == "incomplete" else None)  # fmt: skip
    elif kind in ("start", "end", "correct"):
        with suppress(EpisodeRefused):
            do_to_episode(kind, patient, at, points)
    elif kind in ("merge", "unmerge", "bin", "unbin"):
        do_to_patient(kind, patient, at)
    elif kind in ("amend", "move", "archive", "restore", "reopen"):
        with suppress(NotOpen):
            do_to_assessment(kind, at, points)


def do_to_assessment(kind: str, at: int, points: int) -> None:
    row = picked(Assessment.objects.exclude(status=AssessmentStatus.CANCELLED), at)
    if row is None:
        return
    if kind == "amend":
        amend_assessment(by=BY, id=row.pk, reason="Misread", answers=filled(row.instrument, points))
    elif kind == "move":
        amend_assessment(by=BY, id=row.pk, reason="Another day", date=ahead(-60 + points * 10))
    elif kind == "archive":
        archive_assessment(by=BY, id=row.pk)
    elif kind == "restore":
        restore_assessment(by=BY, id=row.pk)
    elif row.made:
        reopen_assessment(by=BY, id=row.pk, version=row.version, reason="Not done")
    else:
        cancel_assessment(by=BY, id=row.pk, version=row.version, reason="Somebody else's")


def do_to_episode(kind: str, patient: Patient | None, at: int, points: int) -> None:
    episode = picked(Episode.objects.all(), at)
    if kind == "start" and patient is not None:
        start_episode(by=BY, patient=patient, started_on=ahead(-60 + at))
    elif kind == "end" and episode is not None and episode.ended_on is None:
        ended = min(episode.started_on + timedelta(days=points * 5), ahead(0))
        end_episode(by=BY, id=episode.pk, version=episode.version, ended_on=ended, end_reason="completed")
    elif kind == "correct" and episode is not None:
        correct_episode(
            by=BY, id=episode.pk, version=episode.version, reason="Wrong day",
            started_on=episode.started_on - timedelta(days=points * 3), ended_on=episode.ended_on,
            end_reason=episode.end_reason, end_words=episode.end_words,
        )  # fmt: skip


def do_to_patient(kind: str, patient: Patient | None, at: int) -> None:
    if kind == "merge" and Patient.objects.count() > 1:
        survivor, other = Patient.objects.order_by("pk")[:2]
        merge(survivor, other)
    elif kind == "unmerge" and (gone := MergedPatient.objects.filter(into__in=Patient.objects.all()).first()):
        unmerge(gone.pk, gone.into_id)
    elif kind == "bin" and patient is not None:
        bin_patient(by=BY, id=patient.pk, version=patient.version, reason="A test")
    elif kind == "unbin" and (binned := BinnedPatient.objects.first()) is not None:
        put_back_patient(by=BY, id=binned.pk)


def oracle():
    """The courses by patient, instrument and episode, row by row from all assessments."""
    episodes = list(Episode.objects.all())
    counted = [
        (row.patient_id, row.instrument, placed(row, episodes), row.date, row.completed_at, row.pk, row.score)
        for row in Assessment.objects.all()
        if row.instrument and row.score is not None and not row.archived_at and row.status in ("completed", "amended")
    ]
    ordered = sorted(counted, key=lambda each: (str(each[0]), each[1], str(each[2]), *each[3:6]))
    return {
        key: [(day, score) for _, _, _, day, _, _, score in rows] for key, rows in groupby(ordered, lambda r: r[:3])
    }


def placed(row, episodes):
    own = [each for each in episodes if each.patient_id == row.patient_id]
    in_it = (
        each.pk for each in own if each.started_on <= row.date and (not each.ended_on or row.date <= each.ended_on)
    )
    return next(in_it, "outside" if own else None)


def kept():
    return {
        (row.patient_id, row.instrument, "outside" if row.is_outside else row.episode_id): list(
            zip(row.days, row.totals, strict=True)
        )
        for row in Course.objects.all()
    }


@pytest.fixture
def three_patients(riverside):
    with clinic_scope(riverside.clinic):
        yield [make_patient(full_name=f"Course {number}") for number in range(3)]


@settings(max_examples=times(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=DEEDS)
def test_courses_are_those_that_the_assessments_come_to_after_every_deed(three_patients, deeds):
    with transaction.atomic():
        for deed in deeds:
            do(*deed)
            assert (kept(), differences()) == (oracle(), [])
        transaction.set_rollback(True)


def test_walk_without_its_call_is_found(three_patients, monkeypatch):
    """The negative control: nothing keeps courses when latest results are kept."""
    monkeypatch.setattr(latest_results, "keep_courses", lambda patients: None)
    do("give", 1, 2)
    assert (kept(), [each.is_kept for each in differences()]) == ({}, [False])


def test_record_that_an_older_release_put_into_the_bin_comes_back_with_its_courses(three_patients):
    patient = Patient.objects.order_by("pk").first()
    give(patient, 1, 2)
    Course.objects.all().delete()
    do("bin", 0, 0)
    put_back_patient(by=BY, id=patient.pk)
    assert (kept(), len(oracle())) == (oracle(), 1)


def test_what_is_right_already_is_not_written_again(three_patients):
    patient = Patient.objects.order_by("pk").first()
    give(patient, 1, 2)
    before = Course.objects.get().pk
    give(patient, 2, 2, instrument="gad-7")
    with connection.cursor() as cursor:
        rebuild_courses(cursor)
    assert Course.objects.get(instrument="phq-9").pk == before


@settings(max_examples=times(6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=DEEDS)
def test_upgrade_works_out_what_the_assessments_come_to(three_patients, deeds):
    with transaction.atomic():
        for deed in deeds:
            do(*deed)
        Course.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(MIGRATION.FILL)
        assert kept() == oracle()
        transaction.set_rollback(True)


def test_command_says_what_differs_and_mends_it(lakeside):
    name = lakeside.clinic.name
    with clinic_scope(lakeside.clinic):
        patient = make_patient()
        give(patient, 1, 2)
        give(patient, 5, 1, instrument="gad-7")
        Course.objects.filter(instrument="phq-9").delete()
    said = StringIO()
    with pytest.raises(CommandError, match="1 rows differ"):
        call_command("courses", name, stderr=said)
    assert said.getvalue() == f"{name}: phq-9 of {patient.pk} should be kept and is not.\n"
    call_command("courses", name, "--rebuild", stdout=StringIO(), stderr=StringIO())
    told = StringIO()
    call_command("courses", name, stdout=told)
    assert told.getvalue() == f"{name}: 0 rows of courses differ.\n"


def test_command_wants_a_clinic_that_there_is(lakeside):
    with pytest.raises(CommandError):
        call_command("courses", "Nowhere")
