"""The lists of assessments by what is a result, and those of one day in their order, through all pages."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.assessments.bulk import ASSESSMENTS
from clinic.assessments.models import Assessment, AssessmentStatus
from clinic.assessments.questionnaire.actions import complete_assessment, start_assessment
from clinic.assessments.trend.page import trends_of
from clinic.instruments.files.toml import newest, shipped
from clinic.tenancy.scope import clinic_scope
from tests.assessments.test_results_in_lists import follow
from tests.assessments.test_results_in_lists import names as listed
from tests.lists.test_paging import driven
from tests.sizes import times
from tests.world import Writer, make_assessment, make_patient

DAY, NEXT = date(2026, 1, 1), date(2026, 1, 2)


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield


MOMENTS = [None, *(datetime(2026, 1, 5, hour, tzinfo=UTC) for hour in (9, 10))]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["", "phq-9", "gad-7"]), st.sampled_from([None, 0, 5]), st.none() | st.integers(0, 4),
        st.sampled_from(AssessmentStatus.values), st.sampled_from([DAY, NEXT]), st.sampled_from(MOMENTS),
    ),
    max_size=10,
)  # fmt: skip


# Orders, each with filters and the rows that these leave.
CASES: list[tuple[str, str, Callable[[Assessment], bool]]] = [
    *((sort, "", lambda row: True) for sort in ("date", "instrument", "status", "severity")),
    ("score", "instrument=phq-9", lambda row: row.instrument == "phq-9"),
    ("score", "instrument=none&score_max=5", lambda row: not row.instrument and at_most(result(row).score, 5)),
    ("severity", "severity=2", lambda row: (result(row).severity or 0) >= 2),
    ("instrument", "instrument=gad-7", lambda row: row.instrument == "gad-7"),
    ("status", "status=planned", lambda row: row.status == "planned"),
]


def result(row: Assessment) -> Assessment:
    return row if row.status in ("completed", "amended") else Assessment()


def at_most(score: Any, most: int) -> bool:
    return score is not None and score <= most


def place(row: Assessment, sort: str) -> Any:
    """What an order goes by before the day; None for a row without a value."""
    return {
        "date": 0,
        "instrument": row.instrument or None,
        "status": AssessmentStatus.values.index(row.status),
        "score": result(row).score,
        "severity": result(row).severity,
    }[sort]


@settings(max_examples=times(6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, size=st.integers(1, 4))
def test_every_way_through_a_list_gives_each_row_once_in_the_order_of_its_result_and_day(scope, rows, size):
    with transaction.atomic():
        patient = make_patient()
        for at, (instrument, score, severity, status, day, moment) in enumerate(rows):
            fields = {"instrument": instrument, "instrument_version": "1", "questions": []} if instrument else {}
            make_assessment(patient, name=f"A{at}", score=score, severity=severity, status=status, date=day,
                            completed_at=moment, **fields)  # fmt: skip
        stored = list(Assessment.objects.all())
        for sort, filters, left in CASES:
            mine = list(filter(left, stored))
            for sign in ("", "-"):
                right = []
                for there in (True, False):
                    part = [row for row in mine if (place(row, sort) is not None) is there]
                    key = [
                        (place(row, sort) if there else 0, row.date, row.completed_at or row.created_at, row.pk)
                        for row in part
                    ]
                    right += [each[-1] for each in sorted(key, reverse=bool(sign))]
                query = f"{filters}&sort={sign}{sort}"
                ways = dict.fromkeys(("forward", "backward", "jumps", "batches"), right)
                assert driven(ASSESSMENTS.selected(query).listing, size) == ways, query
        transaction.set_rollback(True)


def test_limits_find_completed_scores_only_whatever_the_draft_has(scope):
    patient = make_patient()
    for at, status in enumerate(AssessmentStatus):
        follow(patient, f"A{at}", "phq-9", Decimal(10), 2, status=status)
    for query in ("instrument=phq-9&score_min=1", "instrument=phq-9&score_max=20", "severity=2"):
        found = ASSESSMENTS.selected(query).listing.first(25).records
        assert sorted(row.status for row in found) == ["amended", "completed"]


def test_same_day_has_one_order_in_lists_json_latest_result_and_trend(riverside, sign_in):
    """The first that was begun is completed last."""
    definition = newest(shipped())["phq-2"]
    with clinic_scope(riverside.clinic):
        patient = make_patient(date_of_birth=date(1980, 1, 1))
        first, _, third = (
            start_assessment(
                by=Writer(), definition=definition, patient=patient, user=patient.user, date=DAY, name=f"Made {at}",
                answers={item.code: at for item in definition.items}, complete=at == 1,
            ).assessment
            for at in range(3)
        )  # fmt: skip
        complete_assessment(by=Writer(), id=third.pk)
        complete_assessment(by=Writer(), id=first.pk)
        trend = [step.reading.total for step in trends_of(patient)[0].rows]
    client = sign_in(riverside.clinician)
    lists = [listed(client.get(path)) for path in ("/assessments/", f"/patients/{patient.pk}/assessments/")]
    rows = client.get("/api/v1/assessments/").json()["results"]
    latest = client.get(f"/api/v1/patients/{patient.pk}/").json()["results"]["latest_results"]
    assert [*lists, [row["name"] for row in rows]] == [["Made 0", "Made 2", "Made 1"]] * 3
    assert (trend, [each["score"] for each in latest]) == ([0, 4, 2], [0])
