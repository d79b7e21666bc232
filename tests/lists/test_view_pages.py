"""The form of a saved view: what it holds, and who is offered what."""

import pytest

from clinic.lists.forms import moved
from tests.lists.test_views import kept, save


def test_form_holds_the_view_and_what_the_list_is_now_where_it_comes_from_there(client):
    address = save(client, query="gender=male&sort=-age")["Location"]
    form = client.get(f"{address}edit/").content.decode()
    assert ('value="gender=male&amp;sort=-age"' in form, 'value="Older men"' in form) == (True, True)
    replaced = client.get(f"{address}edit/?gender=female").content.decode()
    assert ('value="gender=female"' in replaced, "gender=male" in replaced) == (True, False)


def test_removing_is_offered_to_whose_view_it_is_and_to_who_owns_the_clinic(client, riverside, sign_in):
    address = save(client, is_shared="on")["Location"]
    pages = {
        role: sign_in(riverside.users[role]).get(f"{address}edit/")
        for role in ("owner", "clinician", "front_desk", "auditor")
    }
    assert {role: (page.status_code, "remove/" in page.content.decode()) for role, page in pages.items()} == {
        "owner": (200, True),
        "clinician": (200, True),
        "front_desk": (200, False),
        "auditor": (200, False),
    }


def test_new_view_cannot_be_removed(client):
    page = client.get("/lists/patients/views/new/?gender=male")
    assert (page.status_code, "remove/" in page.content.decode()) == (200, False)


def test_removed_view_is_said_to_be_removed(client, riverside):
    address = save(client)["Location"]
    page = client.post(f"{address}remove/", follow=True).content.decode()
    assert ("View removed." in page, kept(riverside)) == (True, [])


def test_renaming_to_a_name_that_is_taken_is_refused(client, riverside):
    save(client, name="One")
    address = save(client, name="Two")["Location"]
    answer = client.post(f"{address}edit/", {"name": "One", "query": ""})
    assert (answer.status_code, "You already have a view of that name." in answer.content.decode()) == (422, True)
    assert sorted(name for name, _, _ in kept(riverside)) == ["One", "Two"]


@pytest.mark.parametrize(
    ("move", "expected"),
    [
        ("up-b", "abcd"),  # the first column stays the first
        ("up-c", "acbd"),
        ("down-c", "abdc"),
        ("down-d", "abcd"),
        ("down-a", "abcd"),
        ("up-a", "abcd"),
        ("up-x", "abcd"),
        ("sideways-c", "abcd"),
        ("", "abcd"),
    ],
)
def test_column_moves_by_one_and_the_first_stays(move, expected):
    assert "".join(moved(list("abcd"), move)) == expected
