"""How PostgreSQL carries lists out on a filled clinic: by indexes, without reading or sorting what is not shown."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from clinic.assessments.bulk import leading_alerts
from clinic.assessments.filters import AlertFilter, AssessmentFilter
from clinic.assessments.models import Assessment, AssessmentStatus
from clinic.assessments.tables import AlertTable, AssessmentTable
from clinic.assessments.today.sections import Day, sections_of
from clinic.lists.page.narrowing import listing_of
from clinic.lists.page.sorting import ordering
from clinic.lists.reading import listing as reading
from clinic.lists.reading.patience import PLANNED
from clinic.patients.filters import PatientFilter
from clinic.patients.models import Patient
from clinic.patients.tables import PatientTable
from clinic.tenancy.scope import clinic_scope
from tests.plans import nodes, plan_of

BIG = {"patients_patient", "patients_latestresult", "assessments_assessment"}
SORTED = 8_000  # of what a filter leaves, in another order than it gives: a walk would pass more
MOST = 1200  # rows that a sort may take in: the cap of counts, a page, and what a search has that just passes the cap
READ = 3 * MOST  # rows that are read without an index where many of them count: the reading stops at the cap
SEARCHES = ["m", "mar", "smith", "gonzalez", "gonzalex", "smith j", "j smith", "ana maria garcia", "son", "qu", "7946",
            "900123",
            "P-0001", "12/3/1961", "1961", "garcia 1961", "zu", "de la", "zzzz"]  # fmt: skip
PATIENT_FILTERS = ["", "gender=female", "gender=other&age=80-150", "severity=4", "due=overdue", "alerts=open",
                   "archived=all",
                   "instrument=gad-7&score_min=3&score_max=6&gender=other&age=65-79", "archived=only",
                   "instrument=phq-9&severity=4"]  # fmt: skip
WITHIN = "instrument=phq-9"  # whose scores an order is of
ASSESSMENT_FILTERS = ["", "type=physical", "date_from=1+March+2026&type=social_support", "archived=all",
                      *(f"status={status}" for status in AssessmentStatus), "severity=3", "severity=4",
                      "instrument=none&score_min=9"]  # fmt: skip
INSTRUMENT_FILTERS = ["", "&score_min=9", "&score_max=1", "&severity=4", "&status=planned"]


def statements(run) -> list[tuple[str, Any]]:
    """What a list sends, without the bound in front."""
    sent = []

    def note(execute, sql, params, many, context):
        if "SELECT" in sql and "EXPLAIN" not in sql and not sql.startswith(("ROLLBACK", "RELEASE")):
            sent.append((sql.rpartition(PLANNED)[2], params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        run()
    return sent


def plans(sent: list[tuple[str, Any]]) -> Iterator[dict[str, Any]]:
    """How each of the statements is carried out."""
    for sql, params in sent:
        with connection.cursor() as cursor:
            cursor.execute(PLANNED)
        yield plan_of(sql, params, options="ANALYZE, TIMING OFF, ")


def faults(sent: list[tuple[str, Any]], most: int = MOST) -> list[str]:
    """Each way in which the statements' plans read or sort more than they should."""
    found = []
    for plan in plans(sent):
        for node in nodes(plan):
            read = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
            if node["Node Type"] == "Seq Scan" and node["Relation Name"] in BIG and read > READ:
                found.append(f"Seq Scan on {node['Relation Name']}")
            if node["Node Type"] == "Sort" and node["Actual Loops"]:
                rows = max(inner["Actual Rows"] for inner in node["Plans"])
                if rows > most:
                    found.append(f"Sort of {rows:.0f}")
    return found


@contextmanager
def filled_scope(world):
    with clinic_scope(world.clinic):
        yield


def listing(queryset, table, filterset_class, query: str, sort: str, default: str):
    parameters = QueryDict(f"{query}&sort={sort}" if sort else query)
    filterset = filterset_class(parameters, queryset=queryset)
    assert filterset.is_valid(), filterset.errors
    return listing_of(filterset, ordering(table, sort or default), sorted_by_choice=bool(sort))


