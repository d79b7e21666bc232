"""What an upgrade makes of alerts that an earlier release raised: they say by whom, and what to do there."""

from datetime import UTC, date, datetime
from importlib import import_module

import pytest
from django.db import connection

from clinic.assessments.models import Alert, AnswerRequest
from clinic.tenancy.scope import clinic_scope
from tests.world import make_assessment, make_patient

MIGRATION = import_module("clinic.assessments.migrations.0012_alerts_by_person")
ANSWERS = import_module("clinic.assessments.migrations.0015_answers_of_alerts").ANSWERS
HERE = "PHQ-9, item 9, “Several days”: Assess the risk of suicide before the patient leaves."
AWAY = HERE.replace(" before the patient leaves", "")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def patient(riverside):
    with clinic_scope(riverside.clinic):
        yield make_patient(date_of_birth=date(1980, 3, 12))


def raised(patient, writer: str, text: str = HERE, *, name: str = "Patient", note: str = "") -> Alert:
    closed = {"acknowledged_at": NOON, "acknowledged_by_id": "ada", "acknowledged_by_name": "Dr Ada", "note": note}
    assessment = make_assessment(patient)
    return Alert.objects.create(
        patient=patient, assessment=assessment, rule="thoughts", text=text, severity=4, points=1,
        raised_by_id=writer or f"patient:{assessment.pk}", raised_by_name=name, **(closed if note else {}),
    )  # fmt: skip


def by_link(patient) -> str:
    """The patient as the writer by a link that Dr Ada made."""
    request = AnswerRequest.objects.create(
        patient=patient, user=patient.user, instrument="phq-9", instrument_version="2", title="PHQ-9", language="en",
        state="revoked", expires_at=NOON, ended_at=NOON, created_by_id="ada", created_by_name="Dr Ada",
    )  # fmt: skip
    return f"patient:{request.pk}"


def upgraded(*alerts: Alert) -> list[tuple[str, str, str]]:
    """What an upgrade makes of the alerts: the answer, what else they say, and by whom."""
    with connection.cursor() as cursor:
        for sql in (MIGRATION.LINKS, MIGRATION.PROGRAMS, MIGRATION.OPERATORS, ANSWERS):
            cursor.execute(sql)
    for alert in alerts:
        alert.refresh_from_db()
    return [(alert.answer, alert.text, alert.answered_by) for alert in alerts]


def test_upgrade_says_by_whom_each_alert_was_answered_and_what_to_do(patient):
    link, said = by_link(patient), "Several days"
    found = upgraded(
        raised(patient, link),
        raised(patient, link, note="Called."),
        raised(patient, ""),
        raised(patient, "client:7", name="Intake"),
        raised(patient, "operator", name="Operator"),
        raised(patient, "ada", name="Dr Ada"),
    )
    assert found == [
        (said, f"{AWAY} The patient is not here: call today.", "the patient, by a link made by Dr Ada"),
        (said, AWAY, "the patient, by a link made by Dr Ada"),
        (said, HERE, "the patient, on a shared device"),
        (said, f"{AWAY} Find out where the patient is, and call today.", "Intake, a program"),
        (said, HERE, patient.user.display_name),
        (said, HERE, "Dr Ada"),
    ]


@pytest.mark.parametrize(
    ("text", "answer"),
    [("GCS: Call the team.", ""), ("A, item B, “Often”: Look at “item C, “x”: ”.", "Often"),
     ("A, item B, “cut off", ""), ("A, b, item 1a, “Yes, “very” often”: Look.", ""),
     ("A, b, item 1a, “Yes, often”: Look.", "Yes, often")],
)  # fmt: skip
def test_upgrade_reads_the_answer_where_the_text_has_it_for_certain(patient, text, answer):
    assert upgraded(raised(patient, "ada", text, name="Dr Ada")) == [(answer, text, "Dr Ada")]


def test_upgrade_cuts_what_becomes_too_long(patient):
    ((_, text, _),) = upgraded(raised(patient, by_link(patient), "A" * 500))
    assert text == "A" * 500
