"""A score is shown, found, sorted and exported with its instrument, on the page and in JSON."""

import csv
import io
import re
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.patients.bulk import PATIENTS
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.lists.test_paging import driven
from tests.patients.test_latest_results import cells
from tests.results import note_results, result
from tests.sizes import times
from tests.world import make_patient

API = "/api/v1/patients/"
OLD, NEW = date(2026, 1, 1), date(2026, 2, 1)
SHOWN = "columns=name,last_score,assessed"


@pytest.fixture
def patients(riverside):
    """Zora has a bad PHQ-9 behind a normal GDS-15, Yves a mild PHQ-9, Xenia a bad GAD-7, Will nothing."""
    with clinic_scope(riverside.clinic):
        made = {name: make_patient(full_name=name, family_name="") for name in ("Zora", "Yves", "Xenia", "Will")}
        phq9 = result("phq-9", 21, 4, band="Severe", change=Decimal(3), assessed_on=OLD, recent_scores=(0.5, 0.75))
        note_results(made["Zora"], phq9, result("gds-15", 0, band="Normal", assessed_on=NEW))
        note_results(made["Yves"], result("phq-9", 7, 1, band="Mild", change=Decimal(-2), assessed_on=NEW))
        note_results(made["Xenia"], result("own-mood", "2.5", 3, band="Bad", assessed_on=OLD))
    return made


@pytest.fixture
def client(riverside, sign_in, patients):
    return sign_in(riverside.clinician)


def names(client, query: str) -> list[str]:
    answer = client.get(f"/patients/?{query}")
    assert answer.status_code == 200, answer.content.decode()
    return re.findall(r'<th scope="row"[^>]*><a [^>]*>([^<]*)</a>', answer.content.decode())


def told(cell: str) -> str:
    """What a cell says."""
    return " ".join(re.sub(r"<[^>]*>", " ", cell).split())


def test_worst_result_is_shown_first_and_the_newest_beside_it(client):
    found = cells(client.get("/patients/?sort=-last_score").content.decode())
    assert list(map(told, found)) == ["PHQ-9 21 +3 Severe GDS-15 0 Normal", "Mood &amp; &lt;more&gt; 2.5 Bad",
                                      "PHQ-9 7 −2 Mild", ""]  # fmt: skip
    assert [told(part) for part in re.findall(r'<span class="newest">(.*)</span>', found[0])] == ["GDS-15 0 Normal"]


@pytest.mark.parametrize(
    ("query", "right"),
    [
        ("severity=1", ["Xenia", "Yves", "Zora"]),
        ("severity=3", ["Xenia", "Zora"]),
        ("severity=4", ["Zora"]),
        ("instrument=phq-9", ["Yves", "Zora"]),
        ("instrument=gds-15", ["Zora"]),
        ("instrument=gds-15&severity=1", []),
        ("instrument=phq-9&severity=2", ["Zora"]),
        ("instrument=phq-9&score_max=7", ["Yves"]),
        ("instrument=phq-9&score_min=7.5&score_max=21", ["Zora"]),
        ("instrument=own-mood&score_min=2.5", ["Xenia"]),
        ("instrument=phq-9&q=Yv", ["Yves"]),
        ("sort=last_score", ["Yves", "Xenia", "Zora", "Will"]),
        ("sort=-last_score", ["Zora", "Xenia", "Yves", "Will"]),
        ("instrument=phq-9&sort=last_score", ["Yves", "Zora"]),
        ("instrument=phq-9&sort=-last_score", ["Zora", "Yves"]),
        ("instrument=phq-9&sort=assessed", ["Zora", "Yves"]),
        ("instrument=phq-9&sort=-assessed", ["Yves", "Zora"]),
    ],
)
def test_list_and_json_find_by_results(client, query, right):
    asked = query if "sort" in query else f"{query}&sort=name"
    assert names(client, asked) == right
    answer = client.get(f"{API}?{asked.replace('sort=', 'ordering=').replace('q=', 'search=')}").json()
    assert [row["full_name"] for row in answer["results"]] == right


def test_order_by_a_result_among_others_is_that_of_the_instrument(client):
    ask = f"{API}?instrument=phq-9&ordering=gender,"
    rows = {sign: client.get(f"{ask}{sign}last_score").json()["results"] for sign in ("", "-")}
    assert {sign: [row["full_name"] for row in found] for sign, found in rows.items()} == {
        "": ["Yves", "Zora"],
        "-": ["Zora", "Yves"],
    }


def test_list_of_one_instrument_shows_its_result_and_its_date(client):
    page = client.get(f"/patients/?instrument=phq-9&sort=name&{SHOWN}").content.decode()
    assert list(map(told, cells(page))) == ["PHQ-9 7 −2 Mild", "PHQ-9 21 +3 Severe"]
    assert re.findall(r'data-label="Assessed"[^>]*><span[^>]*>([^<]*)<', page) == ["1 Feb 2026", "1 Jan 2026"]
    assert (page.count('class="spark"'), "<b><bdi>PHQ-9</bdi></b>" in page) == (1, True)


@pytest.mark.parametrize("query", ["score_min=10", "score_max=0", "score_min=1&score_max=2&sort=-last_score"])
def test_limits_of_a_score_ask_for_its_instrument(client, query):
    answer = client.get(f"/patients/?{query}")
    page = answer.content.decode()
    name = query.partition("=")[0]
    field = re.search(rf'<div id="div_id_{name}".*?</div>\s*</div>', page, re.DOTALL)
    assert (answer.status_code, "Choose the instrument too" in field[0]) == (400, True)
    assert f'name="{name}" value="{query.partition("=")[2].partition("&")[0]}"' in page
    refused = client.get(f"{API}?{query.replace('sort', 'ordering')}")
    assert (refused.status_code, name in refused.json()["error"]["fields"]) == (400, True)


