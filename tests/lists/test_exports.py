"""A list as a file: exactly what is seen, however it comes."""

import csv
import io

import openpyxl
import pytest

from clinic.lists.jobs import exports
from clinic.lists.models import Job
from clinic.patients.models import Patient
from tests.world import make_patient


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    monkeypatch.setattr(exports, "BATCH", 5)


def table(response) -> list[list[str]]:
    content = b"".join(response.streaming_content)
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def sheet(response) -> list[list[object]]:
    content = b"".join(response.streaming_content)
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows()]


def test_file_follows_filters_search_and_sort(client, patients):
    rows = table(client.get("/patients/?gender=male&q=person&sort=-name&_export=csv"))
    assert [row[0] for row in rows] == ["Name", *(f"Number{n:02}, Person" for n in (4, 3, 2, 1, 0))]


def test_file_has_every_page_and_each_row_once(client, patients):
    rows = table(client.get("/patients/?per_page=10&page=2&_export=csv"))
    assert [row[0] for row in rows[1:]] == [f"Number{n:02}, Person" for n in range(12)]


def test_equal_sort_keys_repeat_and_skip_nothing(client, patients):
    names = [row[0] for row in table(client.get("/patients/?sort=gender&_export=csv"))[1:]]
    assert (len(names), len(set(names))) == (12, 12)


def test_file_has_the_columns_that_are_seen(client, patients):
    client.post("/lists/patients/layout/", {"column": ["name", "gender", "age"]})
    assert table(client.get("/patients/?_export=csv"))[0] == ["Name", "Gender", "Age"]
    assert table(client.get("/patients/?columns=name,age&_export=csv"))[0] == ["Name", "Age"]


def test_xlsx_holds_the_same_rows(client, patients):
    response = client.get("/patients/?gender=male&_export=xlsx")
    assert [row[0] for row in sheet(response)[1:]] == [f"Number{n:02}, Person" for n in range(5)]


def test_formula_in_a_name_is_neutralised(client, patients):
    with patients.scope():
        make_patient(full_name="=1+1", family_name="", gender="other")
    rows = table(client.get("/patients/?gender=other&columns=name,gender&_export=csv"))
    assert rows[1][0] == "'=1+1"


def test_file_is_named_after_the_list_and_not_kept_by_anybody(client, patients):
    response = client.get("/patients/?_export=csv")
    assert response["Content-Disposition"].startswith('attachment; filename="patients-20')
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    "query", ["_export=pdf", "_export=", "_export=csv&gender=x", "_export=csv&sort=x", "_export=csv&q=%00"]
)
def test_odd_address_is_400(client, query):
    assert client.get(f"/patients/?{query}").status_code == 400


def test_stranger_gets_no_file(db):
    from django.test import Client

    assert Client().get("/patients/?_export=csv").status_code == 302


def begun(patients) -> Job:
    with patients.scope():
        return Job.objects.order_by("-created_at").first()


def test_worker_makes_the_same_file_of_all_that_match(client, patients, work):
    client.post(
        "/patients/bulk/",
        {"do": "csv", "scope": "all", "query": "gender=male&sort=-name", "expected": "5", "shown_columns": "name,age"},
    )
    work()
    rows = table(client.get(f"/work/{begun(patients).pk}/file/"))
    assert (rows[0], [row[0] for row in rows[1:]]) == (
        ["Name", "Age"],
        [f"Number{n:02}, Person" for n in (4, 3, 2, 1, 0)],
    )


def test_worker_makes_a_file_of_the_ticked_rows_only(client, patients, work):
    client.post("/patients/bulk/", {"do": "xlsx", "scope": "rows", "id": patients.keys[2:4]})
    work()
    rows = sheet(client.get(f"/work/{begun(patients).pk}/file/"))
    assert [row[0] for row in rows[1:]] == ["Number02, Person", "Number03, Person"]


def test_file_is_for_who_began_it(client, patients, work, riverside, sign_in):
    client.post("/patients/bulk/", {"do": "csv", "scope": "rows", "id": patients.keys[:1]})
    work()
    assert sign_in(riverside.owner).get(f"/work/{begun(patients).pk}/file/").status_code == 404


def test_archived_patients_are_left_out_as_they_are_of_the_list(client, patients):
    with patients.scope():
        Patient.objects.filter(pk=patients.keys[0]).update(archived_at="2026-01-01T00:00Z")
    assert len(table(client.get("/patients/?_export=csv"))) == 12
    assert len(table(client.get("/patients/?archived=all&_export=csv"))) == 13
