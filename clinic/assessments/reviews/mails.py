"""Telling practitioners once a day how many results wait for their look; nothing of a patient is in the mail."""

from uuid import UUID

import structlog
from django.core.mail import EmailMessage
from django.db.models import Count
from django.template.loader import render_to_string

from clinic.assessments.alerts.mails import recipients
from clinic.assessments.models import Review
from clinic.tenancy.models import Clinic, State
from clinic.tenancy.scope import clinic_scope

log = structlog.get_logger("clinic.mail")


def mail_waiting() -> None:
    """Mail whoever is responsible, or everybody while nobody is, how many results wait, clinic by clinic.

    Sent outside every transaction, so that nothing waits for a mail server. What one refuses is told the next day.
    """
    for clinic in Clinic.objects.filter(deleted_at=None, out_of_service=False, state=State.ACTIVE).order_by("pk"):
        with clinic_scope(clinic):
            counts = waiting_by_practitioner()
        by_address: dict[str, int] = {}
        for responsible, count in counts.items():
            for address in recipients(clinic, responsible):
                by_address[address] = by_address.get(address, 0) + count
        for address, count in sorted(by_address.items()):
            _send(clinic, address, count)


def waiting_by_practitioner() -> dict[UUID | None, int]:
    """How many results of each practitioner's patients wait in the active clinic; None for patients without one."""
    rows = Review.objects.waiting().order_by().values("assessment__patient__user").annotate(count=Count("pk"))
    return {row["assessment__patient__user"]: row["count"] for row in rows}


def _send(clinic: Clinic, address: str, count: int) -> None:
    what = "1 result waits" if count == 1 else f"{count} results wait"
    body = render_to_string("reviews/mail.txt", {"clinic": clinic, "what": what})
    try:
        EmailMessage(f"{what} for a review in {clinic.name}", body, to=[address]).send()
    except OSError:
        log.warning("mail.not_sent", about="reviews")
