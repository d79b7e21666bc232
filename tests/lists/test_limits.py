"""What a list may cost: it is stopped and says so; and what of a search is written down: nothing."""

import re

import pytest
from django.db import connection

from clinic.lists.page.list_page import figure
from clinic.lists.reading import bounds, listing, patience
from clinic.lists.reading.index_runs import BadList
from clinic.patients.models import Patient
from clinic.patients.tables import PatientTable
from clinic.tenancy.scope import clinic_scope
from tests.filled import sorted_list

SLOW = "/api/v1/patients/?ordering=gender,-date_of_birth,phone_number,-last_score"
DEEP = "/patients/?archived=all&gender=female&sort=practitioner&per_page=10&page=900"


@pytest.fixture
def client(filled, sign_in):
    return sign_in(filled.clinician)


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(patience, "PATIENCE", 1)


def test_list_that_takes_too_long_is_a_page_that_says_how_to_narrow_it(client, impatient):
    response = client.get(DEEP)
    page = response.content.decode()
    assert (response.status_code, "Narrow it" in page, "Practitioner" in page) == (400, True, True)


def test_fragment_that_takes_too_long_says_so_too(client, impatient):
    response = client.get(DEEP, headers={"HX-Request": "true", "HX-Target": "table"})
    assert (response.status_code, "Narrow it" in response.content.decode()) == (400, True)


def test_program_is_told_that_its_order_takes_too_long(client, impatient):
    response = client.get(SLOW)
    assert (response.status_code, list(response.json()["error"]["fields"])) == (400, ["ordering"])


def test_same_list_is_answered_with_patience(client):
    assert [client.get(path).status_code for path in (SLOW, DEEP)] == [200, 200]


def test_bound_ends_with_the_list_that_was_stopped(filled, db, impatient):
    with clinic_scope(filled.clinic):
        with pytest.raises(BadList):
            sorted_list(PatientTable, "practitioner", Patient.objects.filter(gender="female")).at(9000, 10)
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone()[0] == "0"


@pytest.mark.parametrize("path", ["/patients/", "/assessments/", "/api/v1/patients/"])
@pytest.mark.parametrize("impatience", [False, True])
def test_text_of_a_search_is_in_no_log(client, monkeypatch, caplog, capfd, path, impatience):
    if impatience:
        monkeypatch.setattr(patience, "PATIENCE", 1)
        client.raise_request_exception = False  # so short a limit may stop what is read beside the list, too
    name = "search" if path.startswith("/api") else "q"
    with caplog.at_level("DEBUG"):
        client.get(f"{path}?{name}=Quendolyn+Secretname+o+o+o&nonsense=Quendolyn")
        client.get(f"{path}?{name}=Quendolyn Secretname o o o")
    written = caplog.text + "".join(capfd.readouterr())
    assert "uendolyn" not in written


@pytest.mark.parametrize(("long", "cap"), [(0, 100), (10**9, 1000)])
def test_fewer_are_counted_where_the_way_to_them_is_long(client, monkeypatch, long, cap):
    monkeypatch.setattr(bounds, "LONG_WALK", long)
    address = "/patients/?gender=female"
    page = client.get(address).content.decode()
    assert (f"{figure(cap)}+ patients" in page, f"1 to 25 of {figure(cap)} or more" in page) == (True, True)
    following = client.get(re.search(r'href="([^"]*page=2[^"]*)"', page)[1].replace("&amp;", "&")).content.decode()
    assert (f"{figure(cap)}+ patients" in following, f"26 to 50 of {figure(cap)} or more" in following) == (True, True)
    around = client.get("/api/v1/patients/?gender=female&page_size=100").json()["meta"]["pagination"]
    assert (around["count"], around["count_at_least"]) == (None, cap + 1)


def test_all_are_counted_that_are_sorted_anyway_or_asked_for(client, monkeypatch):
    monkeypatch.setattr(bounds, "LONG_WALK", 0)
    monkeypatch.setattr(listing, "FEW", 20)
    sorted_anyway = client.get("/api/v1/patients/?severity=3&due=overdue&gender=female&age=18-39&page_size=10").json()
    asked = client.get("/api/v1/patients/?gender=female&count=exact&page_size=10").json()
    assert 20 < sorted_anyway["meta"]["pagination"]["count"] < 1000 < asked["meta"]["pagination"]["count"]
