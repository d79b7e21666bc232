"""The form of a saved view: what it holds, and who is offered what."""

import re

import pytest

from clinic.lists.forms import moved
from tests.lists.test_views import kept, save


def test_form_holds_the_view_and_what_the_list_is_now_where_it_comes_from_there(client):
    address = save(client, query="gender=male&sort=-age")["Location"]
    form = client.get(f"{address}edit/").content.decode()
    assert ('value="gender=male&amp;sort=-age"' in form, 'value="Older men"' in form) == (True, True)
    replaced = client.get(f"{address}edit/?gender=female").content.decode()
    assert ('value="gender=female"' in replaced, "gender=male" in replaced) == (True, False)


def heading(client, address):
    return re.search(r"<h1[^>]*>\s*(.*?)\s*</h1>", client.get(address, follow=True).content.decode())[1]


def test_list_of_a_view_has_its_name_as_heading_and_the_filters_closed(client):
    address = save(client, query="gender=male&sort=-age")["Location"]
    page = client.get(address, follow=True).content.decode()
    assert heading(client, address) == "Older men"
    assert ("<title>Older men" in page, "Narrow the list" in page) == (True, True)


def test_view_that_is_not_seen_names_no_list(client, riverside, sign_in):
    key = save(client)["Location"].split("/")[-2]
    colleague = sign_in(riverside.owner)
    found = [heading(colleague, f"/patients/?view={each}") for each in (key, "no-key", "")]
    assert (heading(client, f"/patients/?view={key}"), found) == ("Older men", ["Patients"] * 3)


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
        "auditor": (403, False),
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


SECRET_QUERY = "q=adeyemi&severity=3&due=overdue&gender=male&sort=-last_score&columns=name,age,last_score"
LESS = "Part of this view is left out: your role does not include it."


def test_view_of_a_colleague_opens_with_what_somebody_may_see_and_says_so(client, riverside, sign_in):
    address = save(client, query=SECRET_QUERY, is_shared="on")["Location"]
    key = address.rstrip("/").rpartition("/")[2]
    seen = {}
    for role in ("clinician", "front_desk"):
        reader = sign_in(riverside.users[role])
        opened = reader.get(address)["Location"]
        page = reader.get(opened)
        seen[role] = (opened.partition("?")[2], page.status_code, LESS in page.content.decode())
    whole = f"{SECRET_QUERY.replace(',', '%2C')}&view={key}"
    assert seen == {
        "clinician": (whole, 200, False),
        "front_desk": (f"q=adeyemi&gender=male&columns=name%2Cage&view={key}", 200, True),
    }


def test_form_of_a_colleague_s_view_holds_what_somebody_may_see(client, riverside, sign_in):
    address = save(client, query="gender=male&severity=3&alerts=open&due=overdue", is_shared="on")["Location"]
    page = sign_in(riverside.front_desk).get(f"{address}edit/")
    assert (page.status_code, 'value="gender=male"' in page.content.decode()) == (200, True)
    assert [word for word in ("severity", "alerts=", "overdue") if word in page.content.decode()] == []


@pytest.mark.parametrize("key", ["assessments", "alerts", "due"])
def test_views_and_layout_of_a_list_that_somebody_may_not_open_are_refused(riverside, sign_in, key):
    owner, desk = sign_in(riverside.owner), sign_in(riverside.front_desk)
    made = owner.post(f"/lists/{key}/views/new/", {"name": "Worst", "query": "q=adeyemi", "is_shared": "on"})
    address = made["Location"]
    new, layout = f"/lists/{key}/views/new/", f"/lists/{key}/layout/"
    answers = [desk.get(address), desk.get(f"{address}edit/"), desk.post(f"{address}remove/"), desk.get(new),
               desk.post(new, {"name": "Mine", "query": ""}), desk.post(layout, {"density": "compact"})]  # fmt: skip
    assert [(answer.status_code, "adeyemi" in answer.content.decode()) for answer in answers] == [(403, False)] * 6
    assert owner.get(address).status_code == 302


def test_list_that_there_is_not_has_no_views(client, riverside):
    answers = [client.get("/lists/nonsense/views/new/"), client.post("/lists/nonsense/layout/", {})]
    assert [answer.status_code for answer in answers] == [404, 404]
