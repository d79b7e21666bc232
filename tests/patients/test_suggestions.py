"""When a search finds nobody: what the page offers instead."""

import re
from html import unescape

import pytest

from clinic.patients import actions
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer, make_patient


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


@pytest.fixture
def people(riverside):
    with clinic_scope(riverside.clinic):
        for name in ("Ana Featherstone", "Bo Featherstone", "Eva Quist"):
            make_patient(full_name=name, family_name=name.split()[1])
        gone = make_patient(full_name="Ida Archer", family_name="Archer")
        actions.archive_patient(by=Writer(), id=gone.pk)


def links(client, query: str) -> list[tuple[str, str]]:
    page = client.get(f"/patients/?{query}").content.decode()
    empty = page.partition('class="empty"')[2]
    return [
        (text.strip(), unescape(href)) for href, text in re.findall(r'<a [^>]*?href="([^"]*)">(.*?)</a>', empty, re.S)
    ]


def test_near_spellings_are_links_that_find_somebody(client, people):
    offered = dict(links(client, "q=feathirstome"))
    assert offered["Search for “featherstone”"] == "/patients/?q=featherstone"
    assert "Featherstone" in client.get(offered["Search for “featherstone”"]).content.decode()


def test_archived_matches_are_a_link_with_their_count(client, people):
    offered = dict(links(client, "q=archer"))
    assert offered["1 archived patient matches"] == "/patients/?q=archer&archived=only"


def test_archived_matches_are_not_offered_where_they_were_asked_for(client, people):
    assert [text for text, _ in links(client, "q=nobody&archived=all") if "archive" in text] == []


def test_new_patient_is_offered_to_who_may_register_one(client, people, riverside, sign_in):
    offer = ("Register a patient with these details", "/patients/new/?q=Zoe+Nobody")
    assert offer in links(client, "q=Zoe+Nobody")
    assert offer not in links(sign_in(riverside.auditor), "q=Zoe+Nobody")


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("zoe nobody", "full_name", "Zoe Nobody"),
        ("McNally-o'Brien", "full_name", "McNally-o&#x27;Brien"),
        ("07700 900123", "phone_number", "+44 7700 900123"),
        ("12/3/1961", "date_of_birth", "12 March 1961"),
        ("1961", "date_of_birth", "1961"),
        ("zoe 12 march 1961", "date_of_birth", "12 March 1961"),
        ("zoe 12 march 1961", "full_name", "Zoe"),
    ],
)
def test_form_is_filled_with_what_was_searched_for(client, text, field, value):
    page = client.get("/patients/new/", {"q": text}).content.decode()
    tag = re.search(rf'<input[^>]*name="{field}"[^>]*>', page)[0]
    assert f'value="{value}"' in tag


@pytest.mark.parametrize("text", ["", "%", "\x00", "x" * 5000, "99/99/9999", "3/3/3000", "<script>", "0" * 300])
def test_form_opens_whatever_was_searched_for(client, text):
    assert client.get("/patients/new/", {"q": text}).status_code == 200


def test_empty_clinic_offers_only_to_register(client):
    assert [text for text, _ in links(client, "")] == ["Register patient"]
