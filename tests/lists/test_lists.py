"""The list page, on both lists that stand on it."""

import re

import pytest

from clinic.assessments.tables import AssessmentTable
from clinic.patients.tables import PatientTable
from clinic.tenancy.scope import clinic_scope
from tests.world import make_assessment, make_patient

LISTS = {"/patients/": PatientTable, "/assessments/": AssessmentTable}
FRAGMENT = {"HX-Request": "true", "HX-Target": "table"}


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


def fill(world, count: int) -> None:
    with clinic_scope(world.clinic):
        for _ in range(count):
            make_assessment(make_patient())


def shown(page: str) -> list[str]:
    """The ids that the rows link to, in order."""
    return re.findall(r'<th scope="row"[^>]*><a href="/\w+/([0-9a-f-]{36})/"', page)


BAD = [
    "sort=nonsense",
    "sort=",
    "sort=-",
    "sort=name%00",
    "page=0",
    "page=-1",
    "page=abc",
    "page=1.5",
    "page=%00",
    "page=99999999999999999999",
    "per_page=7",
    "per_page=all",
    "q=a%00b",
    "q=" + "x" * 201,
    "user=not-a-uuid",
    "user=00000000-0000-4000-8000-000000000000",
    "archived=perhaps",
    "nonsense=1",
]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("query", BAD)
def test_bad_address_is_400_with_a_reason_and_no_rows(client, riverside, path, query):
    fill(riverside, 1)
    response = client.get(f"{path}?{query}")
    assert (response.status_code, shown(response.content.decode())) == (400, [])
    assert 'role="alert"' in response.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "patient=nonsense",
        "date_from=someday",
        "score_min=many",
        "type=nonsense",
        "score_min=1e999",
        "date_to=0",
    ],
)
def test_bad_assessment_filter_is_400(client, query):
    assert client.get(f"/assessments/?{query}").status_code == 400


@pytest.mark.parametrize("query", ["gender=nonsense", "age=1-2", "gender=%00"])
def test_bad_patient_filter_is_400(client, query):
    assert client.get(f"/patients/?{query}").status_code == 400


@pytest.mark.parametrize("path", LISTS)
def test_page_past_the_last_is_404(client, path):
    assert client.get(f"{path}?page=2").status_code == 404


@pytest.mark.parametrize("path", LISTS)
def test_page_and_fragment_show_the_same_rows(client, riverside, path):
    fill(riverside, 3)
    page, fragment = client.get(path), client.get(path, headers=FRAGMENT)
    assert shown(page.content.decode()) == shown(fragment.content.decode())
    assert ("<html" in page.content.decode(), "<html" in fragment.content.decode()) == (True, False)


@pytest.mark.parametrize("path", LISTS)
def test_htmx_that_asks_for_no_part_of_a_list_gets_the_whole_page(client, riverside, path):
    fill(riverside, 3)
    page, other = client.get(path), client.get(path, headers={"HX-Request": "true", "HX-Target": "main"})
    assert shown(page.content.decode()) == shown(other.content.decode())
    assert "<html" in other.content.decode()


@pytest.mark.parametrize("path", LISTS)
def test_page_has_25_rows_where_nothing_else_is_asked_for(client, riverside, path):
    fill(riverside, 26)
    assert "1 to 25 of 26" in client.get(path).content.decode()


@pytest.mark.parametrize("path", LISTS)
def test_answers_vary_on_htmx_and_are_not_stored(client, path):
    response = client.get(path)
    assert ("HX-Request" in response["Vary"], "HX-Target" in response["Vary"]) == (True, True)
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("path", LISTS)
def test_history_request_gets_the_whole_page(client, path):
    response = client.get(path, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in response.content.decode()


@pytest.mark.parametrize(
    ("path", "column"),
    [
        (path, name)
        for path, table in LISTS.items()
        for name, column in table.base_columns.items()
        if column.orderable is not False
    ],
)
def test_every_column_sorts_both_ways(client, riverside, path, column):
    fill(riverside, 4)
    within = "&instrument=none" if column == "score" else ""
    rising = shown(client.get(f"{path}?sort={column}{within}").content.decode())
    falling = shown(client.get(f"{path}?sort=-{column}{within}").content.decode())
    assert (len(rising), falling) == (4, rising[::-1])


@pytest.mark.parametrize("path", LISTS)
def test_pages_repeat_and_skip_nothing_with_equal_sort_keys(client, riverside, path):
    fill(riverside, 25)
    column = "gender" if path == "/patients/" else "type"
    pages = [shown(client.get(f"{path}?sort={column}&per_page=10&page={n}").content.decode()) for n in (1, 2, 3)]
    assert [len(page) for page in pages] == [10, 10, 5]
    assert len({row for page in pages for row in page}) == 25


@pytest.mark.parametrize("headers", [{}, FRAGMENT])
@pytest.mark.parametrize("path", LISTS)
def test_list_takes_the_same_queries_for_1_and_50_rows(client, riverside, path, headers, django_assert_num_queries):
    fill(riverside, 1)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        client.get(f"{path}?per_page=50", headers=headers)
    fill(riverside, 49)
    with CaptureQueriesContext(connection) as fifty:
        response = client.get(f"{path}?per_page=50", headers=headers)
    assert len(shown(response.content.decode())) == 50
    assert len(fifty) == len(one) <= 12


@pytest.mark.parametrize("path", LISTS)
def test_empty_list_says_what_to_do(client, path):
    page = client.get(path).content.decode()
    assert ("to show" in page, shown(page)) == (True, [])


def test_active_filters_are_chips_that_can_be_taken_away(client, riverside):
    fill(riverside, 1)
    page = client.get("/patients/?gender=female&age=40-64&sort=-age").content.decode()
    assert 'href="/patients/?age=40-64&amp;sort=-age"' in page
    assert 'href="/patients/?gender=female&amp;sort=-age"' in page


def test_sort_link_keeps_filters_and_page_size(client, riverside):
    fill(riverside, 1)
    page = client.get("/patients/?gender=female&per_page=10&page=1").content.decode()
    assert "/patients/?gender=female&amp;per_page=10&amp;sort=record_number" in page


def test_count_is_in_words(client, riverside):
    fill(riverside, 2)
    assert "2 patients" in client.get("/patients/").content.decode()


def test_filters_keep_their_labels_after_the_api_was_described(client, riverside):
    fill(riverside, 1)
    client.get("/api/v1/docs/")
    page = client.get("/patients/?gender=nonsense&age=nonsense").content.decode()
    named = re.findall(r"<p>(\w+): Select a valid choice", page)
    assert named == ["Gender", "Age"]


@pytest.mark.parametrize("path", LISTS)
def test_list_in_tiers_is_said_to_be_sorted_by_no_column(client, riverside, path):
    fill(riverside, 2)
    with clinic_scope(riverside.clinic):
        make_assessment(make_patient(full_name="Zola Marsh"), name="Marsh")
    column = next(iter(LISTS[path].base_columns))
    listed = client.get(path).content.decode()
    found = client.get(f"{path}?q=marsh").content.decode()
    ordered = client.get(f"{path}?q=marsh&sort={column}&per_page=10").content.decode()
    assert [page.count("aria-sort=") for page in (listed, found, ordered)] == [1, 0, 1]
    assert [page.count("Nearest matches first") for page in (listed, found, ordered)] == [0, 1, 1]
    assert f'href="{path}?q=marsh&amp;per_page=10" hx-boost="true">Nearest matches first' in ordered
