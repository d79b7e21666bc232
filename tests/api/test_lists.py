"""Lists: search, filters, order, pages, and what they cost."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.api.test_bad_input import check
from tests.world import make_assessment, make_patient

PATIENTS, ASSESSMENTS = "/api/v1/patients/", "/api/v1/assessments/"
PATIENT_QUERIES = [
    ("", "zyx"),
    ("search=zoe", "z"),
    ("search=bru yan", "y"),
    ("search=7946 0958", "y"),
    ("search=5 May 1950", "y"),
    ("search=a-1", "x"),
    ("search=nobody", ""),
    ("search=", "zyx"),
    ("gender=female", "zx"),
    ("age=0-11", "z"),
    ("age=65-79", "y"),
    ("gender=female&age=40-64", "x"),
    ("archived=only", ""),
    ("archived=all", "zyx"),
    ("ordering=name", "zyx"),
    ("ordering=-name", "xyz"),
    ("ordering=full_name", "zyx"),
    ("ordering=-user,name", "zyx"),
    ("ordering=record_number", "xyz"),
    ("ordering=date_of_birth", "yxz"),
    ("ordering=age", "zxy"),
    ("ordering=gender,-name", "xzy"),
    ("ordering=gender,practitioner", "xzy"),
    ("ordering=practitioner,record_number", "xyz"),
    ("ordering=-practitioner,name", "zyx"),
    ("ordering=created_at", "zyx"),
    ("ordering=-phone_number,name", "yzx"),
]
ASSESSMENT_QUERIES = [
    ("", ["Mood", "Walk", "Memory"]),
    ("search=walk", ["Walk"]),
    ("search=adams", ["Memory"]),
    ("search=c-3", ["Memory"]),
    ("type=mental_health", ["Mood"]),
    ("date_from=2026-02-01", ["Mood", "Walk"]),
    ("date_to=2026-01-31", ["Memory"]),
    ("date_from=2026-01-02&date_to=2026-02-28", ["Walk"]),
    ("instrument=none&score_min=3.5", ["Walk"]),
    ("instrument=none&score_max=3", ["Memory"]),
    ("archived=only", []),
    ("ordering=name", ["Memory", "Mood", "Walk"]),
    ("ordering=-patient", ["Mood", "Walk", "Memory"]),
    ("ordering=record_number", ["Mood", "Walk", "Memory"]),
    ("ordering=type", ["Memory", "Mood", "Walk"]),
    ("instrument=none&ordering=score", ["Memory", "Walk", "Mood"]),
    ("ordering=date", ["Memory", "Walk", "Mood"]),
    ("ordering=practitioner,-date", ["Mood", "Walk", "Memory"]),
]
BAD_PARAMETERS = [
    *(("page", value) for value in ("", "0", "-1", "1.0", "one", "last", "\u0661", "\u00b2", "9" * 5000, "\0")),
    *(("page_size", value) for value in ("", "0", "101", "-5", "all", "1e2", "\0")),
    *(("ordering", value) for value in ("", "-", "--name", "name,", "nothing", "pk", "user__password", "?", "\0")),
    *(("user", value) for value in ("nobody", "\0", "00000000-0000-4000-8000-000000000000")),
    ("archived", "yes"),
    ("search", "a" * 201),
    ("search", "\0"),
    *((name, "1") for name in ("q", "sort", "per_page", "format", "colour", "id", "full_name", "user__name", "\0", "")),
]
BAD_PATIENT_FILTERS = [
    *((name, "") for name in ("gender", "user", "archived", "severity", "count", "updated_since")),
    ("gender", "green"),
    ("gender", "\0"),
    ("age", "5"),
    ("age", "0-12"),
    ("type", "physical"),
    ("score_min", "many"),
    ("score_max", "10"),
    ("instrument", "phq-9"),
    ("instrument", "\0"),
    ("severity", "5"),
    ("due", "someday"),
    ("alerts", "closed"),
]
BAD_ASSESSMENT_FILTERS = [
    *((name, "") for name in ("patient", "type", "status", "archived")),
    ("type", "green"),
    ("date_from", "soon"),
    ("date_from", "0000-00-00"),
    ("date_to", "\0"),
    ("score_min", "3"),
    ("ordering", "score"),
    ("ordering", "type,-score"),
    ("instrument", "phq-10"),
    ("instrument", "\0"),
    ("status", "done"),
    ("severity", "5"),
    ("score_min", "high"),
    ("score_min", "NaN"),
    ("score_max", "1e400"),
    ("score_max", "Infinity"),
    ("patient", "nobody"),
    ("patient", "\0"),
    ("patient", "00000000-0000-4000-8000-000000000000"),
    ("gender", "male"),
]


@pytest.fixture
def patients(riverside):
    """Three patients, by the first letter of their names."""
    today = timezone.localdate()
    with clinic_scope(riverside.clinic):
        owner, clinician = (Practitioner.objects.get(pk=user.pk) for user in (riverside.owner, riverside.clinician))
        made = [
            make_patient(full_name="Zoë Adams", family_name="Adams", gender="female", user=owner,
                         date_of_birth=today - timedelta(days=365 * 10), record_number="C-3"),
            make_patient(full_name="Yann Brun", family_name="Brun", gender="male", user=clinician,
                         date_of_birth=date(1950, 5, 5), record_number="B-2", phone_number="+442079460958"),
            make_patient(full_name="Xenia Cox", family_name="Cox", gender="female", user=clinician,
                         date_of_birth=date(1980, 1, 1), record_number="A-1"),
        ]  # fmt: skip
    return {patient.full_name[0].lower(): patient for patient in made}


@pytest.fixture
def assessments(riverside, patients):
    with clinic_scope(riverside.clinic):
        return [
            make_assessment(patients["z"], name="Memory", type="cognitive_status", date=date(2026, 1, 1), score=3),
            make_assessment(patients["y"], name="Walk", type="physical", date=date(2026, 2, 1), score=Decimal("7.5")),
            make_assessment(patients["x"], name="Mood", type="mental_health", date=date(2026, 3, 1), score=None),
        ]


def initials(response):
    assert response.status_code == 200, response.content
    return "".join(row["full_name"][0].lower() for row in response.json()["results"])


def names(response):
    assert response.status_code == 200, response.content
    return [row["name"] for row in response.json()["results"]]


def test_patients_are_found(client, patients):
    found = [(query, initials(client.get(f"{PATIENTS}?{query}"))) for query, _ in PATIENT_QUERIES]
    assert found == PATIENT_QUERIES


def test_patients_are_filtered_by_practitioner(client, patients, riverside):
    assert initials(client.get(PATIENTS, {"user": str(riverside.owner.pk)})) == "z"


def test_assessments_are_found(client, assessments):
    found = [(query, names(client.get(f"{ASSESSMENTS}?{query}"))) for query, _ in ASSESSMENT_QUERIES]
    assert found == ASSESSMENT_QUERIES


def test_assessments_are_filtered_by_patient(client, assessments, patients):
    assert names(client.get(ASSESSMENTS, {"patient": str(patients["y"].pk)})) == ["Walk"]


def test_pages_lead_to_each_other(client, patients):
    first = client.get(PATIENTS, {"page_size": "2", "ordering": "name"})
    there = first.json()["meta"]["pagination"]
    last = client.get(there["next"])
    back = last.json()["meta"]["pagination"]
    assert (initials(first), initials(last), initials(client.get(back["previous"]))) == ("zy", "x", "zy")
    begin = "http://testserver/api/v1/patients/?page_size=2&ordering=name&cursor="
    assert {**there, "next": there["next"][: len(begin)]} == {"count": 3, "next": begin, "previous": None}
    assert {**back, "previous": back["previous"][: len(begin)]} == {"count": 3, "next": None, "previous": begin}
    assert (first["Link"], last["Link"]) == (f'<{there["next"]}>; rel="next"', f'<{back["previous"]}>; rel="prev"')


def walked(client, path) -> list[int]:
    """The numbers in the records' ids, from page to page."""
    found = []
    while path:
        answer = client.get(path).json()
        found += [int(row["id"].replace("-", ""), 16) for row in answer["results"]]
        path = answer["meta"]["pagination"]["next"]
    return found


