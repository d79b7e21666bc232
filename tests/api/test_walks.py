"""Reading a list to its end while it changes: nobody is left out and nobody comes twice, whoever moves."""

from random import Random
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client

from clinic.lists.reading.grades import Grade
from clinic.lists.reading.listing import Listing
from clinic.lists.reading.ordering import runs_by
from clinic.lists.reading.places import Place
from clinic.patients.actions import archive_patient, restore_patient, update_patient
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.sizes import times
from tests.world import Writer, make_assessment, make_patient

PATIENTS, ASSESSMENTS = "/api/v1/patients/", "/api/v1/assessments/"
BY = Writer()
ORDERS = ["name", "-name", "practitioner", "date_of_birth", "-record_number", "preferred_name", "last_score", "gender"]


def page(client: Client, address: str) -> tuple[list[str], str | None]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]], answer.json()["meta"]["pagination"]["next"]


def walked(client: Client, address: str | None, meanwhile=lambda seen: None) -> list[str]:
    found: list[str] = []
    while address:
        ids, address = page(client, address)
        found += ids
        meanwhile(found)
    return found


def changed(world, id: str, **fields) -> None:
    with clinic_scope(world.clinic):
        update_patient(by=BY, id=UUID(id), version=None, **fields)


@pytest.fixture
def many(riverside):
    with clinic_scope(riverside.clinic):
        return [str(make_patient(full_name=f"Pat {chr(97 + number)}q", family_name="").pk) for number in range(12)]


@pytest.mark.parametrize("order", ORDERS)
def test_walk_without_changes_has_everybody_once(person, many, order):
    assert sorted(walked(person, f"{PATIENTS}?page_size=5&ordering={order}")) == sorted(many)


def test_last_row_of_a_page_may_be_renamed(person, riverside, many):
    """The case that lost most of a list: the page began at the row, and the row had moved to the end."""

    def rename(seen):
        if len(seen) == 5:
            changed(riverside, seen[-1], full_name="Zed Zzz", family_name="Zzz")

    found = walked(person, f"{PATIENTS}?page_size=5&ordering=name", rename)
    assert [each for each in many if each not in found] == []


@pytest.mark.parametrize("order", ["name", "-practitioner", "created_at"])
def test_last_row_of_a_page_may_be_archived(person, riverside, many, order):
    def archive(seen):
        if len(seen) == 5:
            with clinic_scope(riverside.clinic):
                archive_patient(by=BY, id=UUID(seen[-1]))

    found = walked(person, f"{PATIENTS}?page_size=5&ordering={order}", archive)
    assert sorted(found) == sorted(many)


def test_way_back_leads_to_the_rows_before_though_the_first_of_the_page_has_moved(person, riverside, many):
    first, following = page(person, f"{PATIENTS}?page_size=5&ordering=name")
    second = person.get(following).json()
    changed(riverside, second["results"][0]["id"], full_name="Zed Zzz", family_name="Zzz")
    assert page(person, second["meta"]["pagination"]["previous"])[0] == first


def test_search_is_walked_to_its_end_while_rows_leave_it(person, riverside, many):
    def rename(seen):
        changed(riverside, seen[-1], full_name=f"Zed {len(seen)}", family_name="Zed")

    assert sorted(walked(person, f"{PATIENTS}?page_size=5&search=pat", rename)) == sorted(many)


def test_dates_of_assessments_may_be_corrected_during_a_walk(person, riverside, patient):
    with clinic_scope(riverside.clinic):
        made = [make_assessment(patient, name=f"Walk {number}") for number in range(7)]

    def redate(seen):
        with clinic_scope(riverside.clinic):
            type(made[0]).objects.filter(pk=seen[-1]).update(date="2020-01-01")

    found = walked(person, f"{ASSESSMENTS}?page_size=3&ordering=date", redate)
    assert sorted(set(found)) == sorted(str(each.pk) for each in made)


@pytest.mark.parametrize("path", [PATIENTS, ASSESSMENTS])
@pytest.mark.parametrize("order", ["created_at", "-created_at", "updated_at", "-updated_at"])
def test_both_lists_come_in_the_order_of_moments(person, riverside, patient, path, order):
    with clinic_scope(riverside.clinic):
        for number in range(4):
            make_assessment(make_patient(), name=f"Walk {number}")
    rows = person.get(path, {"ordering": order}).json()["results"]
    moments = [row[order.lstrip("-")] for row in rows]
    assert (len(moments) > 3, moments) == (True, sorted(moments, reverse=order.startswith("-")))


