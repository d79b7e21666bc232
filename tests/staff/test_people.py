"""The page on which an owner sees who works in the clinic, did, and is invited; and who sees nothing of it."""

import re

import pytest
from django.utils import timezone

from clinic.access import Role
from clinic.accounts.models import User
from clinic.staff import members
from clinic.tenancy.scope import clinic_scope
from tests.staff.people import LIST, NEW, NORA, membership, page_of, trail
from tests.world import Writer, closed_account


def cells(response) -> list[list[str]]:
    rows = re.findall(r"<tr role=\"row\">(.*?)</tr>", response.content.decode(), re.DOTALL)[1:]
    texts = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[" ".join(re.sub(r"<[^>]+>", " ", text).split()) for text in row] for row in texts]


def test_list_shows_who_works_here_and_who_did(owner, riverside, both):
    with clinic_scope(riverside.clinic):
        members.end_membership(by=Writer(), clinic=riverside.clinic, user_id=riverside.auditor.pk)
    last = timezone.localtime(User.objects.get(pk=riverside.owner.pk).last_login)
    signed_in = f"{last.day} {last:%b %Y, %H:%M}"
    assert cells(owner.get(LIST)) == [
        [both.name, both.email, "Clinician", "Active", "No", "Never", "0"],
        ["Clara Clinician", riverside.clinician.email, "Clinician", "Active", "No", "Never", "0"],
        ["Frank Frontdesk", riverside.front_desk.email, "Front desk", "Active", "No", "Never", "0"],
        ["Olive Owner you", riverside.owner.email, "Owner", "Active", "No", signed_in, "1"],
        ["Aude Auditor", riverside.auditor.email, "Auditor", "Left", "No", "Never", "0"],
    ]


def test_list_counts_sessions_that_are_open(owner, riverside, sign_in):
    for _ in range(2):
        sign_in(riverside.clinician)
    sign_in(riverside.auditor).post("/accounts/logout/")
    counts = {row[0]: row[-1] for row in cells(owner.get(LIST))}
    assert (counts["Clara Clinician"], counts["Aude Auditor"]) == ("2", "0")


def test_list_says_who_is_invited_and_who_cannot_sign_in_any_more(owner, riverside):
    owner.post(NEW, NORA)
    closed_account(riverside)
    rows = cells(owner.get(LIST))
    assert (rows[0][:3], rows[0][3].startswith("Invited, until ")) == (["Invited", "nora@new.test", "Clinician"], True)
    assert {row[0]: row[3] for row in rows}["Cleo Closed"] == "Account closed"


def test_names_are_shown_as_text(owner, riverside):
    hostile = "<script>alert(1)</script>"
    User.objects.filter(pk=riverside.clinician.pk).update(name=hostile)
    pages = [owner.get(path).content.decode() for path in (LIST, page_of(riverside.clinician))]
    assert [(hostile in page, "&lt;script&gt;alert(1)" in page) for page in pages] == [(False, True)] * 2


def test_settings_lead_to_the_people(owner):
    assert f'href="{LIST}"' in owner.get("/clinic/settings/").content.decode()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OWNER])
def test_other_roles_see_and_change_nothing(riverside, sign_in, role):
    client, target = sign_in(riverside.users[role]), riverside.front_desk
    found = [client.get(path).status_code for path in (LIST, NEW, page_of(target))]
    writes = (NEW, page_of(target), f"{page_of(target)}end/", f"{page_of(target)}last-day/")
    found += [client.post(path, NORA).status_code for path in writes]
    assert (found, membership(riverside, target), trail(riverside)) == ([403] * 7, ("front_desk", True), [])


@pytest.mark.parametrize("path", ["", "end/", "last-day/"])
def test_people_of_another_clinic_are_not_there(owner, hillside, path):
    assert owner.post(page_of(hillside.clinician) + path, {"role": "auditor"}).status_code == 404
    assert membership(hillside, hillside.clinician) == ("clinician", True)


def test_looking_changes_nothing(owner, riverside):
    user = riverside.clinician
    found = [owner.get(path).status_code for path in (LIST, NEW, page_of(user), f"{page_of(user)}end/")]
    assert (found, membership(riverside, user), trail(riverside)) == ([200, 200, 200, 200], ("clinician", True), [])
