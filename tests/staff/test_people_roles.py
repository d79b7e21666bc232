"""Changing a role and ending a membership on an owner's page, and the last owner, who does neither."""

from functools import partial

import pytest
from django.test import Client

from clinic.access import Role
from clinic.accounts.models import Membership
from clinic.staff import members
from clinic.tenancy.scope import clinic_scope
from tests.clock import in_one_zone
from tests.conftest import signed_in
from tests.staff.people import LIST, NEW, faults, link_in, membership, page_of, practitioner, trail
from tests.world import Writer, closed_account

WHY = {"reason": " New  duties "}


def test_role_is_changed_with_the_practitioner_and_one_record_in_the_trail(owner, riverside):
    user = riverside.clinician
    response = owner.post(page_of(user), {"role": "front_desk", **WHY})
    assert (response.status_code, response["Location"]) == (302, page_of(user))
    assert (membership(riverside, user), practitioner(riverside, user)) == (("front_desk", True), (user.name, False))
    owner.post(page_of(user), {"role": "owner", **WHY})
    assert (membership(riverside, user), practitioner(riverside, user)) == (("owner", True), (user.name, True))
    by, key = str(riverside.owner.pk), user.pk
    assert trail(riverside) == [
        ("member.role_changed", by, key, {"role": ["clinician", "front_desk"], "reason": [None, "New duties"]}),
        ("member.role_changed", by, key, {"role": ["front_desk", "owner"], "reason": [None, "New duties"]}),
    ]


def test_same_role_writes_nothing(owner, riverside):
    assert owner.post(page_of(riverside.clinician), {"role": "clinician", **WHY}).status_code == 302
    assert trail(riverside) == []


@pytest.mark.parametrize("role", ["", "king"])
def test_role_that_is_none_is_refused(owner, riverside, role):
    assert list(faults(owner.post(page_of(riverside.clinician), {"role": role, **WHY}))) == ["role"]
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
    assert list(faults(owner.post(page_of(user), {"role": "owner", **WHY}))) == ["__all__"]
    assert membership(riverside, user) == ("clinician", False)


@in_one_zone
@pytest.mark.clock("clinic/staff/members.py:give_membership")
def test_ended_membership_is_given_again_by_an_invitation_from_that_day_on(clock, owner, riverside, mailoutbox):
    user = riverside.clinician
    owner.post(f"{page_of(user)}end/")
    clock.move(minutes=9)
    owner.post(NEW, {"email": user.email, "role": "auditor"})
    assert signed_in(Client(), user).post(link_in(mailoutbox[0])).status_code == 302
    row = Membership.objects.get(clinic=riverside.clinic, user=user)
    assert (row.role, row.is_active, row.created_at) == ("auditor", True, clock.moment)
    assert practitioner(riverside, user) == (user.name, False)


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_role_is_changed_with_a_reason_only(owner, riverside, reason):
    response = owner.post(page_of(riverside.clinician), {"role": "auditor", "reason": reason})
    assert (list(faults(response)), membership(riverside, riverside.clinician)) == (["reason"], ("clinician", True))
    assert response.context["form"]["role"].value() == "auditor"


def test_own_role_is_not_changed(owner, riverside):
    owner.post(page_of(riverside.clinician), {"role": "owner", **WHY})
    found = faults(owner.post(page_of(riverside.owner), {"role": "clinician", **WHY}))
    assert found == {"role": ["Nobody changes their own role. Ask another owner."]}
    page = owner.get(page_of(riverside.owner)).content.decode()
    assert (membership(riverside, riverside.owner), "Change role" in page) == (("owner", True), False)


LAST = "A clinic needs an owner, and this is the only one. Make somebody else an owner first."


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OWNER])
def test_last_owner_is_not_demoted(riverside, role):
    change = partial(members.change_role, by=Writer(), clinic=riverside.clinic, user_id=riverside.owner.pk)
    with clinic_scope(riverside.clinic), pytest.raises(members.LastOwner):
        change(role=role, reason="Away")
    assert (membership(riverside, riverside.owner), trail(riverside)) == (("owner", True), [])


def test_last_owner_does_not_leave(owner, riverside):
    response = owner.post(f"{page_of(riverside.owner)}end/")
    assert (response.status_code, response.context["problem"]) == (422, LAST)
    assert LAST in response.content.decode()
    assert (membership(riverside, riverside.owner), trail(riverside)) == (("owner", True), [])


def test_owner_whose_account_is_closed_does_not_count(owner, riverside):
    closed_account(riverside, Role.OWNER)
    assert owner.post(f"{page_of(riverside.owner)}end/").status_code == 422
    assert membership(riverside, riverside.owner) == ("owner", True)


def test_owner_who_left_does_not_count(owner, riverside):
    owner.post(page_of(riverside.clinician), {"role": "owner", **WHY})
    owner.post(f"{page_of(riverside.clinician)}end/")
    assert owner.post(f"{page_of(riverside.owner)}end/").status_code == 422
    assert membership(riverside, riverside.owner) == ("owner", True)


def test_owner_of_another_clinic_does_not_count(owner, riverside, hillside):
    Membership.objects.create(clinic=riverside.clinic, user=hillside.owner, role=Role.AUDITOR)
    assert owner.post(f"{page_of(riverside.owner)}end/").status_code == 422
    assert membership(riverside, riverside.owner) == ("owner", True)


def test_owner_beside_another_can_be_demoted_and_can_leave(owner, riverside, sign_in):
    owner.post(page_of(riverside.clinician), {"role": "owner", **WHY})
    other = sign_in(riverside.clinician)
    demoted = other.post(page_of(riverside.owner), {"role": "clinician", **WHY})
    assert (demoted.status_code, membership(riverside, riverside.owner)) == (302, ("clinician", True))
    assert sign_in(riverside.owner).get(LIST).status_code == 403


def test_owner_who_leaves_is_led_to_the_first_page(owner, riverside):
    owner.post(page_of(riverside.clinician), {"role": "owner", **WHY})
    response = owner.post(f"{page_of(riverside.owner)}end/")
    assert (response.status_code, response["Location"]) == (302, "/")
