"""The normal end of a scale is no illness: nothing kept, listed, filtered or sent says so, after an upgrade too."""

from datetime import date
from importlib import import_module

import pytest
from django.db import connection

from clinic.assessments.models import Assessment
from clinic.assessments.questionnaire.actions import amend_assessment, start_assessment
from clinic.instruments.files.toml import newest, shipped
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer, make_patient

DAY, BY = date(2026, 3, 1), Writer()
MIGRATION = import_module("clinic.assessments.migrations.0010_no_severity")
NEWS2 = {"1": 15, "2": 1, "3": 98, "4": 0, "5": 120, "6": 70, "7": 0, "8": 37}
WELL = {
    "gcs": ({"E": 4, "V": 5, "M": 6}, 15, "Fully responsive"),
    "ciwa-ar": ({str(item): 0 for item in range(1, 11)}, 0, "No signs"),
    "news2": (NEWS2, 0, "Low"),
}
# One point from the normal end.
SLIGHTLY_ILL = {"gcs": ({"E": 4, "V": 4, "M": 6}, 14, "Mild"), "ciwa-ar": (WELL["ciwa-ar"][0] | {"1": 1}, 1, "Mild")}


@pytest.fixture
def patient(riverside):
    with clinic_scope(riverside.clinic):
        return make_patient(full_name="Wilma Well", family_name="Well", date_of_birth=date(1970, 1, 1))


def sit(patient, definition, answers):
    return start_assessment(
        by=BY, definition=definition, patient=patient, user=patient.user, date=DAY, answers=answers, complete=True
    ).assessment


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("id", sorted(WELL))
def test_healthy_total_has_no_severity_anywhere(id, version, patient, riverside, sign_in):
    answers, total, band = WELL[id]
    with clinic_scope(riverside.clinic):
        made = sit(patient, shipped()[id, "2"], answers)
        Assessment.objects.filter(pk=made.pk).update(instrument_version=version)
        amend_assessment(by=BY, id=made.pk, reason="Again", answers=answers)
        made.refresh_from_db()
        kept = Patient.objects.get(pk=patient.pk)
    assert (made.score, made.band, made.severity) == (total, band, None)
    assert (kept.last_score, kept.last_band, kept.last_severity) == (total, band, None)
    client = sign_in(riverside.clinician)
    assert client.get(f"/api/v1/assessments/{made.pk}/").json()["results"]["severity"] is None
    pages = [client.get(path).content.decode() for path in (f"/patients/{patient.pk}/course/", "/patients/?severity=1")]
    assert (f'<span class="band-mark band-mark-none">{band}</span>' in pages[0], "Wilma" in pages[1]) == (True, False)


@pytest.mark.parametrize("id", sorted(SLIGHTLY_ILL))
def test_total_beside_the_normal_end_is_found_as_mild(id, patient, riverside, sign_in):
    answers, total, band = SLIGHTLY_ILL[id]
    with clinic_scope(riverside.clinic):
        made = sit(patient, newest(shipped())[id], answers)
    assert (made.score, made.band, made.severity) == (total, band, 1)
    assert "Well, Wilma" in sign_in(riverside.clinician).get("/patients/?severity=1").content.decode()


def band_of(definition, low, high, sex):
    """The word and the severity of the only band in which a total from low to high lies, else nothing."""
    bands = [band for band in definition.bands if band.sex in ("", sex) and band.peak is None]
    found = [band for band in bands if band.low <= high and low <= band.high]
    return (found[0].word, found[0].severity) if len(found) == 1 else ("", None)


RANGES = [("gcs", 13, 14), ("gcs", 13, 15), ("gcs", 14, 15), ("ciwa-ar", 0, 7), ("ciwa-ar", 1, 7), ("ciwa-ar", 0, 9)]


def stored():
    """What an earlier release kept: every total of every instrument, and some that were open."""
    for definition in shipped().values():
        if definition.version == "1" and definition.bands:
            for sex in ("female", "male"):
                totals = range(int(definition.low), int(definition.high) + 1)
                yield from ((definition.id, total, total, sex) for total in totals)
    yield from ((*each, "female") for each in RANGES)


def earlier_row(patient, number, id, low, high, sex):
    """An assessment as an earlier release kept it: with the band and the severity of version 1."""
    word, severity = band_of(shipped()[id, "1"], low, high, sex)
    return Assessment(
        patient=patient, user=patient.user, name=f"Stored {number:03}", type="other", date=DAY, instrument=id,
        instrument_version="1", score_low=low, score_high=high, band=word, severity=severity, sex=sex,
        questions=[],
    )  # fmt: skip


def test_upgrade_says_of_every_stored_result_what_the_newest_version_says(patient, riverside):
    expected = [(id, low, high, *band_of(newest(shipped())[id], low, high, sex)) for id, low, high, sex in stored()]
    with clinic_scope(riverside.clinic):
        rows = [earlier_row(patient, number, *each) for number, each in enumerate(stored())]
        Assessment.objects.bulk_create(rows)
        with connection.cursor() as cursor:
            cursor.execute(MIGRATION.ASSESSMENTS)
        found = Assessment.objects.order_by("name").values_list(
            "instrument", "score_low", "score_high", "band", "severity"
        )
        assert list(found) == expected


def test_upgrade_says_the_same_of_what_patients_keep(patient, riverside):
    wrong = []
    with clinic_scope(riverside.clinic), connection.cursor() as cursor:
        row = Patient.objects.filter(pk=patient.pk)
        for id, low, high, sex in stored():
            if low != high:
                continue
            word, severity = band_of(shipped()[id, "1"], low, high, sex)
            row.update(last_instrument=id, last_score=low, last_band=word, last_severity=severity)
            cursor.execute(MIGRATION.PATIENTS)
            kept = row.values_list("last_band", "last_severity").get()
            if kept != band_of(newest(shipped())[id], low, high, sex):
                wrong.append((id, low, sex, kept))
    assert wrong == []
