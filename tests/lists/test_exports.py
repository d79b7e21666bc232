"""A list as a file: exactly what is seen, however it comes."""

import csv
import io
from base64 import b64encode
from hashlib import sha256

import openpyxl
import pytest

from clinic.audit.models import AuditEvent
from clinic.lists.jobs import exports
from clinic.lists.models import Job
from clinic.patients.models import Patient
from tests.accounts.test_factors import AGAIN
from tests.clock import in_one_zone
from tests.typed import sent_by
from tests.world import PASSWORD, make_patient


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
    assert table(client.get("/patients/?_export=csv"))[0] == ["Name", "Gender", "Gender, code", "Age"]
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


def test_made_file_comes_with_its_digest_which_its_page_shows(client, patients, work):
    client.post("/patients/bulk/", {"do": "xlsx", "scope": "rows", "id": patients.keys})
    work()
    job = begun(patients)
    answer = client.get(f"/work/{job.pk}/file/")
    digest = sha256(b"".join(answer.streaming_content))
    assert answer["Repr-Digest"] == f"sha-256=:{b64encode(digest.digest()).decode()}:"
    assert digest.hexdigest() in client.get(f"/work/{job.pk}/").content.decode()


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


@in_one_zone
def test_file_of_ticked_rows_is_neither_begun_nor_given_without_confirming(clock, client, patients, work):
    form = {"do": "csv", "id": str(patients.keys[0]), "query": "", "shown_columns": "name"}
    clock.move(minutes=10)
    assert client.post("/patients/bulk/", form).status_code == 403
    with patients.scope():
        assert not Job.objects.exists()
    client.post(AGAIN, {"password": PASSWORD})
    page = client.post("/patients/bulk/", form)["Location"]
    work()
    assert client.get(f"{page}file/").status_code == 200
    clock.move(minutes=10)
    led = client.get(f"{page}file/")
    assert (led.status_code, led["Location"].partition("?")[0], client.get(page).status_code) == (302, AGAIN, 200)


@pytest.mark.parametrize("query", ["", "gender=male&sort=-name", "q=person&columns=name,age&page=2"])
def test_long_file_is_made_by_the_worker_after_a_question_and_is_the_same(client, patients, work, monkeypatch, query):
    streamed = table(client.get(f"/patients/?{query}&_export=csv"))
    monkeypatch.setattr(exports, "LONGEST_STREAM", len(streamed) - 2)
    events = AuditEvent.objects.filter(action="patients.exported")
    with patients.scope():
        before = events.count()
    asked = client.get(f"/patients/?{query}&_export=csv").content.decode()
    assert f"Export {len(streamed) - 1} patients as CSV" in asked
    with patients.scope():
        assert (events.count(), Job.objects.count()) == (before, 0)
    client.post("/patients/bulk/", sent_by(asked.partition("<main")[2]))
    work()
    assert table(client.get(f"/work/{begun(patients).pk}/file/")) == streamed


def test_file_of_the_longest_length_is_streamed(client, patients, monkeypatch):
    monkeypatch.setattr(exports, "LONGEST_STREAM", 12)
    assert len(table(client.get("/patients/?_export=csv"))) == 13


def test_who_only_reads_begins_no_work_and_gets_a_long_file_at_once(riverside, sign_in, patients, monkeypatch):
    monkeypatch.setattr(exports, "LONGEST_STREAM", 0)
    assert len(table(sign_in(riverside.auditor).get("/patients/?_export=csv"))) == 13


def test_odd_address_of_a_long_file_is_400(client, patients, monkeypatch):
    monkeypatch.setattr(exports, "LONGEST_STREAM", 0)
    assert client.get("/patients/?_export=csv&gender=x").status_code == 400


def test_every_coded_field_has_its_code_beside_the_word(client, patients):
    with patients.scope():
        said = {"status": "deceased", "sex": "other", "language": "yo", "contact_by": "text"}
        Patient.objects.filter(pk=patients.keys[0]).update(**said)
    url = "/patients/?columns=name,gender,status,sex,language,contact_by&sort=name&_export=csv"
    heads, first, second, *_ = table(client.get(url))
    coded = ("Gender", "Status", "Sex for clinical use", "Language", "Best reached")
    assert heads == ["Name", *(head for name in coded for head in (name, f"{name}, code"))]
    said = ["Deceased", "deceased", "Neither", "other", "Yoruba", "yo", "By text message", "text"]
    assert first[1:] == ["Male", "male", *said]
    assert second[1:] == ["Male", "male", "Active", "active", *[""] * 6]
