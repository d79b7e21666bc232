"""Work that few clinics have: a row in `public` says when a worker is to look into the clinic next.

Taking a row puts it off at once, so that of several workers one has it, and a killed one's comes again by itself.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from clinic.tenancy.models import Clinic, DueWork
from clinic.tenancy.scope import public_scope

NEVER = timedelta(days=1)  # when a clinic that has nothing of the work is looked into all the same


def look_soon(work: str, clinic: Clinic) -> None:
    """Have a worker look into the clinic at its next round, once this transaction is committed."""
    row = DueWork(work=work, clinic_id=clinic.pk, due_at=timezone.now())
    with public_scope():
        DueWork.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["work", "clinic"], update_fields=["due_at"]
        )


def take_each(work: str, again: timedelta) -> Iterator[DueWork]:
    """Every row that was due when this was asked, as long as nobody else has it; each is due again after `again`."""
    asked_at = timezone.now()
    while (taken := _take(work, asked_at, again)) is not None:
        yield taken


@transaction.atomic
def _take(work: str, asked_at: datetime, again: timedelta) -> DueWork | None:
    rows = DueWork.objects.select_for_update(skip_locked=True, of=("self",)).select_related("clinic")
    taken = rows.filter(work=work, due_at__lte=asked_at).order_by("due_at", "pk").first()
    if taken is not None:
        taken.due_at = max(timezone.now(), asked_at) + again
        taken.save(update_fields=["due_at"])
    return taken


def put_off(taken: DueWork) -> None:
    """Look into the clinic a day later, where nobody asked for it meanwhile."""
    rows = DueWork.objects.filter(pk=taken.pk, due_at=taken.due_at)
    rows.update(due_at=timezone.now() + NEVER)
