"""What a list sends: no more than it has to, and by itself what is opened later."""

import gzip
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest

from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.results import note_results, result
from tests.world import make_patient

FRAGMENT = {"HX-Request": "true", "HX-Target": "table"}
BORN = date(1950, 1, 1)
LISTS = ["/patients/", "/assessments/", "/worklists/due/", "/worklists/alerts/"]


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


@pytest.fixture
def page_of_patients(riverside):
    with clinic_scope(riverside.clinic):
        for n in range(40):
            born = BORN + timedelta(days=397 * n)
            patient = make_patient(
                full_name=f"Given{n:02} Family{n * 7:03}", family_name=f"Family{n * 7:03}", date_of_birth=born
            )
            scores = tuple((n * k % 10) / 10 for k in range(1, 8))
            phq9 = result(
                "phq-9", n % 28, n % 5, band="Moderate", change=Decimal(n % 7 - 3),
                recent_scores=scores if n % 3 else (),
            )  # fmt: skip
            note_results(patient, phq9)


def compressed(text: bytes) -> int:
    return len(gzip.compress(text, 6, mtime=0))


def test_fragment_is_small(client, page_of_patients):
    assert compressed(client.get("/patients/", headers=FRAGMENT).content) < 4000


def test_page_is_small(client, page_of_patients):
    answer = client.get("/patients/").content
    assert (compressed(answer) < 7700, len(answer) < 48_000) == (True, True)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("target", ["table", "filter-fields", "layout-form"])
def test_part_comes_alone_from_every_list(client, riverside, path, target):
    answer = client.get(path, headers={"HX-Request": "true", "HX-Target": target})
    text = answer.content.decode().strip()
    assert (answer.status_code, re.match(r'<\w+ id="([\w-]+)"', text)[1], "<html" in text) == (200, target, False)


@pytest.mark.parametrize(
    ("query", "filters"),
    [("", False), ("?sort=name&per_page=10", False), ("?q=a", False), ("?gender=male", False), ("?open=filters", True),
     ("?gender=male&open=filters", True), ("?gender=none", True), ("?sort=none", True)],
)  # fmt: skip
def test_filters_are_there_when_they_are_opened_or_something_is_not_understood(client, riverside, query, filters):
    text = client.get(f"/patients/{query}").content.decode()
    assert ('<select name="gender"' in text, "Narrow the list" in text) == (filters, not filters)


def test_filters_that_are_used_and_not_opened_go_with_the_next_search(client, riverside):
    form = re.search(r'<form id="list-form".*?</form>', client.get("/patients/?gender=male&q=a").content.decode(), re.S)
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)">', form[0])
    assert hidden == [("gender", "male")]


def test_filters_are_the_ones_of_the_address(client, riverside):
    answer = client.get("/patients/?gender=male", headers={"HX-Request": "true", "HX-Target": "filter-fields"})
    assert '<option value="male" selected>' in answer.content.decode()


def test_unopened_filters_are_not_read(client, riverside):
    with clinic_scope(riverside.clinic):
        who = str(Practitioner.objects.first().display_name)
    pages = [client.get(f"/patients/{query}").content.decode() for query in ("", "?open=filters")]
    assert [who in re.sub(r"<header.*?</header>", "", page, flags=re.DOTALL) for page in pages] == [False, True]


def test_layout_is_opened_by_the_address_without_scripts(client, riverside):
    closed, opened = (client.get(f"/patients/{query}").content.decode() for query in ("", "?open=layout"))
    assert ("Apply and remember" in closed, "Apply and remember" in opened) == (False, True)


def test_links_do_not_keep_what_is_opened(client, page_of_patients):
    """The menu of views gets the whole address, and keeps what is in it of the list."""
    text = client.get("/patients/?open=filters&sort=-name").content.decode()
    links = re.findall(r'href="([^"]*)"', text)
    assert [link for link in links if "open=filters" in link and "/views/" not in link] == []


@pytest.mark.parametrize("opened", ["", "&open=filters"])
def test_filter_without_a_field_to_see_is_in_the_form_once(client, riverside, opened):
    """The list of one patient's assessments goes on being that, with its filters closed and opened."""
    with clinic_scope(riverside.clinic):
        patient = make_patient(full_name="Ana Ortiz")
    text = client.get(f"/assessments/?patient={patient.pk}{opened}").content.decode()
    form = re.search(r'<form id="list-form".*?</form>', text, re.DOTALL)
    assert len(re.findall(r'<input type="hidden" name="patient"', form[0])) == 1
