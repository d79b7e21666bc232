"""Telling the owners by mail that a webhook was switched off; no address and nothing of a patient is in it."""

import structlog
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from clinic.access import Role
from clinic.accounts.models import Membership
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import public_scope
from clinic.webhooks.models import Webhook

log = structlog.get_logger("clinic.mail")


def tell_owners(clinic: Clinic, webhook: Webhook) -> None:
    """Sent outside every transaction, so that no lock waits for a mail server; the page says the same."""
    with public_scope():
        rows = Membership.objects.current(clinic).filter(role=Role.OWNER).select_related("user")
        addresses = list(rows.order_by("user__email").values_list("user__email", flat=True))
    body = render_to_string("webhooks/off_mail.txt", {"clinic": clinic, "webhook": webhook})
    try:
        EmailMessage(f"A webhook of {clinic.name} was switched off", body, to=addresses).send()
    except OSError:
        log.warning("mail.not_sent", about="webhook")
