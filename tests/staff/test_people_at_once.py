"""Two at once on the people of one clinic: an owner always stays, and nobody joins twice."""

from functools import partial

import pytest
from django.db import transaction

from clinic.access import Role
from clinic.accounts.models import Invitation, Membership, User
from clinic.staff import actions as staff
from clinic.staff import members
from clinic.staff.invitations.actions import invite, join_with_new_account
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
    return partial(members.change_role, **BY, clinic=world.clinic, user_id=user.pk, role=Role.AUDITOR, reason="Away")


@holds_lock("staff.members.lock_people")
@pytest.mark.parametrize(("first", "second"), [(leave, leave), (demote, demote), (leave, demote), (demote, leave)])
def test_of_two_owners_who_give_it_up_at_once_one_stays(lakeside, scope, first, second):
    both = overlap(scope, first(lakeside, lakeside.owner), second(lakeside, lakeside.clinician))
    assert (both.refusal, both.waited, owners(lakeside)) == ("LastOwner", True, {lakeside.clinician.email})


@holds_lock("staff.members.lock_people")
def test_colleague_whom_two_invite_at_once_has_one_link(lakeside, scope):
    ask = partial(invite, **BY, clinic=lakeside.clinic, role=Role.AUDITOR)
    email = worlds.riverside.auditor.email
    both = overlap(scope, partial(ask, email=email), partial(ask, email=email.upper()))
    found = Invitation.objects.filter(clinic=lakeside.clinic).order_by("created_at").values_list("closed_at", flat=True)
    assert (both.refusal, both.waited, [at is None for at in found]) == ("", True, [False, True])


def test_two_clinics_that_somebody_new_joins_at_once_share_one_account(lakeside, scope):
    email = f"nora@{lakeside.owner.email.partition('@')[2]}"

    def ask(clinic):
        with clinic_scope(clinic):
            return invite(**BY, clinic=clinic, email=email, role=Role.AUDITOR).token

    def use(clinic, token):
        with clinic_scope(clinic):
            join_with_new_account(clinic=clinic, token=token, name="Nora", password="quite another passphrase")

    with own_clinic("Harbour") as other:
        uses = [partial(use, clinic, ask(clinic)) for clinic in (lakeside.clinic, other.clinic)]
        both = overlap(transaction.atomic, *uses, alone=True)
        found = Membership.objects.filter(user__email=email, is_active=True).count()
        assert (both.refusal, both.waited, found) == ("Gone", True, 1)
        assert User.objects.filter(email=email).count() == 1
