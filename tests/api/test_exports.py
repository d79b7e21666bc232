"""Files for analysis: what is in them, for whom, what changed since, and a worker that was killed."""

import csv
import io
import json
import zipfile
from importlib.util import find_spec

import pytest
from django.test import Client

from clinic.api.exports import work as exports
from clinic.api.exports.columns import TABLES
from clinic.audit.seals import seal_trail
from clinic.instruments.actions import add_custom_instrument
from clinic.patients.actions import archive_patient, update_patient
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import ANSWERS, SITTINGS, send
from tests.api.test_bad_input import check
from tests.api.test_fine_scopes import narrow  # noqa: F401  # a fixture
from tests.api.test_schema import errors
from tests.instruments.kinds import ANSWERS as EVERY_ANSWER
from tests.instruments.kinds import EVERY_KIND
from tests.lists.conftest import work  # noqa: F401  # a fixture
from tests.merging.records import merge
from tests.restricted.conftest import restricted  # noqa: F401  # a fixture
from tests.sealing import seals
from tests.world import Writer, make_assessment, make_patient

EXPORTS = "/api/v1/exports/"
BY = Writer()


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    monkeypatch.setattr(exports, "BATCH", 2)


@pytest.fixture
def wide(narrow):  # noqa: F811  # the fixture
    return narrow("read", "export")


@pytest.fixture
def rows(riverside, patient, person, body):
    """Five patients, a questionnaire that was answered, and a free assessment with a score."""
    with clinic_scope(riverside.clinic):
        others = [make_patient(full_name=f"=Eve {number}", family_name="") for number in range(4)]
        make_assessment(patient, name="Walk", score="7.5", questions=[{"question": "How far?", "answer": "Far"}])
    assert send(person, "post", SITTINGS, body(ANSWERS, complete=True)).status_code == 201
    return [patient, *others]


def begun(client: Client, **fields) -> dict:
    answer = send(client, "post", EXPORTS, {"format": "ndjson", **fields})
    assert answer.status_code == 201, answer.content
    assert errors("ExportAnswer", answer.json()) == []
    return answer.json()["results"]


def taken(client: Client, export: dict) -> zipfile.ZipFile:
    done = client.get(f"{EXPORTS}{export['id']}/").json()
    assert (done["results"]["state"], errors("ExportAnswer", done)) == ("done", [])
    file = client.get(done["results"]["file"])
    assert (file.status_code, file["Content-Type"]) == (200, "application/zip")
    return zipfile.ZipFile(io.BytesIO(b"".join(file.streaming_content)))


def lines(archive: zipfile.ZipFile, name: str) -> list[dict]:
    return [json.loads(line) for line in archive.read(name).decode().splitlines()]


def files(client: Client, work, **fields) -> zipfile.ZipFile:  # noqa: F811  # the fixture
    export = begun(client, **fields)
    work()
    return taken(client, export)


def test_files_have_every_row_and_a_dictionary_of_them(wide, rows, work):  # noqa: F811
    archive = files(wide, work)
    names = ["patients.ndjson", "assessments.ndjson", "answers.ndjson", "dictionary.json"]
    assert (archive.namelist(), archive.testzip()) == (names, None)
    told = {name.partition(".")[0]: lines(archive, name) for name in names[:3]}
    assert {row["id"] for row in told["patients"]} == {str(each.pk) for each in rows}
    assert {row["instrument"]: row["score"] for row in told["assessments"]} == {"phq-9": 11, None: 7.5}
    answers = {row["item"]: row for row in told["answers"] if row["instrument"]}
    shown = [answers["1"][name] for name in ("value", "points", "text", "item_loinc", "loinc")]
    assert (len(answers), shown) == (9, ["2", 2, "More than half the days", "44250-9", "LA6570-1"])
    [free] = [row for row in told["answers"] if not row["instrument"]]
    assert (free["question"], free["value"]) == ("How far?", "Far")
    dictionary = json.loads(archive.read("dictionary.json"))
    for table in dictionary["tables"]:
        assert [each["name"] for each in table["columns"]] == list(lines(archive, table["file"])[0])
    assert [(each["id"], len(each["items"]) > 8) for each in dictionary["instruments"]] == [("phq-9", True)]
    assert (dictionary["whole"], dictionary["names"]) == (True, True)


