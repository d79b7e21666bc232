"""A FilterSet's own `.qs` has the rows of the list with the same address, whoever calls it."""

from uuid import uuid4

import pytest
from django.http import QueryDict
from django_filters import ModelChoiceFilter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.assessments.filters import AssessmentFilter, DueFilter
from clinic.assessments.models import Assessment
from clinic.assessments.models.schedules import Schedule
from clinic.lists.page.narrowing import GONE, listing_of
from clinic.lists.pages import lists
from clinic.lists.reading import listing, selection
from clinic.patients.filters import PatientFilter
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.filled import everything
from tests.results import note_results, result
from tests.world import make_assessment, make_patient

PEOPLE = ["Ana Marsh", "Ben Marsh", "Cleo Marshall", "Lamar Bell", "Marta Abel", "Zed Marhs", "Johan Quist", "Bo Son"]
LISTS = {PatientFilter: Patient, AssessmentFilter: Assessment}
TEXTS = ["", " ", "mar", "marsh", "marhs", "ar", "son", "ana marsh", "zzz", "1961", "P-1", "0123", "?", "qu", "phq",
         "marsh phq", "12/3/1961"]  # fmt: skip


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        for number, name in enumerate(PEOPLE):
            made = make_patient(
                full_name=name, family_name=name.split()[-1], phone_number=f"+44770090012{number}",
                gender="male" if number % 2 else "female",
            )  # fmt: skip
            make_assessment(made, name=f"PHQ-9 of {number}")
            note_results(made, result("phq-9", number, 1), result("gad-7", 9 - number))
        yield


def test_filter_by_records_says_that_one_is_gone_and_nothing_is_listed(riverside, sign_in):
    client = sign_in(riverside.clinician)
    asked = {
        (bulk.list_url, name): client.get(f"{bulk.list_url}?{name}={uuid4()}")
        for bulk in lists().values()
        for name, each in bulk.filterset_class.base_filters.items()
        if isinstance(each, ModelChoiceFilter)
    }
    said = GONE["invalid_choice"]
    assert {at: (page.status_code, said in page.content.decode()) for at, page in asked.items()} == dict.fromkeys(
        asked, (400, True)
    )
    assert {("/patients/", "tag"), ("/patients/", "on_list"), ("/assessments/", "user")} <= set(asked)


def set_schedule(patient):
    days = {"every_days": 7, "starts_on": "2026-01-01", "next_due_on": "2026-01-08"}
    return Schedule.objects.create(patient=patient, instrument="phq-9", **days)


def narrowed(filter_class, text, **filters):
    return filter_class(QueryDict(mutable=True) | {"q": text, **filters})


def listed(filterset, sort="", *, chosen=False):
    """The keys of the list, as pages and downloads read it."""
    assert filterset.is_valid()
    return [record.pk for record in everything(listing_of(filterset, [sort or "pk"], sorted_by_choice=chosen))]


@pytest.mark.parametrize("filter_class", LISTS)
def test_search_for_what_nobody_has_finds_nobody(scope, filter_class):
    assert list(filter_class({"q": "zzz"}).qs) == []


@pytest.mark.parametrize("cap", [1000, 2])
@pytest.mark.parametrize(
    "filters", [{}, {"score_min": "3", "instrument": "phq-9"}, {"archived": "only"}, {"archived": "all"}]
)
@pytest.mark.parametrize("filter_class", LISTS)
def test_queryset_of_a_filter_has_the_rows_of_its_list(scope, monkeypatch, filter_class, filters, cap):
    for module in (listing, selection):
        monkeypatch.setattr(module, "CAP", cap)
    for text in TEXTS:
        filterset = narrowed(filter_class, text, **filters)
        keys = listed(filterset)
        assert (text, sorted(filterset.qs.values_list("pk", flat=True))) == (text, sorted(keys))
        assert (text, sorted(listed(filterset, chosen=True))) == (text, sorted(keys))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(text=st.text(alphabet="marshonqi1 -'", max_size=12))
def test_queryset_of_any_search_has_the_rows_of_its_list(scope, text):
    for filter_class in LISTS:
        filterset = narrowed(filter_class, text)
        assert sorted(filterset.qs.values_list("pk", flat=True)) == sorted(listed(filterset))


def test_queryset_of_a_search_stands_inside_another_query(scope):
    found = PatientFilter({"q": "marsh"}).qs
    theirs = Assessment.objects.filter(patient__in=found)
    assert sorted(theirs.values_list("patient__full_name", flat=True)) == [
        "Ana Marsh",
        "Ben Marsh",
        "Cleo Marshall",
        "Zed Marhs",
    ]


def test_worklists_find_whom_the_list_of_patients_finds(scope):
    """A misspelt name finds its like where few have it, there and here."""
    patients = {patient.full_name: patient for patient in Patient.objects.all()}
    for name in ("Ana Marsh", "Zed Marhs"):
        Schedule.objects.create(
            patient=patients[name], instrument="phq-9", every_days=7, starts_on="2026-01-01", next_due_on="2026-01-08"
        )
    found = [
        sorted(DueFilter({"q": text, "when": "all"}).qs.values_list("patient__full_name", flat=True))
        for text in ("marsh", "marhs", "zzz")
    ]
    assert found == [["Ana Marsh", "Zed Marhs"], ["Ana Marsh", "Zed Marhs"], []]
