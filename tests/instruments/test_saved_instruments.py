"""What the page of a new instrument says: whether it is offered, its range, and what its file lost."""

import html

import pytest

from clinic.instruments.files.toml import shipped
from tests.instruments.questionnaires import asked, display, group, total
from tests.instruments.test_identity import upload
from tests.instruments.test_instrument_pages import TYPED

OFF = (
    "Nobody is offered this instrument: the clinic does not use instruments of the licence “Free to use without "
    "commercial purpose”."
)
HIDDEN = "Nobody is offered this instrument: the clinic does not offer it."


@pytest.fixture
def owner(riverside, sign_in):
    return sign_in(riverside.owner)


def read(client, path="/instruments/own-sleep-short/"):
    return " ".join(html.unescape(client.get(path).content.decode()).split())


def test_instrument_that_is_offered_says_so_at_once(owner):
    page = owner.post("/instruments/new/", TYPED, follow=True).content.decode()
    assert ("Version 1 saved. It is offered from now on." in page, "Nobody is offered" in page) == (True, False)


def test_instrument_of_a_licence_that_is_off_says_so_at_once_with_the_switch(owner):
    owner.post("/instruments/new/", {**TYPED, "licence_class": "non-commercial"})
    page = read(owner)
    assert ("Version 1 saved. It is not offered yet: see below." in page, OFF in page) == (True, True)
    assert 'href="/settings/#id_licence_classes"' in page
    assert 'id="id_licence_classes"' in owner.get("/settings/").content.decode()
    owner.post("/settings/", {"licence_classes": "non-commercial", "offered": ["own-sleep-short"]})
    assert OFF not in read(owner)


def test_instrument_that_is_hidden_says_so(owner, riverside, sign_in):
    owner.post("/settings/", {"offered": [made.id for made in shipped().values() if made.id != "gcs"]})
    pages = [read(sign_in(who), "/instruments/gcs/") for who in (riverside.owner, riverside.clinician)]
    assert [HIDDEN in page for page in pages] == [True, True]
    switches = ['action="/instruments/gcs/offer/"' in page for page in pages]
    assert (switches, "An owner can change this in Instrument settings." in pages[1]) == ([True, False], True)


def test_page_says_the_total_and_what_the_file_lost_and_every_text_in_its_place(owner):
    items = (group("g", "Lately", display("d", "Be quick."), asked("1", "Tired?")), total())
    page = read(owner, upload(owner, items=items, version="2.1")["Location"])
    order = [
        page.index(text) for text in ("0 to 3", "2.1", "“Total” (total) is left out", "Lately", "Be quick.", "Tired?")
    ]
    assert order == sorted(order)
