"""Columns, density and page size, remembered for one person."""

import re

import pytest

from clinic.accounts.models import Membership
from clinic.tenancy.scope import clinic_scope
from tests.assessments.test_alert_pages import cards, raise_alert
from tests.world import make_patient

LAYOUT = "/lists/patients/layout/"


def headings(page: str) -> list[str]:
    return re.findall(r'role="columnheader"\s+aria-label="([^"]+)"', page)


def test_chosen_columns_are_shown_in_their_order(client, patients):
    client.post(LAYOUT, {"column": ["name", "gender", "age"]})
    assert headings(client.get("/patients/").content.decode()) == ["Name", "Gender", "Age"]


def test_link_stays_the_first_column(client, patients):
    client.post(LAYOUT, {"column": ["gender", "name"]})
    assert headings(client.get("/patients/").content.decode()) == ["Name", "Gender"]


def test_changing_columns_keeps_filters(client, patients):
    address = "/patients/?gender=male&sort=-age"
    response = client.post(LAYOUT, {"column": ["name", "age"], "next": address})
    assert response["Location"] == address


def test_column_moves_without_a_script(client, patients):
    client.post(LAYOUT, {"column": ["name", "gender", "age"], "move": "up-age"})
    assert headings(client.get("/patients/").content.decode()) == ["Name", "Age", "Gender"]


def test_returning_keeps_the_page_size(client, patients):
    client.post(LAYOUT, {"per_page": "10"})
    page = client.get("/patients/").content.decode()
    assert page.count('<tr role="row">') == 10


def test_address_goes_before_what_is_remembered(client, patients):
    client.post(LAYOUT, {"per_page": "10"})
    page = client.get("/patients/?per_page=25").content.decode()
    assert page.count('<tr role="row">') == 12


def test_density_is_remembered(client, patients):
    client.post(LAYOUT, {"density": "compact"})
    assert "table-list cards compact" in client.get("/patients/").content.decode()


def test_what_one_choice_leaves_out_is_kept(client, patients):
    client.post(LAYOUT, {"column": ["name", "age"], "density": "compact"})
    client.post(LAYOUT, {"per_page": "50"})
    page = client.get("/patients/").content.decode()
    assert (headings(page), "cards compact" in page) == (["Name", "Age"], True)


def test_reset_forgets(client, patients):
    before = headings(client.get("/patients/").content.decode())
    client.post(LAYOUT, {"column": ["name", "age"]})
    client.post(LAYOUT, {"reset": "1"})
    assert headings(client.get("/patients/").content.decode()) == before


def test_layout_is_one_persons_and_one_clinics(client, patients, riverside, hillside, both, sign_in):
    client.post(LAYOUT, {"column": ["name", "age"]})
    other = sign_in(riverside.owner)
    assert len(headings(other.get("/patients/").content.decode())) > 2
    rows = Membership.objects.exclude(preferences={}).values_list("user", "clinic")
    assert list(rows) == [(riverside.clinician.pk, riverside.clinic.pk)]


def test_layout_is_not_that_of_another_clinic_of_the_same_person(both, riverside, hillside, sign_in):
    client, key = sign_in(both), str(riverside.clinic.pk)
    client.post("/accounts/switch/", {"clinic": key})
    client.post(LAYOUT, {"column": ["name", "age"], "clinic": key})
    kept = Membership.objects.filter(user=both).values_list("clinic", "preferences")
    assert dict(kept) == {
        riverside.clinic.pk: {"lists": {"patients": {"columns": ["name", "age"]}}},
        hillside.clinic.pk: {},
    }


@pytest.mark.parametrize("data", [{"per_page": "7"}, {"density": "huge"}, {"per_page": "x"}])
def test_odd_layout_is_refused(client, data):
    assert client.post(LAYOUT, data).status_code == 400


def test_layout_of_no_list_is_not_there(client):
    assert client.post("/lists/nothing/layout/", {"per_page": "10"}).status_code == 404


@pytest.mark.parametrize("name", ["<script>", "no_such_column", "A" * 300])
def test_unknown_column_is_left_out(client, patients, name):
    client.post(LAYOUT, {"column": ["name", name, "age"]})
    assert headings(client.get("/patients/").content.decode()) == ["Name", "Age"]


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "javascript:alert(1)",
        "\\\\x",
        "nonsense",
        "home",
        "work/",
        "",
    ],
)
def test_next_leads_nowhere_else(client, target):
    assert client.post(LAYOUT, {"per_page": "10", "next": target})["Location"] == "/patients/"


def test_single_keys_can_be_switched_off_and_on(client):
    client.post("/lists/shortcuts/", {"shortcuts": "off"})
    off = client.get("/patients/").content.decode()
    client.post("/lists/shortcuts/", {"shortcuts": "on"})
    on = client.get("/patients/").content.decode()
    assert ('data-shortcuts="off"' in off, 'data-shortcuts="off"' in on) == (True, False)


def test_layout_costs_no_query(client, patients, django_assert_num_queries):
    headers = {"HX-Request": "true", "HX-Target": "table"}
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as before:
        client.get("/patients/", headers=headers)
    client.post(LAYOUT, {"column": ["name", "age"], "density": "compact", "per_page": "50"})
    with CaptureQueriesContext(connection) as after:
        client.get("/patients/", headers=headers)
    assert len(after) == len(before)


def test_list_of_cards_opens_with_fewer_of_them(riverside, client):
    with clinic_scope(riverside.clinic):
        for _ in range(11):
            raise_alert(make_patient())
    assert [len(cards(client.get(f"/worklists/alerts/{asked}"))) for asked in ("", "?per_page=25")] == [10, 11]
