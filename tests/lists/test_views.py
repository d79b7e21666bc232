"""Saved views: private or shared, by name and by address."""

from uuid import UUID

import pytest

from clinic.audit.models import AuditEvent
from clinic.lists.models import SavedView
from clinic.tenancy.scope import clinic_scope

NEW = "/lists/patients/views/new/"


def kept(world):
    with clinic_scope(world.clinic):
        return list(SavedView.objects.order_by("name").values_list("name", "query", "is_shared"))


def save(client, name="Older men", query="gender=male&sort=-age", **more):
    return client.post(NEW, {"name": name, "query": query, **more})


def menu(client, key, query=""):
    """What a list's menu of views brings when it is opened."""
    answer = client.get(f"/lists/{key}/views/?{query}", headers={"HX-Request": "true", "HX-Target": "views"})
    assert (answer.status_code, "<html" in answer.content.decode()) == (200, False)
    return answer.content.decode()


def test_view_keeps_filters_and_sort_but_not_the_page(client, riverside):
    save(client, query="gender=male&sort=-age&page=3&per_page=10")
    assert kept(riverside) == [("Older men", "gender=male&sort=-age", False)]


def test_view_opens_by_its_address(client, riverside):
    address = save(client)["Location"]
    opened = client.get(address)["Location"]
    key = address.rstrip("/").rpartition("/")[2]
    assert opened == f"/patients/?gender=male&sort=-age&view={key}"
    assert client.get(opened).status_code == 200


def test_view_is_in_the_menu_of_its_list(client, patients):
    save(client)
    assert ("Older men" in menu(client, "patients")) is True
    assert ("Older men" in menu(client, "assessments")) is False


def test_private_view_stays_private(client, riverside, sign_in):
    address = save(client)["Location"]
    other = sign_in(riverside.owner)
    assert "Older men" not in menu(other, "patients")
    answers = [other.get(address), other.get(f"{address}edit/"), other.post(f"{address}remove/")]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_shared_view_is_seen_by_everybody_and_changed_by_its_owner_only(client, riverside, sign_in):
    address = save(client, is_shared="on")["Location"]
    other = sign_in(riverside.front_desk)
    assert "Older men" in menu(other, "patients")
    answer = other.post(f"{address}edit/", {"name": "Mine now", "query": ""})
    assert (answer.status_code, kept(riverside)[0][0]) == (403, "Older men")


def test_owner_of_the_clinic_may_remove_a_shared_view(client, riverside, sign_in):
    address = save(client, is_shared="on")["Location"]
    sign_in(riverside.owner).post(f"{address}remove/")
    assert kept(riverside) == []


def test_trail_says_who_saved_changed_and_removed_a_view(client, riverside, sign_in):
    address = save(client, is_shared="on")["Location"]
    client.post(f"{address}edit/", {"name": "Men", "query": "", "is_shared": "on"})
    sign_in(riverside.owner).post(f"{address}remove/")
    with clinic_scope(riverside.clinic):
        events = AuditEvent.objects.filter(record_type="savedview").order_by("pk")
        found = list(events.values_list("action", "actor_name", "record_id"))
    key = UUID(address.rstrip("/").rpartition("/")[2])
    assert found == [
        ("view.saved", "Clara Clinician", key),
        ("view.changed", "Clara Clinician", key),
        ("view.removed", "Olive Owner", key),
    ]


def test_second_view_of_a_name_is_refused_with_what_was_typed(client, riverside):
    save(client)
    answer = save(client, query="gender=female")
    assert (answer.status_code, "already have a view" in answer.content.decode()) == (422, True)
    assert "gender=female" in answer.content.decode()


def test_view_can_be_renamed_and_replaced(client, riverside):
    address = save(client)["Location"]
    client.post(f"{address}edit/", {"name": "Women", "query": "gender=female", "is_shared": "on"})
    assert kept(riverside) == [("Women", "gender=female", True)]


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "a\x00b"])
def test_odd_name_is_refused(client, riverside, name):
    assert (save(client, name=name).status_code, kept(riverside)) == (422, [])


def test_view_that_the_list_no_longer_understands_says_so(client, riverside):
    address = save(client, query="nonsense=1")["Location"]
    assert client.get(client.get(address)["Location"]).status_code == 400


def test_view_of_another_clinic_is_not_there(client, hillside, sign_in):
    address = save(client, is_shared="on")["Location"]
    assert sign_in(hillside.owner).get(address).status_code == 404


def test_trail_has_what_was_done_to_a_view(client, riverside, sign_in):
    address = save(client, is_shared="on")["Location"]
    client.post(f"{address}edit/", {"name": "Women", "query": "gender=female"})
    client.post(f"{address}edit/", {"name": "Women", "query": "gender=female", "is_shared": "on"})
    sign_in(riverside.owner).post(f"{address}remove/")
    with clinic_scope(riverside.clinic):
        events = AuditEvent.objects.filter(record_id=address.split("/")[2]).order_by("pk")
        told = list(events.values_list("action", "actor_name", "changes"))
    fields = ["is_shared", "name", "query"]
    assert told == [
        ("view.saved", "Clara Clinician", {"list": "patients", "shared": True}),
        ("view.changed", "Clara Clinician", {"fields": fields, "shared": False}),
        ("view.changed", "Clara Clinician", {"fields": fields, "shared": True}),
        ("view.removed", "Olive Owner", {}),
    ]