def test_csv_has_the_same_and_no_formula(wide, rows, work):  # noqa: F811
    told = files(wide, work, format="csv", tables=["patients"]).read("patients.csv").decode()
    found = list(csv.DictReader(io.StringIO(told)))
    assert (len(found), {row["full_name"][:2] for row in found}) == (5, {"'=", "An"})
    assert list(found[0]) == [each.name for each in TABLES["patients"].columns]


def test_analysis_without_names_has_none(narrow, rows, work):  # noqa: F811
    client = narrow("analysis")
    archive = files(client, work)
    everything = "".join(archive.read(name).decode() for name in archive.namelist())
    for name in ("García", "Eve", "P-0", "1961-", "Walk", "How far?"):
        assert name not in everything, name
    patient = lines(archive, "patients.ndjson")[0]
    assert ("year_of_birth" in patient, "full_name" in patient, "date_of_birth" in patient) == (True, False, False)
    assert len(lines(archive, "answers.ndjson")) == 9
    assert json.loads(archive.read("dictionary.json"))["names"] is False


def test_analysis_reads_assessments_by_ids_alone(narrow, rows):  # noqa: F811
    client = narrow("analysis")
    assert client.get(SITTINGS).status_code == 200
    for query in ("search=ana", "ordering=patient", "ordering=record_number", "include=patient"):
        assert client.get(f"{SITTINGS}?{query}").status_code == 400, query
    assert client.get("/api/v1/schedules/?search=ana").status_code == 400
    assert [client.get(f"/api/v1/{name}/").status_code for name in ("patients", "alerts", "changes")] == [403] * 3


def test_analysis_reads_nothing_in_somebodys_own_words(narrow, person, patient, riverside, rows):  # noqa: F811
    with clinic_scope(riverside.clinic):
        free = make_assessment(patient, name="With García", questions=[{"question": "García?", "answer": "García"}])
    client = narrow("analysis")
    for path in (f"{SITTINGS}{free.pk}/", SITTINGS):
        answer = client.get(path)
        assert (answer.status_code, "García" in answer.content.decode()) == (200, False), path
    assert errors("AssessmentAnswer", client.get(f"{SITTINGS}{free.pk}/").json()) == []
    assert client.get(f"{SITTINGS}?ordering=name").status_code == 400
    assert client.get(f"{SITTINGS}{free.pk}/history/").status_code == 403
    assert "García" in person.get(f"{SITTINGS}{free.pk}/").content.decode()


def test_analysis_reads_answers_but_no_text(narrow, person, body, riverside, rows):  # noqa: F811
    with clinic_scope(riverside.clinic):
        add_custom_instrument(by=BY, data=EVERY_KIND, origin="form", becomes="")
    sent = send(person, "post", SITTINGS, body(EVERY_ANSWER, instrument="own-every-kind", complete=True))
    assert sent.status_code == 201, sent.content
    path = f"{SITTINGS}{sent.json()['results']['id']}/"
    assert person.get(path).json()["results"]["answers"] == EVERY_ANSWER
    told = {code: value for code, value in EVERY_ANSWER.items() if code != "4"}
    assert narrow("analysis").get(path).json()["results"]["answers"] == told


@pytest.mark.parametrize(
    ("scopes", "tables"),
    [
        (("read", "export"), ["patients", "assessments", "answers"]), (("export",), ["patients"]),
        (("export", "scores:read"), ["patients", "assessments"]), (("export", "patients:read"), ["patients"]),
        (("analysis",), ["patients", "assessments", "answers"]),
    ],
)  # fmt: skip
def test_tables_are_those_that_the_scopes_allow(narrow, rows, scopes, tables):  # noqa: F811
    client = narrow(*scopes)
    assert begun(client)["tables"] == tables
    for name in TABLES.keys() - tables:
        assert list(check(send(client, "post", EXPORTS, {"format": "csv", "tables": [name]}), 400)) == ["tables"]