def patients(query: str = "", sort: str = ""):
    return listing(Patient.objects.select_related("user"), PatientTable, PatientFilter, query, sort, "name")


def assessments(query: str = "", sort: str = ""):
    rows = Assessment.objects.select_related("patient", "user")
    return listing(rows, AssessmentTable, AssessmentFilter, query, sort, "-date")


def pages(made):
    """A list's first page, the ones beside it, a jump and the last."""
    first = made.first(25)
    if first.more:
        made.after(first.records[-1].pk, 25)
        made.before(first.records[-1].pk, 25)
        made.at(500, 25)
        made.last(25)


def orders(table):
    """Every column that a list can be sorted by, both ways."""
    names = [name for name, column in table.base_columns.items() if column.orderable is not False]
    return [sign + name for name in names for sign in ("", "-")]


@pytest.mark.parametrize("sort", orders(PatientTable))
def test_patients_in_any_order_are_read_by_an_index(filled, db, sort):
    with filled_scope(filled):
        assert faults(statements(lambda: pages(patients(sort=sort)))) == []


@pytest.mark.parametrize("sort", orders(AssessmentTable))
def test_assessments_in_any_order_are_read_by_an_index(filled, db, sort):
    query = WITHIN if "score" in sort else ""
    with filled_scope(filled):
        assert faults(statements(lambda: pages(assessments(query, sort=sort)))) == []


@pytest.mark.parametrize("sort", [sign + name for name in ("score", "severity", "date") for sign in ("", "-")])
@pytest.mark.parametrize("query", INSTRUMENT_FILTERS)
def test_assessments_with_one_instrument_are_read_by_an_index(filled, db, query, sort):
    with filled_scope(filled):
        assert faults(statements(lambda: pages(assessments(f"{WITHIN}{query}", sort=sort))), SORTED) == []


@pytest.mark.parametrize("least", range(1, 5))
@pytest.mark.parametrize("sort", ["severity", "-severity"])
def test_assessments_of_a_severity_in_its_order_are_read_by_an_index(filled, db, least, sort):
    with filled_scope(filled):
        assert faults(statements(lambda: pages(assessments(f"severity={least}", sort=sort)))) == []


@pytest.mark.parametrize("status", AssessmentStatus)
def test_assessments_of_a_status_by_date_are_read_by_an_index(filled, db, status):
    with filled_scope(filled):
        assert faults(statements(lambda: pages(assessments(f"status={status}", sort="date")))) == []


@pytest.mark.parametrize("query", PATIENT_FILTERS)
def test_patients_with_filters_are_read_by_an_index(filled, db, query):
    with filled_scope(filled):
        assert faults(statements(lambda: patients(query).first(25)), SORTED) == []


@pytest.mark.parametrize("sort", [sign + name for name in ("last_score", "assessed") for sign in ("", "-")])
@pytest.mark.parametrize("query", ["", "&severity=4", "&score_min=2&score_max=3"])
def test_patients_by_one_instrument_are_read_by_an_index_of_its_results(filled, db, query, sort):
    with filled_scope(filled):
        assert faults(statements(lambda: pages(patients(f"instrument=phq-9{query}", sort=sort))), SORTED) == []


@pytest.mark.parametrize("query", ASSESSMENT_FILTERS)
def test_assessments_with_filters_are_read_by_an_index(filled, db, query):
    with filled_scope(filled):
        assert faults(statements(lambda: assessments(query).first(25)), SORTED) == []


@pytest.mark.parametrize("text", SEARCHES)
@pytest.mark.parametrize("rows", [patients, assessments])
def test_search_is_read_by_indexes(filled, db, rows, text):
    with filled_scope(filled):
        assert faults(statements(lambda: rows(f"q={text}").first(25))) == []


