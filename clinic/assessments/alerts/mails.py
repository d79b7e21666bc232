"""Telling the practitioner by mail that an answer, which came while nobody was with the patient, needs action."""

from collections.abc import Sequence
from uuid import UUID

import structlog
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from clinic.access import PRACTITIONER_ROLES, Actor, Role
from clinic.accounts.models import Membership
from clinic.assessments.alerts.actions import return_claim
from clinic.assessments.models.alerts import Alert
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope, public_scope

log = structlog.get_logger("clinic.mail")


def tell_practitioner(
    *, by: Actor, clinic: Clinic, alerts: Sequence[Alert], responsible: UUID | None, sign_in: str
) -> None:
    """Mail the `recipients` that something needs action; nothing of the patient is in it.

    `alerts` hold the claim to this mail. Called outside every transaction, so that no lock waits for a mail server.
    Where none takes it, the claim is returned.
    """
    body = render_to_string("assessments/alert_mail.txt", {"clinic": clinic, "sign_in": sign_in})
    addresses = recipients(clinic, responsible)
    try:
        EmailMessage(f"An answer needs action in {clinic.name}", body, to=addresses).send()
    except OSError:
        log.warning("mail.not_sent", about="alert")
        with clinic_scope(clinic):
            return_claim(by=by, alerts=alerts)


def recipients(clinic: Clinic, responsible: UUID | None) -> list[str]:
    """The address of the responsible practitioner, if they work here and see answers, else those of the owners.

    While nobody is responsible yet, everybody is told who sees answers: any of them may be who acts.
    """
    with public_scope():
        rows = Membership.objects.current(clinic)
        members = list(rows.select_related("user").order_by("user__email"))
    carers = [each for each in members if each.role in PRACTITIONER_ROLES]
    theirs = [each for each in carers if responsible in (None, each.user_id)]
    return [each.user.email for each in theirs or members if theirs or each.role == Role.OWNER]
