"""A webhook of a clinic with what it was sent, and what its pages send."""

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from django.utils import timezone

from clinic.webhooks.actions import create_webhook
from clinic.webhooks.models import Delivery, DeliveryState
from tests.world import Writer

Posted = tuple[str, dict[str, Any]]
FORM = {"name": "Receiver", "url": "https://receiver.example.org/hooks", "events": ["alert.raised"]}


def webhooks() -> dict[str, Any]:
    webhook = create_webhook(by=Writer(), **FORM).webhook
    told = {"kind": "Alert", "id": str(uuid4()), "patient": None, "action": "raised"}
    sent = Delivery.objects.create(
        webhook=webhook,
        number=1,
        event="alert.raised",
        record_id=uuid4(),
        data=told,
        at=timezone.now(),
        state=DeliveryState.DELIVERED,
        tries=1,
        answer=200,
    )
    return {"webhook": webhook, "delivery": sent}


def of_webhooks(at: SimpleNamespace) -> dict[str, Posted]:
    one, route = f"/clinic/webhooks/{at.webhook.pk}/", "clinic/webhooks/<uuid:pk>/"
    steps = ("secret/", "secret/end/", "off/", "on/", "delete/")
    return {
        "clinic/webhooks/new/": ("/clinic/webhooks/new/", FORM),
        f"{route}edit/": (f"{one}edit/", {**FORM, "name": "Other", "version": at.webhook.version}),
        f"{route}deliveries/<uuid:delivery>/again/": (f"{one}deliveries/{at.delivery.pk}/again/", {}),
        **{f"{route}{step}": (f"{one}{step}", {}) for step in steps},
    }