@pytest.mark.parametrize("text", ["mar", "gonzalez", "smith j", "1961", "gonzalex"])
def test_search_in_another_order_is_read_by_indexes(filled, db, text):
    with filled_scope(filled):
        assert faults(statements(lambda: patients(f"q={text}", sort="-date_of_birth").first(25)), SORTED) == []


def asked_of(monkeypatch, query: str, sort: str):
    """What the planner expects of the runs of a list."""
    asked = []
    monkeypatch.setattr(reading, "most_walked", lambda run, estimate, limit: asked.append(estimate) or 0)
    patients(query, sort=sort).first(25)
    return asked


def test_walk_along_an_index_that_carries_what_a_filter_asks_is_expected_to_cost_less(filled, db, monkeypatch):
    with filled_scope(filled):
        (carried,) = asked_of(monkeypatch, "age=18-39", "name")
        (looked_up,) = asked_of(monkeypatch, "age=18-39", "created_at")
    assert (carried.found, carried.rows) == (looked_up.found, looked_up.rows)
    assert carried.walking < looked_up.walking / 2


@pytest.mark.parametrize("sort", ["name", "-record_number", "created_at"])
def test_search_that_finds_nearly_everybody_is_walked_to(filled, db, sort):
    with filled_scope(filled):
        assert faults(statements(lambda: patients("q=P-0", sort=sort).first(25))) == []


def test_what_a_search_found_is_expected_among_those_whom_an_order_has(filled, db, monkeypatch):
    with filled_scope(filled):
        asked = asked_of(monkeypatch, "q=m", "preferred_name")
    assert asked[0].found < asked[0].rows < asked[1].rows


def test_walk_that_finds_nobody_at_first_ends_there(filled, db, monkeypatch):
    """The youngest were never assessed."""
    monkeypatch.setattr(reading, "most_walked", lambda *_: 8_000)
    with filled_scope(filled):
        (plan,) = plans(statements(lambda: patients("severity=1", sort="-date_of_birth").first(25)))
    walks = [node for node in nodes(plan) if node.get("Index Name") == "patient_by_birth" and node["Actual Loops"]]
    assert [node["Actual Rows"] for node in walks] == [1_000]


def test_alerts_are_read_by_how_much_they_press(filled, db):
    """The worst come first by an index, and which of a patient's alerts leads is told by another alone.

    So few as there are here PostgreSQL would rather sort.
    """
    with filled_scope(filled):
        made = listing(leading_alerts(), AlertTable, AlertFilter, "", "severity", "severity")
        connection.cursor().execute("SET LOCAL enable_sort = off")
        (plan,) = plans(statements(lambda: made.first(25)))
    asked = [node for node in nodes(plan) if node.get("Subplan Name", "").startswith("SubPlan")]
    read = {(each["Node Type"], each.get("Index Name")) for top in asked for each in nodes(top) if "Alias" in each}
    assert ("Index Only Scan", "alert_of_patient") in read
    assert not read & {("Index Scan", "alert_of_patient"), ("Seq Scan", None)}
    assert "alert_worst_first" in {node.get("Index Name") for node in nodes(plan)}


@pytest.mark.parametrize("practitioner", [None, uuid.UUID(int=2)])
def test_today_reads_no_list_from_end_to_end(filled, db, practitioner):
    day = Day(uuid.UUID(int=1), practitioner, True, timezone.localdate(), timezone.now())
    with filled_scope(filled):
        sent = statements(lambda: sections_of(day))
        (plan,) = plans(sent)
        assert faults(sent) == []
    assert "alert_worst_first" in {node.get("Index Name") for node in nodes(plan)}


def test_fault_is_seen(filled, db):
    """The check itself: a list without an index to go by."""
    with filled_scope(filled):
        sent = statements(lambda: list(Patient.objects.order_by("address")[:25]))
        assert faults(sent) == ["Sort of 20000", "Seq Scan on patients_patient"]
