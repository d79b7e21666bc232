"""An order beside filters: wherever its walk ends and a sort begins, the list is the same."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.assessments.filters import AssessmentFilter
from clinic.assessments.models import Assessment
from clinic.assessments.tables import AssessmentTable
from clinic.lists.reading import listing as reading
from clinic.lists.reading import selection
from clinic.lists.reading.bounds import Estimate, most_walked
from clinic.lists.reading.index_runs import Found, IndexRun
from clinic.lists.reading.listing import Listing
from clinic.patients.filters import PatientFilter
from clinic.patients.models import LatestResult, Patient, ScoredInstrument
from clinic.patients.tables import PatientTable
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.lists.test_paging import KEYS, driven, expected
from tests.lists.test_plans import listing
from tests.sizes import times
from tests.world import make_assessment, make_patient

BOUNDS = [0, 1, 4, 1000, None]
TODAY = timezone.localdate()
SHOWN = {
    "gender=female": lambda p: p.gender == "female",
    "severity=3": lambda p: (p.worst_severity or 0) >= 3,
    "due=overdue": lambda p: p.next_due_on is not None and p.next_due_on < TODAY,
    "due=overdue&severity=3": lambda p: (p.worst_severity or 0) >= 3 and (p.next_due_on or TODAY) < TODAY,
    "age=18-39": lambda p: 18 <= p.age <= 39,
    "archived=all": lambda p: True,
    "archived=only": lambda p: p.archived_at is not None,
    "status=discharged": lambda p: p.status == "discharged",
    "instrument=walk": lambda p: p.latest_results.exists(),
    "instrument=walk&severity=3": lambda p: p.latest_results.filter(severity__gte=3).exists(),
    "q=bell": lambda p: "Bell" in p.full_name,
    "q=bell&gender=female": lambda p: "Bell" in p.full_name and p.gender == "female",
}  # fmt: skip
OF_ONE = {
    "last_score": lambda p: (p.latest_results.get().score,),
    "assessed": lambda p: (p.latest_results.get().assessed_on,),
}
ROWS = st.lists(
    st.tuples(st.none() | st.sampled_from([0, 3, 4]), st.none() | st.sampled_from([-1, 0, 1]), st.integers(0, 7)),
    max_size=12,
)


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield


@pytest.fixture(params=BOUNDS, ids=lambda bound: f"walked {bound}")
def bounded(request, monkeypatch):
    """A list whose walks end there, and whose searches find too many to write their keys out."""
    bound = request.param
    monkeypatch.setattr(reading, "most_walked", lambda run, *_: None if run.driving and bound else bound)
    monkeypatch.setattr(selection, "CAP", 0)


def fill(rows):
    users = list(Practitioner.objects.order_by("display_name"))
    walk = ScoredInstrument.objects.create(id="walk", title="Walk")
    for number, (severity, due, kind) in enumerate(rows):
        patient = make_patient(
            full_name=f"{'Ann' if kind % 3 else 'Zoe'} {'Bell' if kind % 2 else 'Marsh'}{number}",
            gender=["male", "female"][kind % 2], user=users[kind % len(users)], worst_severity=severity,
            last_assessed_on=None if severity is None else date(2026, 1, 1 + kind),
            next_due_on=None if due is None else TODAY + timedelta(days=due),
            date_of_birth=date(1920 + 13 * kind, 5, 4),
            archived_at=timezone.now() if kind == 5 else None, status=["active", "discharged"][kind == 6],
        )  # fmt: skip
        if severity is not None:
            LatestResult.objects.create(
                patient=patient, instrument=walk, score=Decimal(kind % 3), severity=severity,
                assessed_on=date(2026, 1, 1 + kind),
            )  # fmt: skip


ASKED = st.tuples(st.sampled_from(sorted(SHOWN)), st.sampled_from(sorted(KEYS | OF_ONE)), st.booleans())


@settings(max_examples=times(30), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, size=st.integers(1, 4), asked=ASKED)
def test_list_is_the_same_wherever_its_walk_ends(scope, bounded, rows, size, asked):
    query, sort, falls = asked
    with transaction.atomic():
        fill(rows)
        every = list(Patient.objects.select_related("user"))
        shown = [each for each in every if SHOWN[query](each) and ("archived" in query or each.archived_at is None)]
        key = (KEYS | OF_ONE if "instrument" in query else KEYS)[sort]
        made = listing(Patient.objects.all(), PatientTable, PatientFilter, query, ("-" if falls else "") + sort, "name")
        right = expected(shown, key, falls)
        assert driven(made, size) == dict.fromkeys(("forward", "backward", "jumps", "batches"), right)
        transaction.set_rollback(True)


@pytest.mark.parametrize("query", ["severity=1", "archived=all", "type=physical&q=bell"])
def test_assessments_are_the_same_wherever_the_walk_ends(scope, bounded, query):
    for number in range(7):
        patient = make_patient(full_name=f"Ann Bell{number % 5} {number}")
        make_assessment(patient, name=f"Walk {number}", score=number % 3, severity=number % 5, status="completed",
                        date=date(2026, 1, 1 + number % 2))  # fmt: skip
    for sort in [sign + name for name in ("date", "severity") for sign in ("", "-")]:
        made = listing(Assessment.objects.all(), AssessmentTable, AssessmentFilter, query, sort, "-date")
        ways = driven(made, 3)
        assert ways["forward"] == ways["backward"] == ways["jumps"] == ways["batches"], sort
        assert len(ways["forward"]) == len(set(ways["forward"])) == made.count() > 0


ESTIMATES = [
    (1000, 40_000, 1, 0),  # fewer than are looked for: no walk would fill the list
    (20_000, 40_000, 6_700, 0),
    (20_000, 40_000, 6_000, 111_222),  # twice as far, where that costs twice the sort
    (20_000, 40_000, 4_000, 150_150),
    (20_000, 40_000, 1_000, 333_666),
    (900_000, 40_000, 1_000, 7_414),
]


@pytest.mark.parametrize(("found", "sorting", "walking", "bound"), ESTIMATES)
def test_walk_may_pass_as_many_times_what_is_expected_as_the_sort_costs_more(found, sorting, walking, bound):
    assert most_walked(IndexRun(("a",)), Estimate(found, sorting, walking, 10**6), 1001) == bound


@pytest.mark.parametrize(("walking", "bound"), [(1_700, 0), (1_000, 80_080)])
def test_walk_for_a_search_asks_each_row_for_more_and_is_begun_later(walking, bound):
    run = IndexRun(("a",), found=Found((IndexRun(),), alone=True))
    assert most_walked(run, Estimate(20_000, 40_000, walking, 10**6), 1001) == bound


@pytest.mark.parametrize("text", ["son", "arsh", "mar", "bel zo", "ann bell"])
def test_search_finds_the_same_in_every_order(scope, monkeypatch, text):
    """What is read at once, by one condition for all that a row says alone, is what the grades find one by one."""
    monkeypatch.setattr(selection, "CAP", 0)
    for number, name in enumerate(("Ann Bell", "Zoe Marsh", "Ben Carson", "Sonja Li", "Ann Belson", "Ina Parson")):
        make_patient(full_name=name, phone_number="", record_number=f"Q{'x' * number}",
                     preferred_name=["Sonny", "Marge", None][number % 3])  # fmt: skip
    nearest = PatientFilter({"q": text}, queryset=Patient.objects.all())
    found = [each.pk for each in Listing(Patient.objects.active(), nearest.searched(text).grades).first(25).records]
    for sort in ("name", "-age", "assessed", "practitioner", "preferred_name"):
        made = listing(Patient.objects.all(), PatientTable, PatientFilter, f"q={text}", sort, "name")
        read = [each.pk for each in made.first(25).records]
        assert (sorted(read), len(read)) == (sorted(found), len(set(found))), sort


def test_filter_that_the_order_answers_itself_needs_no_bound(scope):
    """A range of the column that is ordered by is where the walk begins; so is what a partial index is made for."""
    asked = []

    def note(execute, sql, params, many, context):
        asked.append("EXPLAIN" in sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        for query, sort in (("age=18-39", "-date_of_birth"), ("severity=3", "last_score"), ("", "name")):
            listing(Patient.objects.all(), PatientTable, PatientFilter, query, sort, "name").first(25)
    assert (len(asked) >= 3, any(asked)) == (True, False)
