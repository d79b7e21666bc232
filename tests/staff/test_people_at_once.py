"""Two at once on the people of one clinic: an owner always stays, and nobody joins twice."""

from functools import partial

import pytest
from django.db import transaction

from clinic.access import Role
from clinic.accounts.models import Membership, User
from clinic.staff import actions as staff
from clinic.staff import members
from clinic.tenancy.scope import clinic_scope
from tests.conftest import worlds
from tests.side_by_side import holds_lock, overlap
from tests.world import Writer, own_clinic

BY = {"by": Writer()}


@pytest.fixture
def scope(lakeside):
    """Opens the clinic's scope; the clinician is a second owner of it."""
    staff.add_member(clinic=lakeside.clinic, user=lakeside.clinician, role=Role.OWNER, by=Writer())
    return partial(clinic_scope, lakeside.clinic)


def owners(world) -> set[str]:
    rows = Membership.objects.filter(clinic=world.clinic, role=Role.OWNER, is_active=True)
    return set(rows.values_list("user__email", flat=True))


def leave(world, user):
    return partial(members.end_membership, **BY, clinic=world.clinic, user_id=user.pk)


def demote(world, user):
    return partial(members.change_role, **BY, clinic=world.clinic, user_id=user.pk, role=Role.AUDITOR)


@holds_lock("staff.members._one_at_a_time")
@pytest.mark.parametrize(("first", "second"), [(leave, leave), (demote, demote), (leave, demote), (demote, leave)])
def test_of_two_owners_who_give_it_up_at_once_one_stays(lakeside, scope, first, second):
    both = overlap(scope, first(lakeside, lakeside.owner), second(lakeside, lakeside.clinician))
    assert (both.refusal, both.waited, owners(lakeside)) == ("LastOwner", True, {lakeside.clinician.email})


@holds_lock("staff.members._one_at_a_time")
def test_colleague_whom_two_add_at_once_is_added_by_one(lakeside, scope):
    add = partial(members.add_colleague, **BY, clinic=lakeside.clinic, name="Nora", role=Role.AUDITOR)
    email = worlds.riverside.auditor.email
    both = overlap(scope, partial(add, email=email), partial(add, email=email.upper()))
    found = Membership.objects.filter(user__email=email, clinic=lakeside.clinic).count()
    assert (both.refusal, found) == ("AlreadyMember", 1)


def test_two_clinics_that_add_somebody_new_at_once_share_one_account(lakeside, scope):
    email = f"nora@{lakeside.owner.email.partition('@')[2]}"

    def add(clinic):
        with clinic_scope(clinic):
            return members.add_colleague(**BY, clinic=clinic, email=email, name="Nora", role=Role.AUDITOR)

    with own_clinic("Harbour") as other:
        pair = [lakeside.clinic, other.clinic]
        both = overlap(transaction.atomic, partial(add, pair[0]), partial(add, pair[1]), alone=True)
        found = Membership.objects.filter(user__email=email, is_active=True).values_list("clinic", flat=True)
        assert (both.refusal, both.waited, set(found)) == ("", True, {clinic.pk for clinic in pair})
        assert User.objects.filter(email=email).count() == 1