def restless(riverside, random):
    """One step of a clinic in which people come, go and are renamed, which `created_at` does not move."""
    with clinic_scope(riverside.clinic):
        one = random.choice(list(Patient.objects.order_by("created_at")))
        step = random.choice(["rename", "archive", "restore", "add"])
        if step == "rename":
            name = f"Ren {random.getrandbits(40):x}"
            update_patient(by=BY, id=one.pk, version=None, full_name=name, family_name=random.choice("ABCZ"))
        elif step == "add":
            make_patient(full_name=f"New {random.getrandbits(40):x}")
        else:
            (archive_patient if step == "archive" else restore_patient)(by=BY, id=one.pk)


def order_that_never_changes(person, riverside, many, rounds, address):
    """In how many rounds somebody who was there all the time did not come exactly once; each begins with `many`."""
    wrong = 0
    for number in range(rounds):
        random = Random(number)  # noqa: S311
        with transaction.atomic():
            found = walked(person, address, lambda seen, random=random: restless(riverside, random))
            transaction.set_rollback(True)
        wrong += [found.count(each) for each in many] != [1] * len(many)
    return wrong


def test_order_that_never_changes_has_everybody_once_whatever_happens(person, riverside, many):
    address = f"{PATIENTS}?page_size=4&ordering=created_at&archived=all"
    assert order_that_never_changes(person, riverside, many, times(3), address) == 0


def test_cursor_that_looks_its_row_up_loses_rows(person, riverside, many, monkeypatch):
    """The negative control: with the row's place as it is by then, as it was once, the same walk is wrong."""
    monkeypatch.setattr("clinic.api.pagination.cursor_text", lambda request, place, reverse: "")
    first = person.get(f"{PATIENTS}?page_size=5&ordering=name").json()["results"]
    changed(riverside, first[-1]["id"], full_name="Zed Zzz", family_name="Zzz")
    rest = walked(person, f"{PATIENTS}?page_size=100&ordering=name&after={first[-1]['id']}")
    assert rest == []


def test_cursor_of_another_list_is_refused(person, many):
    cursor = page(person, f"{PATIENTS}?page_size=5&ordering=name")[1].rpartition("cursor=")[2]
    others = [f"{PATIENTS}?ordering=-name", f"{PATIENTS}?ordering=name&gender=male", f"{ASSESSMENTS}?ordering=name"]
    answers = [person.get(f"{other}&cursor={cursor}") for other in others]
    found = [(answer.status_code, list(answer.json()["error"]["fields"])) for answer in answers]
    assert found == [(400, ["cursor"])] * 3


@pytest.mark.parametrize("cursor", ["", "x", "\0", "gAAAAA", "é", "a" * 5000])
def test_cursor_that_nobody_made_is_refused(person, cursor):
    answer = person.get(PATIENTS, {"cursor": cursor})
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["cursor"])


def test_cursor_of_another_clinic_is_refused(riverside, hillside, sign_in, many):
    cursor = page(sign_in(riverside.clinician), f"{PATIENTS}?page_size=5")[1].rpartition("cursor=")[2]
    assert sign_in(hillside.clinician).get(f"{PATIENTS}?page_size=5&cursor={cursor}").status_code == 400


def test_cursor_goes_with_no_other_beginning(person, many):
    cursor = page(person, f"{PATIENTS}?page_size=5")[1].rpartition("cursor=")[2]
    answer = person.get(f"{PATIENTS}?page_size=5&page=2&cursor={cursor}")
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["page"])


def test_no_name_is_read_in_a_cursor(person, riverside, many):
    changed(riverside, many[0], full_name="Aaa Aaaquist", family_name="Aaaquist")
    following = page(person, f"{PATIENTS}?page_size=1&ordering=name")[1]
    assert "quist" not in following.lower()


def test_place_holds_what_the_row_was_filed_by(person, riverside, many):
    with clinic_scope(riverside.clinic):
        rows = Patient.objects.all()
        listing = Listing(rows, [Grade(runs_by(rows, ["record_number"]))], places=True)
        found = listing.first(3)
        assert found.ends == Place(0, (), (found.records[-1].record_number,))
