"""An assessment is listed with its instrument, its status and its result, which only a completed one has."""

import csv
import io
import re
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.assessments.models import Assessment, CustomInstrument
from clinic.tenancy.scope import clinic_scope
from tests.world import make_assessment, make_patient

API = "/api/v1/assessments/"
DAY, NEXT = date(2026, 1, 1), date(2026, 1, 2)
SHOWN = "columns=name,instrument,status,score,severity"


def follow(patient, name: str, instrument: str, score: Any, severity: int | None = None, **fields: Any) -> Assessment:
    values = {"instrument_version": "2", "band": "", "date": DAY, "questions": [], **fields}
    if score is not None:
        values |= {"score_low": score, "score_high": score}
    return make_assessment(patient, name=name, instrument=instrument, score=score, severity=severity, **values)


@pytest.fixture
def patient(riverside):
    """One with a PHQ-9 in each status, the highest of those that are none, a normal GCS, and two that are free."""
    with clinic_scope(riverside.clinic):
        CustomInstrument.objects.create(
            instrument="own-mood", version=1, definition={"title": "Mood & <more>"}, origin="form", created_by_id="x"
        )
        made = make_patient(full_name="Zora", family_name="")
        follow(made, "Bad", "phq-9", 21, 4, band="Severe", results={"cutoff": "positive"})
        follow(made, "Mended", "phq-9", 7, 1, band="Mild", status="amended", date=NEXT)
        follow(made, "Begun", "phq-9", 27, 4, band="Severe", status="in_progress", results={"cutoff": "positive"})
        follow(made, "Later", "phq-9", None, status="planned", date=NEXT)
        follow(made, "Wrong", "phq-9", 26, 4, band="Severe", status="cancelled")
        follow(made, "Partly", "phq-9", None, score_low=3, score_high=9)
        follow(made, "Awake", "gcs", 15, None, band="Fully responsive")
        follow(made, "Mood", "own-mood", "2.5", 3, band="Low & <down>")
        make_assessment(made, name="Walk", date=DAY, score=12)
        make_assessment(made, name="Swim", date=DAY, score=3)
    return made


@pytest.fixture
def client(riverside, sign_in, patient):
    return sign_in(riverside.clinician)


@pytest.fixture
def paths(patient) -> list[str]:
    return ["/assessments/", f"/patients/{patient.pk}/assessments/"]


def names(answer) -> list[str]:
    assert answer.status_code == 200, answer.content.decode()
    return re.findall(r'<th scope="row"[^>]*><a [^>]*>([^<]*)</a>', answer.content.decode())