def test_who_may_take_no_files_gets_none(narrow, program, riverside, rows, sign_in):  # noqa: F811
    for client in (narrow("read"), program(riverside), sign_in(riverside.front_desk)):
        assert client.get(EXPORTS).status_code == 403
        assert send(client, "post", EXPORTS, {"format": "csv"}).status_code == 403


@seals
def test_changed_records_alone_come_behind_a_cursor(wide, riverside, rows, person, body, work):  # noqa: F811
    with clinic_scope(riverside.clinic):
        seal_trail()
    first = begun(wide)
    work()
    changed, gone, survivor = rows[1], rows[2], rows[3]
    with clinic_scope(riverside.clinic):
        for address in ("Elsewhere", "Back"):
            update_patient(by=BY, id=changed.pk, version=None, address=address)
        archive_patient(by=BY, id=rows[4].pk)
        merge(survivor, gone)
    with clinic_scope(riverside.clinic):
        seal_trail()
    archive = files(wide, work, after=first["after"])
    assert "gone.ndjson" in archive.namelist()
    told = {row["id"]: row["address"] for row in lines(archive, "patients.ndjson")}
    assert told == {str(changed.pk): "Back", str(rows[4].pk): None, str(survivor.pk): None}
    assert lines(archive, "gone.ndjson") == [{"kind": "Patient", "id": str(gone.pk)}]
    assert (lines(archive, "assessments.ndjson"), lines(archive, "answers.ndjson")) == ([], [])
    assert json.loads(archive.read("dictionary.json"))["whole"] is False


@seals
def test_cursor_of_changes_is_one_of_exports_and_back(wide, riverside, rows, work):  # noqa: F811
    with clinic_scope(riverside.clinic):
        seal_trail()
    after = wide.get("/api/v1/changes/?page_size=100").json()["meta"]["pagination"]["after"]
    export = begun(wide, after=after)
    assert wide.get("/api/v1/changes/", {"after": export["after"]}).json()["results"] == []


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "format"), ({"format": "xlsx"}, "format"), ({"format": None}, "format"), ({"format": ["csv"]}, "format"),
        ({"format": "csv", "tables": []}, "tables"), ({"format": "csv", "tables": "patients"}, "tables"),
        ({"format": "csv", "tables": ["people"]}, "tables"), ({"format": "csv", "after": "abc"}, "after"),
        ({"format": "csv", "after": 5}, "after"), ({"format": "csv", "after": ""}, "after"),
        ({"format": "csv", "since": "2026-01-01"}, "since"),
        ({"format": "csv", "id": "9d2817d5-45a3-46b2-b618-f6d02f351f58"}, "id"),
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_refused_by_name(wide, fields, wrong):
    found = check(send(wide, "post", EXPORTS, fields), 400)
    assert {name.partition(".")[0] for name in found} == {wrong}


def test_cursor_of_another_clinic_is_refused(wide, hillside, program):
    after = program(hillside).get("/api/v1/changes/").json()["meta"]["pagination"]["after"]
    assert list(check(send(wide, "post", EXPORTS, {"format": "csv", "after": after}), 400)) == ["after"]


def test_same_key_makes_one_export(wide, rows):
    ids = {send(wide, "post", EXPORTS, {"format": "csv"}, **{"Idempotency-Key": "e1"}).json()["results"]["id"]
           for _ in range(3)}  # fmt: skip
    assert len(ids) == 1


def test_parquet_is_made_where_pyarrow_is_there_and_refused_in_words_elsewhere(wide, rows):
    answer = send(wide, "post", EXPORTS, {"format": "parquet"})
    if find_spec("pyarrow"):
        assert answer.status_code == 201
    else:
        assert "requirements-parquet.txt" in " ".join(check(answer, 400)["format"])