@pytest.mark.parametrize(
    "wrong", ["instrument=none", "instrument=%00", "instrument=phq-9'", "instrument=%25s&score_min=1"]
)
def test_instrument_that_nobody_was_scored_by_is_refused(client, wrong):
    assert [client.get(f"{path}?{wrong}").status_code for path in ("/patients/", API)] == [400, 400]


def rows_of(answer, kind: str) -> list[list[object]]:
    content = b"".join(answer.streaming_content)
    if kind == "csv":
        return [list(row) for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))]
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows()]


HEADINGS = ["Name", "Instrument", "Score", "Band", "Severity", "Change", "Result date", "Assessed"]


def test_csv_has_the_parts_of_a_result_in_columns_of_their_own(client):
    found = rows_of(client.get(f"/patients/?{SHOWN}&sort=-last_score&_export=csv"), "csv")
    assert found == [
        HEADINGS,
        ["Zora", "PHQ-9", "21.00", "Severe", "Severe", "3.00", "2026-01-01", "2026-02-01"],
        ["Xenia", "Mood & <more>", "2.50", "Bad", "Moderately severe", "", "2026-01-01", "2026-01-01"],
        ["Yves", "PHQ-9", "7.00", "Mild", "Mild", "-2.00", "2026-02-01", "2026-02-01"],
        ["Will", "", "", "", "", "", "", ""],
    ]


def test_xlsx_of_one_instrument_has_its_results(client):
    found = rows_of(client.get(f"/patients/?{SHOWN}&instrument=gds-15&_export=xlsx"), "xlsx")
    assert [row[:6] for row in found] == [HEADINGS[:6], ["Zora", "GDS-15", 0, "Normal", None, None]]


def test_json_has_the_result_of_each_instrument_the_worst_first(client):
    phq9 = {"__typename": "LatestResult", "instrument": "phq-9", "score": 21, "band": "Severe", "severity": 4,
            "change": 3, "date": "2026-01-01"}  # fmt: skip
    gds15 = phq9 | {"instrument": "gds-15", "score": 0, "band": "Normal", "severity": None, "change": None,
                    "date": "2026-02-01"}  # fmt: skip
    for query in ("search=zora", "instrument=gds-15"):
        assert [row["latest_results"] for row in client.get(f"{API}?{query}").json()["results"]] == [[phq9, gds15]]


@pytest.mark.parametrize("path", ["/patients/", API])
@pytest.mark.parametrize("query", ["", "instrument=phq-9"])
def test_many_results_cost_the_queries_of_one(client, riverside, path, query):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"{path}?{query}").status_code == 200
        return len(captured)

    one = queries()
    with clinic_scope(riverside.clinic):
        for _ in range(20):
            note_results(make_patient(), *(result(id, 3, 1) for id in ("own-mood", "gad-7", "phq-9")))
    assert queries() == one


def test_page_of_a_patient_shows_each_result_to_who_may_see_it(client, riverside, sign_in, patients):
    path = f"/patients/{patients['Zora'].pk}/"
    page = client.get(f"{path}details/").content.decode()
    shown = re.search(r'<ul class="latest-results">(.*?)</ul>', page, re.DOTALL)[1]
    assert [told(line) for line in shown.split("</li>")[:-1]] == [
        "PHQ-9 21 Severe 1 Jan 2026, +3 since the last time",
        "GDS-15 0 Normal 1 Feb 2026",
    ]
    desk = sign_in(riverside.front_desk).get(path)
    assert (desk.status_code, "Latest results" in desk.content.decode(), "PHQ-9" in desk.content.decode()) == (
        200, False, False,
    )  # fmt: skip


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield


RESULTS = st.lists(
    st.dictionaries(
        st.sampled_from(["phq-9", "gad-7"]),
        st.tuples(st.sampled_from([0, 5, 20]), st.none() | st.integers(0, 4), st.sampled_from([OLD, NEW])),
    ),
    max_size=12,
)


@settings(max_examples=times(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=RESULTS, size=st.integers(1, 4), sort=st.sampled_from(["last_score", "assessed"]), low=st.sampled_from([0, 5])
)
def test_every_way_through_a_list_of_one_instrument_gives_each_row_once_in_order(scope, rows, size, sort, low):
    with transaction.atomic():
        right = []
        for given_results in rows:
            patient = make_patient()
            found = [result(id, score, worst, assessed_on=day) for id, (score, worst, day) in given_results.items()]
            note_results(patient, *found)
            mine = [each for each in found if each.instrument == "phq-9" and each.score >= low]
            right += [((each.score if sort == "last_score" else each.assessed_on), patient.pk) for each in mine]
        note_results(make_patient(archived_at="2026-01-01T00:00Z"), result("phq-9", 5, 1))
        for sign in ("", "-"):
            listing = PATIENTS.selected(f"instrument=phq-9&score_min={low}&sort={sign}{sort}").listing
            order = [key for _, key in sorted(right, reverse=bool(sign))]
            assert driven(listing, size) == dict.fromkeys(("forward", "backward", "jumps", "batches"), order)
        transaction.set_rollback(True)


def test_page_behind_a_row_whose_patient_left_the_list_goes_on_from_where_it_was(scope):
    made = [make_patient() for _ in range(3)]
    for at, patient in enumerate(made):
        note_results(patient, result("phq-9", at, 1))
    listing = PATIENTS.selected("instrument=phq-9&score_max=20&sort=last_score").listing
    Patient.objects.filter(pk=made[1].pk).update(archived_at="2026-01-01T00:00Z")
    assert [row.pk for row in listing.after(made[1].pk, 5).records] == [made[2].pk]
