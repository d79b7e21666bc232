"""An instrument with a cut-off and no bands: the word of the screen stands beside the score, after an upgrade too."""

from datetime import date
from importlib import import_module

import pytest
from django.db import connection

from clinic.assessments.models import Assessment
from clinic.assessments.questionnaire.actions import start_assessment
from clinic.assessments.record.latest_results import keep_latest_results
from clinic.instruments import actions as instrument_actions
from clinic.instruments.catalogue import newest_of
from clinic.instruments.files.toml import newest, shipped
from clinic.instruments.scoring import score
from clinic.patients.models import LatestResult, Patient
from clinic.tenancy.scope import clinic_scope
from tests.instruments.questionnaires import asked, imported
from tests.world import Writer, make_patient

DAY, BY = date(2026, 3, 1), Writer()
MIGRATION = import_module("clinic.assessments.migrations.0018_screens")
SCREENED = sorted(id for id, each in newest(shipped()).items() if each.cutoffs and not each.bands)
# Of the PCL-5, whose cut-off is published as 31 to 33.
CASES = [(30, "Negative screen", None), (31, "Uncertain screen", 1), (32, "Uncertain screen", 1),
         (33, "Positive screen", 2), (80, "Positive screen", 2), (0, "Negative screen", None)]  # fmt: skip


def answers_of(definition, total):
    found = {}
    for item in definition.items:
        found[item.code] = min(total, item.highest)
        total -= found[item.code]
    return found


def sit(patient, definition, total):
    return start_assessment(
        by=BY, definition=definition, patient=patient, user=patient.user, date=DAY,
        answers=answers_of(definition, total), complete=True,
    ).assessment  # fmt: skip


@pytest.fixture
def own(riverside):
    """A custom instrument with a cut-off alone."""
    with clinic_scope(riverside.clinic):
        data = {**imported(asked("1"), asked("2"), title="Nap"), "cutoffs": [{"positive_from": 4}]}
        row, _ = instrument_actions.add_custom_instrument(by=BY, data=data, origin="fhir")
        return newest_of(row.instrument)


@pytest.mark.parametrize(("total", "word", "severity"), CASES)
def test_score_has_the_word_of_its_screen(total, word, severity):
    (definition,) = (newest(shipped())[id] for id in SCREENED)
    found = score(definition, answers_of(definition, total))
    assert (definition.id, found.total, found.mark.word, found.mark.severity) == ("pcl-5", total, word, severity)


def test_screen_is_open_while_answers_may_decide_it():
    answers = answers_of(newest(shipped())["pcl-5"], 30)
    assert score(newest(shipped())["pcl-5"], {**answers, "20": None}).mark is None


def test_positive_screen_is_seen_found_and_sorted_as_a_band_is(riverside, sign_in):
    pcl5, phq9 = newest(shipped())["pcl-5"], newest(shipped())["phq-9"]
    made = {}
    with clinic_scope(riverside.clinic):
        for name, definition, total in (("Ann", pcl5, 40), ("Ben", pcl5, 20), ("Cat", phq9, 5), ("Dan", phq9, 27)):
            patient = make_patient(full_name=f"{name} Screened", family_name="Screened")
            made[name] = sit(patient, definition, total).pk
    client = sign_in(riverside.clinician)
    page = client.get("/patients/?q=Screened&severity=2").content.decode()
    assert [f"Screened, {name}" in page for name in ("Ann", "Ben", "Cat", "Dan")] == [True, False, False, True]
    assert "Positive screen" in page
    worst = client.get("/patients/?q=Screened&sort=-last_score").content.decode()
    places = [worst.index(f"Screened, {name}") for name in ("Dan", "Ann", "Cat", "Ben")]
    assert places == sorted(places)
    assert "Positive screen" in client.get("/assessments/?instrument=pcl-5").content.decode()
    assert client.get(f"/assessments/{made['Ann']}/").content.decode().count("Positive screen") == 1


def test_word_of_a_band_is_not_said_twice(riverside, sign_in):
    with clinic_scope(riverside.clinic):
        made = sit(make_patient(gender="male"), newest(shipped())["audit-c"], 0)
    assert made.band == "Negative screen"
    assert sign_in(riverside.clinician).get(f"/assessments/{made.pk}/").content.decode().count("Negative screen") == 1


def test_upgrade_gives_the_word_to_what_was_kept(riverside, own):
    phq9, pcl5 = newest(shipped())["phq-9"], newest(shipped())["pcl-5"]
    with clinic_scope(riverside.clinic):
        patients = [make_patient(gender="male") for _ in range(len(CASES) + 3)]
        for patient, definition, total in zip(
            patients, [pcl5] * len(CASES) + [own, own, phq9], [case[0] for case in CASES] + [3, 4, 12], strict=True
        ):
            sit(patient, definition, total)
        sit(patients[1], phq9, 27)
        expected = state()
        rows = Assessment.objects.filter(band__endswith=" screen")
        LatestResult.objects.filter(band__endswith=" screen").update(band="", severity=None)
        Patient.objects.filter(last_band__endswith=" screen").update(last_band="", last_severity=None)
        for patient in patients[:-1]:
            worst = 4 if patient == patients[1] else None
            Patient.objects.filter(pk=patient.pk).update(worst_severity=worst)
        assert rows.update(band="", severity=None) == len(CASES) + 2
        assert state() != expected
        with connection.cursor() as cursor:
            for sql in (MIGRATION.ASSESSMENTS, MIGRATION.RESULTS, MIGRATION.PATIENTS):
                cursor.execute(sql)
        assert state() == expected
        for patient in patients:
            keep_latest_results(patient.pk, by=BY)
        assert state() == expected


def state():
    return (
        sorted(Assessment.objects.values_list("pk", "band", "severity")),
        sorted(LatestResult.objects.values_list("patient", "instrument", "band", "severity")),
        sorted(Patient.objects.values_list("pk", "last_band", "last_severity", "worst_severity")),
    )
