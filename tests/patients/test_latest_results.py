"""Where a patient stands, as the list shows, sorts and filters it."""

import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.patients import actions
from clinic.patients.latest_results import LatestResults
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.results import result, summed_up
from tests.world import Writer, make_patient

PHQ9 = result("phq-9", 17, 3, band="Moderately <severe>", change=Decimal("-2.5"), recent_scores=(0.1, 0.9, 0.63))
RESULTS = summed_up(PHQ9, open_alerts=1)


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


def note(riverside, results: LatestResults = RESULTS, **fields) -> Patient:
    with clinic_scope(riverside.clinic):
        patient = make_patient(**fields)
        actions.note_latest_results(by=Writer(), patient_id=patient.pk, results=results)
        patient.refresh_from_db()
        return patient


def test_standing_changes_neither_version_nor_trail(riverside):
    patient = note(riverside)
    assert (patient.version, patient.last_score, patient.recent_scores) == (1, Decimal("17"), [0.1, 0.9, 0.63])
    with clinic_scope(riverside.clinic):
        assert not AuditEvent.objects.filter(record_id=patient.pk).exists()


def test_standing_says_whether_it_is_new(riverside):
    patient = note(riverside)
    with clinic_scope(riverside.clinic):
        again = actions.note_latest_results(by=Writer(), patient_id=patient.pk, results=RESULTS)
        changed = actions.note_latest_results(by=Writer(), patient_id=patient.pk, results=LatestResults())
    assert (again, changed) == (False, True)


@pytest.mark.parametrize("wrong", [{"last_severity": 5}, {"last_severity": -1}, {"recent_scores": (1.1,)}])
def test_standing_outside_its_range_is_refused(riverside, wrong):
    with pytest.raises(ValueError, match="0 to 4"):
        note(riverside, LatestResults(**wrong))


def test_only_the_last_twelve_scores_are_kept(riverside):
    assert note(riverside, LatestResults(recent_scores=[0.5] * 11 + [0.25, 1])).recent_scores == [0.5] * 10 + [0.25, 1]


def cells(page: str) -> list[str]:
    """What stands in the column of the latest result."""
    return re.findall(r'<td role="cell" data-label="Latest result"[^>]*>(.*?)</td>', page)


def test_list_shows_score_change_course_and_band(client, riverside):
    note(riverside)
    page = client.get("/patients/").content.decode()
    assert cells(page) == [
        '<bdi class="of">PHQ-9</bdi> <b>17</b> '
        '<span class="change" title="Change since the last time">−2.5</span>'
        '<svg class="spark" viewBox="0 0 48 16" aria-hidden="true"><polyline points="2,13 24,3 46,6"/></svg>'
        ' <span class="band-mark band-mark-3" title="Severity: moderately severe">'
        "<bdi>Moderately &lt;severe&gt;</bdi></span>"
    ]


def test_list_marks_who_has_an_open_alert(client, riverside):
    note(riverside, full_name="Ana Marked")
    note(riverside, LatestResults(), full_name="Ben Calm")
    rows = client.get("/patients/?sort=name").content.decode().split('<tr role="row">')
    assert [("Marked" in row) == (">Alert<" in row) for row in rows[2:]] == [True] * len(rows[2:])
    assert sum(">Alert<" in row for row in rows) == 1


def test_marks_of_severities_differ_in_shape(client, riverside):
    for severity in range(5):
        note(riverside, summed_up(result("phq-9", severity, severity, band="Band")))
    page = client.get("/patients/?sort=last_score").content.decode()
    assert re.findall(r'class="band-mark band-mark-(.)" title="[^"]*"><bdi>Band', page) == ["0", "1", "2", "3", "4"]
    filled = re.findall(r"band-mark-(.) \{ --filled: (.);", Path("static/css/severity.css").read_text())
    assert filled == [("1", "1"), ("2", "2"), ("3", "3"), ("4", "4")]


def names(client, query: str) -> list[str]:
    page = client.get(f"/patients/?{query}").content.decode()
    return re.findall(r'<th scope="row"[^>]*><a [^>]*>([^<]*)</a>', page)


def test_list_is_filtered_by_standing(client, riverside):
    today = timezone.localdate()
    note(riverside, full_name="Abel", family_name="")
    due = today - timedelta(days=1)
    note(riverside, summed_up(result("phq-9", 3, 1), next_due_on=due), full_name="Bell", family_name="")
    note(riverside, LatestResults(next_due_on=today + timedelta(days=7)), full_name="Cole", family_name="")
    note(riverside, LatestResults(next_due_on=today + timedelta(days=8)), full_name="Dunn", family_name="")
    found = {
        query: names(client, query)
        for query in (
            "severity=1",
            "severity=2",
            "instrument=phq-9&score_min=3&score_max=5",
            "instrument=phq-9&score_min=17",
            "due=overdue",
            "due=soon",
            "alerts=open",
        )
    }
    assert found == {
        "severity=1": ["Abel", "Bell"],
        "severity=2": ["Abel"],
        "instrument=phq-9&score_min=3&score_max=5": ["Bell"],
        "instrument=phq-9&score_min=17": ["Abel"],
        "due=overdue": ["Bell"],
        "due=soon": ["Cole"],
        "alerts=open": ["Abel"],
    }


def test_what_is_missing_comes_last_both_ways(client, riverside):
    note(riverside, summed_up(result("phq-9", 30, 1)), full_name="One", family_name="")
    note(riverside, LatestResults(), full_name="None", family_name="")
    note(riverside, summed_up(result("gad-7", 2, 2)), full_name="Two", family_name="")
    assert (names(client, "sort=last_score"), names(client, "sort=-last_score")) == (
        ["One", "Two", "None"],
        ["Two", "One", "None"],
    )


def test_overdue_says_so_in_a_word(client, riverside):
    note(riverside, LatestResults(next_due_on=date(2026, 1, 1)))
    assert '<span class="late">overdue</span>' in client.get("/patients/").content.decode()
