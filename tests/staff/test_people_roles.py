"""Changing a role and ending a membership on an owner's page, and the last owner, who does neither."""

import pytest

from clinic.access import Role
from clinic.accounts.models import Membership, User
from tests.clock import in_one_zone
from tests.staff.people import LIST, NEW, NORA, faults, membership, page_of, practitioner, trail


def test_role_is_changed_with_the_practitioner_and_one_record_in_the_trail(owner, riverside):
    user = riverside.clinician
    response = owner.post(page_of(user), {"role": "front_desk"})
    assert (response.status_code, response["Location"]) == (302, page_of(user))
    assert (membership(riverside, user), practitioner(riverside, user)) == (("front_desk", True), (user.name, False))
    owner.post(page_of(user), {"role": "owner"})
    assert (membership(riverside, user), practitioner(riverside, user)) == (("owner", True), (user.name, True))
    by, key = str(riverside.owner.pk), user.pk
    assert trail(riverside) == [
        ("member.role_changed", by, key, {"role": ["clinician", "front_desk"]}),
        ("member.role_changed", by, key, {"role": ["front_desk", "owner"]}),
    ]


def test_same_role_writes_nothing(owner, riverside):
    assert owner.post(page_of(riverside.clinician), {"role": "clinician"}).status_code == 302
    assert trail(riverside) == []


@pytest.mark.parametrize("role", ["", "king"])
def test_role_that_is_none_is_refused(owner, riverside, role):
    assert list(faults(owner.post(page_of(riverside.clinician), {"role": role}))) == ["role"]
    assert membership(riverside, riverside.clinician) == ("clinician", True)


def test_membership_is_ended_with_the_practitioner_and_one_record_in_the_trail(owner, riverside):
    user = riverside.clinician
    response = owner.post(f"{page_of(user)}end/")
    assert (response.status_code, response["Location"]) == (302, page_of(user))
    assert (membership(riverside, user), practitioner(riverside, user)) == (("clinician", False), (user.name, False))
    changes = {"email": [user.email, None], "role": ["clinician", None]}
    assert trail(riverside) == [("member.ended", str(riverside.owner.pk), user.pk, changes)]


def test_membership_that_was_ended_is_ended_once(owner, riverside):
    user = riverside.clinician
    found = [owner.post(f"{page_of(user)}end/").status_code for _ in range(2)]
    assert (found, [action for action, *_ in trail(riverside)]) == ([302, 302], ["member.ended"])


def test_role_of_an_ended_membership_is_not_changed(owner, riverside):
    user = riverside.clinician
    owner.post(f"{page_of(user)}end/")
    assert list(faults(owner.post(page_of(user), {"role": "owner"}))) == ["__all__"]
    assert membership(riverside, user) == ("clinician", False)


@in_one_zone
@pytest.mark.clock("clinic/staff/members.py:add_colleague")
def test_ended_membership_is_given_again_by_the_same_address_from_that_day_on(clock, owner, riverside):
    user = riverside.clinician
    owner.post(f"{page_of(user)}end/")
    clock.move(hours=1)
    assert owner.post(NEW, {**NORA, "email": user.email, "role": "auditor"}).status_code == 302
    row = Membership.objects.get(clinic=riverside.clinic, user=user)
    assert (row.role, row.is_active, row.created_at) == ("auditor", True, clock.moment)
    assert practitioner(riverside, user) == (user.name, False)


def test_page_of_who_left_offers_to_add_them_again(owner, riverside):
    user = riverside.front_desk
    owner.post(f"{page_of(user)}end/")
    page = owner.get(page_of(user))
    assert (page.status_code, f'value="{user.email}"' in page.content.decode()) == (200, True)
    assert owner.post(NEW, {"email": user.email, "name": user.name, "role": "front_desk"}).status_code == 302
    assert membership(riverside, user) == ("front_desk", True)


LAST = "A clinic needs an owner, and this is the only one. Make somebody else an owner first."


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OWNER])
def test_last_owner_is_not_demoted(owner, riverside, role):
    assert faults(owner.post(page_of(riverside.owner), {"role": role.value})) == {"role": [LAST]}
    assert (membership(riverside, riverside.owner), trail(riverside)) == (("owner", True), [])


def test_last_owner_does_not_leave(owner, riverside):
    response = owner.post(f"{page_of(riverside.owner)}end/")
    assert (response.status_code, response.context["problem"]) == (422, LAST)
    assert LAST in response.content.decode()
    assert (membership(riverside, riverside.owner), trail(riverside)) == (("owner", True), [])


def test_owner_whose_account_is_closed_does_not_count(owner, riverside):
    owner.post(page_of(riverside.clinician), {"role": "owner"})
    User.objects.filter(pk=riverside.clinician.pk).update(is_active=False)
    assert owner.post(f"{page_of(riverside.owner)}end/").status_code == 422
    assert membership(riverside, riverside.owner) == ("owner", True)


def test_owner_who_left_does_not_count(owner, riverside):
    owner.post(page_of(riverside.clinician), {"role": "owner"})
    owner.post(f"{page_of(riverside.clinician)}end/")
    assert owner.post(f"{page_of(riverside.owner)}end/").status_code == 422
    assert membership(riverside, riverside.owner) == ("owner", True)


def test_owner_of_another_clinic_does_not_count(owner, riverside, hillside):
    owner.post(NEW, {**NORA, "email": hillside.owner.email})
    assert owner.post(f"{page_of(riverside.owner)}end/").status_code == 422
    assert membership(riverside, riverside.owner) == ("owner", True)


def test_owner_beside_another_can_be_demoted_and_can_leave(owner, riverside, sign_in):
    owner.post(page_of(riverside.clinician), {"role": "owner"})
    other = sign_in(riverside.clinician)
    demoted = other.post(page_of(riverside.owner), {"role": "clinician"})
    assert (demoted.status_code, membership(riverside, riverside.owner)) == (302, ("clinician", True))
    owner = sign_in(riverside.owner)
    assert owner.get(LIST).status_code == 403


@pytest.mark.parametrize(("path", "form"), [("", {"role": "clinician"}), ("end/", {})])
def test_owner_who_gives_ownership_away_is_led_to_the_first_page(owner, riverside, path, form):
    owner.post(page_of(riverside.clinician), {"role": "owner"})
    response = owner.post(page_of(riverside.owner) + path, form)
    assert (response.status_code, response["Location"]) == (302, "/")
