"""Two patients of one practitioner and one name: the page that tells them apart."""

import re
from uuid import uuid4

import pytest

from tests.patients.registered import count, new_form, stored
from tests.typed import sent_by


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


@pytest.fixture
def typed(riverside):
    return new_form(riverside)


def test_collision_shows_both_and_ways_to_tell_apart(client, riverside, typed):
    client.post("/patients/new/", typed)
    second = {**typed, "id": str(uuid4()), "date_of_birth": "3 May 1980"}
    response = client.post("/patients/new/", second)
    page = response.content.decode()
    assert (response.status_code, count(riverside)) == (409, 1)
    assert ("Open the existing record" in page, "12 March 1961" in page, "3 May 1980" in page) == (True, True, True)
    offered = re.findall(r'<(?:button|option)[^>]*value="([^"]*Ana García[^"]*)"', page)
    assert ('name="tells_apart"' in page, offered) == (True, [])


def collided(client, typed):
    """What the page sends that shows both patients of a name."""
    client.post("/patients/new/", typed)
    return sent_by(client.post("/patients/new/", {**typed, "id": str(uuid4())}).content.decode())


@pytest.mark.parametrize("note", ["twin of Eva", " (twin of Eva) "])
def test_collision_is_solved_by_a_note_behind_the_name(client, riverside, typed, note):
    second = {**collided(client, typed), "tells_apart": note}
    assert client.post("/patients/new/", second).status_code == 302
    made = stored(riverside, pk=second["id"])
    assert (made.full_name, made.display_name) == ("Ana García (twin of Eva)", "García, Ana (twin of Eva)")
    third = client.post("/patients/new/", {**second, "id": str(uuid4())})
    assert (third.status_code, count(riverside)) == (409, 2)


@pytest.mark.parametrize(
    ("change", "status"),
    [({"tells_apart": ""}, 409), ({"tells_apart": "x" * 200}, 422), ({"full_name": "Ana Li García"}, 302)],
)
def test_collision_takes_another_name_and_no_longer_note_than_fits(client, riverside, typed, change, status):
    assert client.post("/patients/new/", {**collided(client, typed), **change}).status_code == status