def cells(answer, label: str) -> dict[str, str]:
    """What a column says, by the name of the row."""
    found = re.findall(rf'data-label="{label}"[^>]*>(.*?)</td>', answer.content.decode())
    words = [" ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in found]
    return dict(zip(names(answer), words, strict=True))


@pytest.mark.parametrize("at", [0, 1])
def test_list_says_instrument_status_and_the_result_of_what_is_completed(client, paths, at):
    page = client.get(f"{paths[at]}?sort=name&{SHOWN}")
    assert cells(page, "Instrument") == {
        "Awake": "GCS", "Bad": "PHQ-9", "Begun": "PHQ-9", "Later": "PHQ-9", "Mended": "PHQ-9",
        "Mood": "Mood &amp; &lt;more&gt;", "Partly": "PHQ-9", "Swim": "", "Walk": "", "Wrong": "PHQ-9",
    }  # fmt: skip
    completed = dict.fromkeys(("Awake", "Bad", "Mood", "Partly", "Swim", "Walk"), "Completed")
    assert cells(page, "Status") == completed | {
        "Begun": "In progress", "Later": "Planned", "Mended": "Amended", "Wrong": "Cancelled",
    }  # fmt: skip
    none = dict.fromkeys(("Begun", "Later", "Wrong", "Partly"), "")
    scores = {"Awake": "15", "Bad": "21", "Mended": "7", "Mood": "2.5", "Swim": "3", "Walk": "12"}
    assert cells(page, "Score") == none | scores
    assert cells(page, "Severity") == none | {
        "Awake": "Fully responsive", "Bad": "Severe", "Mended": "Mild", "Mood": "Low &amp; &lt;down&gt;",
        "Swim": "", "Walk": "",
    }  # fmt: skip
    marks = re.findall(r'class="band-mark band-mark-(\w+)"[^>]*><bdi>([^<]*)', page.content.decode())
    assert sorted(marks) == [
        ("1", "Mild"),
        ("3", "Low &amp; &lt;down&gt;"),
        ("4", "Severe"),
        ("none", "Fully responsive"),
    ]


FOUND = [
    ("instrument=gcs", ["Awake"]),
    ("instrument=own-mood", ["Mood"]),
    ("instrument=gad-7", []),
    ("instrument=none", ["Swim", "Walk"]),
    ("status=in_progress", ["Begun"]),
    ("status=planned", ["Later"]),
    ("status=amended", ["Mended"]),
    ("status=cancelled", ["Wrong"]),
    ("status=completed&instrument=phq-9", ["Bad", "Partly"]),
    ("severity=1", ["Bad", "Mended", "Mood"]),
    ("severity=2", ["Bad", "Mood"]),
    ("severity=4", ["Bad"]),
    ("severity=4&status=in_progress", []),
    ("instrument=phq-9&severity=1", ["Bad", "Mended"]),
    ("instrument=phq-9&score_min=7", ["Bad", "Mended"]),
    ("instrument=phq-9&score_min=21.5", []),
    ("instrument=phq-9&score_max=20.99", ["Mended"]),
    ("instrument=none&score_max=3", ["Swim"]),
    ("instrument=phq-9&score_min=0&q=Bad", ["Bad"]),
    ("instrument=phq-9&sort=score", ["Mended", "Bad", "Begun", "Wrong", "Partly", "Later"]),
    ("instrument=phq-9&sort=-score", ["Bad", "Mended", "Later", "Partly", "Wrong", "Begun"]),
    ("instrument=none&sort=-score", ["Walk", "Swim"]),
    ("status=completed&sort=-severity", ["Bad", "Mood", "Swim", "Walk", "Awake", "Partly"]),
    ("status=completed&sort=severity", ["Mood", "Bad", "Partly", "Awake", "Walk", "Swim"]),
    ("status=completed&sort=instrument", ["Awake", "Mood", "Bad", "Partly", "Walk", "Swim"]),
    ("status=completed&sort=-instrument", ["Partly", "Bad", "Mood", "Awake", "Swim", "Walk"]),
    ("instrument=phq-9&sort=status", ["Later", "Begun", "Bad", "Partly", "Mended", "Wrong"]),
    ("instrument=phq-9&sort=-status", ["Wrong", "Mended", "Partly", "Bad", "Begun", "Later"]),
    ("sort=-date", ["Later", "Mended", "Swim", "Walk", "Mood", "Awake", "Partly", "Wrong", "Begun", "Bad"]),
]


def test_lists_and_json_find_and_order_by_what_is_a_result(client, paths, riverside):
    settle(riverside)
    found = []
    for query, _ in FOUND:
        asked = query if "sort" in query else f"{query}&sort=name"
        answer = client.get(f"{API}?{asked.replace('sort=', 'ordering=').replace('q=', 'search=')}").json()
        lists = [names(client.get(f"{path}?{asked}")) for path in paths]
        found.append((query, *lists, [row["name"] for row in answer["results"]]))
    assert found == [(query, right, right, right) for query, right in FOUND]


def settle(riverside) -> None:
    """Those of one day were begun one after the other, in the order in which they were made."""
    order = ["Bad", "Mended", "Begun", "Later", "Wrong", "Partly", "Awake", "Mood", "Walk", "Swim"]
    with clinic_scope(riverside.clinic):
        for at, name in enumerate(order):
            moment = datetime(2026, 1, 3, 12, at, tzinfo=UTC)
            Assessment.objects.filter(name=name).update(created_at=moment)


def test_search_has_the_newest_of_a_patient_first(client, riverside):
    settle(riverside)
    right = ["Later", "Mended", "Swim", "Walk", "Mood", "Awake", "Partly", "Wrong", "Begun", "Bad"]
    assert names(client.get("/assessments/?q=zora")) == right


def test_order_by_a_result_among_others_is_of_what_is_completed(client):
    found = {}
    for order in ("type,-score", "-type,severity", "type,status", "type,instrument,-date"):
        rows = client.get(f"{API}?instrument=phq-9&ordering={order},name").json()["results"]
        found[order] = [row["name"] for row in rows]
    assert found == {
        "type,-score": ["Bad", "Mended", "Begun", "Later", "Partly", "Wrong"],
        "-type,severity": ["Mended", "Bad", "Begun", "Later", "Partly", "Wrong"],
        "type,status": ["Later", "Begun", "Bad", "Partly", "Mended", "Wrong"],
        "type,instrument,-date": ["Later", "Mended", "Bad", "Begun", "Partly", "Wrong"],
    }


@pytest.mark.parametrize("query", ["score_min=10", "score_max=0", "sort=score", "sort=-score&q=Bad"])
def test_scores_ask_for_their_instrument_beside_the_field(client, paths, query):
    name = "instrument" if "sort" in query else query.partition("=")[0]
    for path in paths:
        answer = client.get(f"{path}?{query}")
        field = answer.content.decode().partition(f'id="div_id_{name}"')[2].partition('id="div_id_')[0]
        assert (answer.status_code, "Choose the instrument too" in field) == (400, True)
        assert re.findall(r'<th scope="row"', answer.content.decode()) == []
        assert client.get(f"{path}?{query}&_export=csv").status_code == 400
    refused = client.get(f"{API}?{query.replace('sort', 'ordering').replace('q=', 'search=')}")
    field = "ordering" if "sort" in query else name
    assert (refused.status_code, list(refused.json()["error"]["fields"])) == (400, [field])


@pytest.mark.parametrize("query", ["score_min=10", "sort=score"])
def test_work_on_all_in_scores_of_any_instrument_is_refused(client, query):
    form = {"do": "csv", "scope": "all", "expected": "10", "query": query}
    answer = client.post("/assessments/bulk/", form)
    assert (answer.status_code, "Choose the instrument too" in answer.content.decode()) == (400, True)


@pytest.mark.parametrize("wrong", ["instrument=phq-10", "instrument=%00", "status=done", "severity=5", "severity=0"])
def test_unknown_choice_is_refused(client, paths, wrong):
    assert [client.get(f"{path}?{wrong}").status_code for path in (*paths, API)] == [400, 400, 400]


def test_chips_name_the_instrument(client, paths):
    page = client.get(f"{paths[0]}?instrument=own-mood&status=completed&severity=1").content.decode()
    chips = re.findall(r"<span>([^<]*): <b><bdi>([^<]*)</bdi>", page)
    assert chips == [("Instrument", "Mood &amp; &lt;more&gt;"), ("Status", "Completed"), ("Severity", "Mild or worse")]


HEADINGS = ["Name", "Instrument", "Version", "Status", "Status, code", "Score", "Lowest total", "Highest total",
            "Band", "Severity", "Cut-off"]  # fmt: skip


def test_csv_has_the_parts_of_a_result_in_columns_of_their_own(client):
    content = b"".join(client.get(f"/assessments/?{SHOWN}&sort=name&_export=csv").streaming_content)
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))) == [
        HEADINGS,
        ["Awake", "GCS", "2", "Completed", "completed", "15.00", "15.00", "15.00", "Fully responsive", "", ""],
        ["Bad", "PHQ-9", "2", "Completed", "completed", "21.00", "21.00", "21.00", "Severe", "Severe", "positive"],
        ["Begun", "PHQ-9", "2", "In progress", "in_progress", "", "", "", "", "", ""],
        ["Later", "PHQ-9", "2", "Planned", "planned", "", "", "", "", "", ""],
        ["Mended", "PHQ-9", "2", "Amended", "amended", "7.00", "7.00", "7.00", "Mild", "Mild", ""],
        [
            "Mood",
            "Mood & <more>",
            "2",
            "Completed",
            "completed",
            *["2.50"] * 3,
            "Low & <down>",
            "Moderately severe",
            "",
        ],
        ["Partly", "PHQ-9", "2", "Completed", "completed", "", "3.00", "9.00", "", "", ""],
        ["Swim", "", "", "Completed", "completed", "3.00", "", "", "", "", ""],
        ["Walk", "", "", "Completed", "completed", "12.00", "", "", "", "", ""],
        ["Wrong", "PHQ-9", "2", "Cancelled", "cancelled", "", "", "", "", "", ""],
    ]


def test_xlsx_of_a_patient_has_the_same_columns(client, paths):
    content = b"".join(client.get(f"{paths[1]}?instrument=gcs&_export=xlsx").streaming_content)
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows()]
    assert rows[0] == ["Name", "Type", "Type, code", *HEADINGS[1:5], "Date", *HEADINGS[5:], "Practitioner"]
    assert rows[1][3:6] + rows[1][8:12] == ["GCS", "2", "Completed", 15, 15, 15, "Fully responsive"]


@pytest.mark.parametrize("query", ["", "&instrument=own-mood"])
def test_many_rows_cost_the_queries_of_few(client, riverside, patient, paths, query):
    def queries() -> list[int]:
        found = []
        for path in (*paths, API, f"{paths[0]}?_export=csv"):
            with CaptureQueriesContext(connection) as captured:
                answer = client.get(f"{path}{'&' if '?' in path else '?'}{query[1:]}")
                assert answer.status_code == 200
                list(answer.streaming_content if answer.streaming else ())
            found.append(len(captured))
        return found

    few = queries()
    with clinic_scope(riverside.clinic):
        for at in range(5):
            follow(patient, f"More {at}", "own-mood", at, at % 5)
    assert queries() == few