@pytest.mark.parametrize("of", ["gender", "practitioner", "record_number,gender"])
def test_rows_that_an_order_leaves_equal_come_by_their_names_and_then_their_ids(client, riverside, of):
    """Names that sort alike, since accents do not count, made in another order than that of their ids."""
    with clinic_scope(riverside.clinic):
        user = Practitioner.objects.get(pk=riverside.owner.pk)
        for number, name in ((4, "Bo Bell"), (3, "Ána Bell"), (5, "Ana Bell"), (1, "Aná Bell"), (2, "Al Cole")):
            family = name.split()[-1]
            numbers = {} if "record" not in of else {"record_number": f"T-{number}"}
            make_patient(pk=UUID(int=number), full_name=name, family_name=family, gender="male", user=user, **numbers)
    right = [1, 2, 3, 4, 5] if "record" in of else [1, 3, 5, 4, 2]
    for size in (1, 2, 5):
        asked = f"{PATIENTS}?page_size={size}&ordering="
        assert walked(client, f"{asked}{of},name") == right
        back = f"{asked}{','.join(f'-{each}' for each in of.split(','))},-name"
        assert walked(client, back) == right[::-1]


def test_way_back_from_a_row_says_a_page_that_there_is(client, patients):
    there = client.get(PATIENTS, {"ordering": "name", "after": str(patients["z"].pk)})
    back = there.json()["meta"]["pagination"]["previous"]
    assert (initials(there), initials(client.get(back))) == ("yx", "z")


