"""What people change of themselves, with one record in the trail of each clinic that they work in."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from clinic.accounts.models import Membership, Session, User
from clinic.audit.actions import By, record
from clinic.lists.models import SavedView
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope


@transaction.atomic
def change_name(*, by: By, user: User, name: str) -> None:
    """Call somebody otherwise from now on, in every clinic; what the trail says already stays."""
    before = user.name
    if before == name:
        return
    user.name = name
    user.save(update_fields=["name"])
    _record_everywhere("member.renamed", user, by=by, changes={"name": [before, name]})


@transaction.atomic
def end_own_sessions(*, by: By, user: User, sessions: Sequence[Session]) -> None:
    """Sign somebody out where these sessions are open."""
    if not sessions:
        return
    for session in sessions:
        session.delete()
    _record_everywhere("member.sessions_ended", user, by=by, changes={"sessions": [len(sessions), 0]})


def _record_everywhere(action: str, user: User, *, by: By, changes: dict[str, Any]) -> None:
    """Note it in each clinic, with the name that the clinic's own records show."""
    memberships = Membership.objects.filter(user=user.pk, is_active=True).select_related("clinic").order_by("clinic")
    for membership in memberships:
        with clinic_scope(membership.clinic):
            Practitioner.objects.filter(pk=user.pk).update(display_name=user.name)
            SavedView.objects.filter(owner_id=user.pk).update(owner_name=user.name)
            record(action, user, by=by, changes=changes)
