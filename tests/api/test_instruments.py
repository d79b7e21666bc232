"""Instruments in the API."""

import pytest

from clinic.instruments.actions import set_instrument_choices
from clinic.instruments.files.toml import shipped
from clinic.tenancy.scope import clinic_scope
from tests.api.test_schema import errors
from tests.instruments.oracles import ORACLES
from tests.world import Writer

LIST = "/api/v1/instruments/"


@pytest.fixture(autouse=True)
def every_licence(riverside):
    """The clinic says that it works without commercial purpose, so that every instrument is offered."""
    with clinic_scope(riverside.clinic):
        set_instrument_choices(by=Writer(), licence_classes=["non-commercial"], hidden=[])


def test_list_has_every_shipped_instrument_by_title(client):
    response = client.get(LIST)
    found = response.json()
    assert (response.status_code, errors("InstrumentList", found)) == (200, [])
    assert {row["id"] for row in found["results"]} == {id for id, _ in shipped()}
    titles = [row["title"].lower() for row in found["results"]]
    assert titles == sorted(titles)
    assert found["meta"]["pagination"] == {"count": 21, "next": None, "previous": None}


def test_instrument_has_its_items_with_the_points_of_their_options(client):
    found = client.get(f"{LIST}phq-9/").json()
    assert errors("InstrumentAnswer", found) == []
    made = found["results"]
    assert (made["__typename"], made["version"], made["score_range"]) == ("Instrument", "2", [0, 27])
    assert [item["code"] for item in made["items"]] == [str(number) for number in range(1, 11)]
    assert [(option["points"], option["text"]) for option in made["items"][0]["options"]] == [
        *((0, "Not at all"), (1, "Several days"), (2, "More than half the days"), (3, "Nearly every day"))
    ]
    assert [item["scored"] for item in made["items"]] == [True] * 9 + [False]


def test_every_instrument_is_answered_as_documented(client):
    found = {id: errors("InstrumentAnswer", client.get(f"{LIST}{id}/").json()) for id, _ in shipped()}
    assert found == {id: [] for id in ORACLES}


def test_measurement_says_its_unit_and_limits(client):
    made = client.get(f"{LIST}news2/").json()["results"]["items"][7]
    assert made["measure"] == {
        "__typename": "Measure",
        "unit": "°C",
        "ucum": "Cel",
        "minimum": 20,
        "maximum": 45,
        "decimals": 1,
    }


def test_item_says_when_it_is_asked_and_what_it_counts_where_it_is_not(client):
    found = client.get(f"{LIST}audit-c/").json()
    condition = {"__typename": "Condition", "item": "1", "operator": "!=", "answer": 0}
    asked_if = {"__typename": "AskedIf", "behaviour": "all", "conditions": [condition], "counts_as": 0}
    assert errors("InstrumentAnswer", found) == []
    items = found["results"]["items"]
    assert [(item["kind"], item["asked_if"]) for item in items] == [("one", None), ("one", asked_if), ("one", asked_if)]


def test_instrument_says_whose_wording_it_is_and_what_follows(client):
    rows = client.get(f"{LIST}?page_size=100").json()["results"]
    told = {row["id"]: (row["variant_of"], row["countries"], row["follow_up"]) for row in rows}
    named = {id: said for id, said in told.items() if said != ("", [], "")}
    assert named == {"audit-c": ("", [], "audit"), "audit-c-uk": ("audit-c", ["GB"], "audit")}


def test_pages_of_the_list(client):
    assert len(client.get(f"{LIST}?page=3&page_size=10").json()["results"]) == 1


@pytest.mark.parametrize("path", ["epds/", "moca/", "PHQ-9/"])
def test_instrument_that_is_not_there_is_404(client, path):
    assert client.get(LIST + path).status_code == 404


@pytest.mark.parametrize("query", ["?q=phq", "?page=0", "?page_size=1000"])
def test_unknown_parameters_are_refused(client, query):
    assert client.get(LIST + query).status_code == 400


def test_nothing_is_written_here(client):
    assert client.post(LIST, {}, content_type="application/json").status_code == 405


def test_front_desk_sees_no_instruments(riverside, sign_in):
    assert sign_in(riverside.front_desk).get(LIST).status_code == 403
    assert sign_in(riverside.auditor).get(LIST).status_code == 200