def test_page_holds_twenty_five_unless_told_otherwise(client, riverside):
    with clinic_scope(riverside.clinic):
        for _ in range(26):
            make_patient()
    sizes = [len(client.get(f"{PATIENTS}{query}").json()["results"]) for query in ("", "?page_size=100")]
    assert sizes == [25, 26]


def test_empty_list_is_its_own_first_page(client, riverside):
    answer = client.get(PATIENTS, {"page": "1"}).json()
    assert (answer["results"], answer["meta"]["pagination"]) == ([], {"count": 0, "next": None, "previous": None})


def test_page_past_the_end_is_not_found(client):
    for path in (PATIENTS, ASSESSMENTS):
        for number in ("2", "999999999"):
            check(client.get(path, {"page": number}), 404, "not_found")


def faults(client, path, cases):
    """The parameters at fault of each (name, value)."""
    return [(name, list(check(client.get(path, {name: value}), 400))) for name, value in cases]


@pytest.mark.parametrize("path", [PATIENTS, ASSESSMENTS])
def test_parameters_that_are_not_understood_are_named(person, path):
    assert faults(person, path, BAD_PARAMETERS) == [(name, [name or "body"]) for name, _ in BAD_PARAMETERS]


def test_filters_that_are_not_understood_are_named(person):
    for path, cases in ((PATIENTS, BAD_PATIENT_FILTERS), (ASSESSMENTS, BAD_ASSESSMENT_FILTERS)):
        assert faults(person, path, cases) == [(name, [name]) for name, _ in cases]


def test_parameter_given_twice_is_refused(person):
    fields = check(person.get(f"{PATIENTS}?gender=male&gender=female"), 400)
    assert fields == {"gender": ["This is given more than once."]}


def test_ordering_may_be_given_as_one_parameter_or_several(person, patients):
    queries = ("ordering=gender,-name", "ordering=gender&ordering=-name")
    assert [initials(person.get(f"{PATIENTS}?{query}")) for query in queries] == ["xzy", "xzy"]


def test_ordering_says_what_there_is(person):
    fields = check(person.get(f"{PATIENTS}?ordering=shoe_size"), 400)
    assert fields["ordering"] == [
        "This list cannot be sorted by “shoe_size”. It can be sorted by: name, preferred_name, record_number, "
        "date_of_birth, age, gender, phone_number, last_score, assessed, next_due, practitioner, created_at."
    ]


def test_one_record_takes_no_parameters_of_lists(client, patient):
    cases = [(name, "1") for name in ("page", "ordering", "search", "gender")]
    assert faults(client, f"{PATIENTS}{patient.pk}/", cases) == [(name, [name]) for name, _ in cases]


def queries(client, path):
    assert client.get(path).status_code == 200  # which notes, once in minutes, that a program was here
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize("path", [PATIENTS, ASSESSMENTS])
def test_fifty_rows_cost_the_queries_of_one(client, riverside, path):
    with clinic_scope(riverside.clinic):
        patient = make_patient()
        make_assessment(patient)
    one = queries(client, f"{path}?page_size=100")
    with clinic_scope(riverside.clinic):
        for number in range(49):
            make_assessment(make_patient(), name=f"Walk {number}")
    assert queries(client, f"{path}?page_size=100") == one


def test_token_is_resolved_by_one_query(program, riverside):
    client = program(riverside)
    assert client.get(PATIENTS).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        client.get(PATIENTS)
    assert ["oauth2_provider_accesstoken" in query["sql"] for query in captured].count(True) == 1
    assert ["accounts_apiclient" in query["sql"] for query in captured].count(True) == 1
