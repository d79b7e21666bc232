"""Webhooks. What is done here is done by the same functions as on the pages."""

from functools import partial as partial_of
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from clinic.access import Permission
from clinic.api.errors import IdTaken
from clinic.api.filters import refuse_parameters
from clinic.api.objects.webhooks import DeliverySerializer, RotationSerializer, WebhookSerializer
from clinic.api.pagination import NumberedPagination
from clinic.api.views import METHODS, actor, cannot_be_written, changed_by, made_before, parsed, refuse_stale
from clinic.api.writing.bodies import refuse_body, sent_body
from clinic.api.writing.conditions import shown, tag_of
from clinic.api.writing.read_only import refuse_others
from clinic.webhooks import actions
from clinic.webhooks.models import Delivery, DeliveryState, Webhook

if TYPE_CHECKING:
    from rest_framework.views import APIView


def _change(*, by: Any, id: UUID, version: int | None, is_active: bool | None = None, **fields: Any) -> Webhook:
    """Change what a body has, and switch on or off. Raises Changed."""
    webhook = actions.change_webhook(by=by, id=id, version=version, **fields)
    if is_active is None or is_active is webhook.is_active:
        return webhook
    return (actions.switch_on if is_active else actions.switch_off)(by=by, id=id)


class WebhookViewSet(RetrieveModelMixin, GenericViewSet[Webhook]):
    """The clinic's webhooks, by name."""

    without_patients = has_versions = True
    view_permission = edit_permission = Permission.WEBHOOKS_MANAGE
    serializer_class = WebhookSerializer
    bodies: ClassVar[dict[str, Any]] = {"rotate": RotationSerializer}
    filter_backends = ()
    pagination_class = NumberedPagination
    http_method_names = METHODS

    def get_queryset(self) -> QuerySet[Webhook]:
        return Webhook.objects.order_by("name", "id")

    def list(self, request: Request) -> Response:
        """All webhooks of the clinic, by name."""
        refuse_parameters(request, ("page", "page_size"))
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        refuse_parameters(request)
        webhook = self.get_object()
        return shown(request, webhook, self.get_serializer(webhook).data)

    def create(self, request: Request) -> Response:
        """Registers a webhook, which is told of what happens from now on. Its secret is in this answer alone."""
        refuse_parameters(request)
        if (made := made_before(self)) is not None:
            return self._issued(actions.Issued(made, ""))
        fields = parsed(self)
        is_active = fields.pop("is_active", True)
        if (id := fields.get("id")) is not None and self.get_queryset().filter(pk=id).exists():
            raise IdTaken(id)
        issued = actions.create_webhook(by=actor(request), **fields)
        if not is_active:
            issued = actions.Issued(actions.switch_off(by=actor(request), id=issued.webhook.pk), issued.secret)
        refuse_others(cannot_be_written(self), self.get_serializer(issued.webhook).data)
        return self._issued(issued)

    def update(self, request: Request, pk: UUID, *, partial: bool = False) -> Response:
        """Changes a webhook; `active` switches it on and off."""
        refuse_parameters(request)
        if (changed := made_before(self)) is None:
            refuse_stale(self, webhook := self.get_object(), actions.Changed)
            change = partial_of(_change, by=actor(request), id=webhook.pk)
            changed = changed_by(self, webhook, change, partial=partial)
        return shown(request, changed, self.get_serializer(changed).data)

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Changes the fields that are sent, and no other; `active` switches it on and off."""
        return self.update(request, pk, partial=True)

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Deletes a webhook: nothing more is sent to it, also not what waits."""
        refuse_parameters(request)
        refuse_stale(self, webhook := self.get_object(), actions.Changed)
        actions.delete_webhook(by=actor(request), id=webhook.pk)
        return Response(status=204)

    def rotate(self, request: Request, pk: UUID) -> Response:
        """Makes another secret, which is in this answer alone. The one before signs beside it for a week."""
        refuse_parameters(request)
        if (made := made_before(self)) is not None:
            return self._shown(actions.Issued(made, ""))
        webhook = self.get_object()
        return self._shown(actions.rotate_secret(by=actor(request), id=webhook.pk, **sent_body(self)))

    def _data(self, issued: actions.Issued) -> Any:
        context = {**self.get_serializer_context(), "secret": issued.secret}
        return self.get_serializer(issued.webhook, context=context).data

    def _shown(self, issued: actions.Issued) -> Response:
        return shown(self.request, issued.webhook, self._data(issued))

    def _issued(self, issued: actions.Issued) -> Response:
        data = self._data(issued)
        address = self.request.build_absolute_uri(reverse("api:webhook-detail", args=[issued.webhook.pk]))
        return Response(data, status=201, headers={"Location": address, "ETag": tag_of(issued.webhook, data)})


class OfState(BaseFilterBackend):
    """Narrows deliveries to those of one state."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: "APIView") -> QuerySet[Any]:
        refuse_parameters(request, ("state", "page", "page_size"))
        state = request.query_params.get("state")
        if state is None:
            return queryset
        if state not in DeliveryState.values:
            raise ValidationError({"state": [f"It is one of: {', '.join(DeliveryState.values)}."]})
        return queryset.filter(state=state)

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        mine: Any = view
        schema = {"type": "string", "enum": list(DeliveryState.values)}
        return [{"name": "state", "in": "query", "schema": schema, "description": "What became of them."}][
            : mine.action == "list"
        ]


class DeliveryViewSet(GenericViewSet[Delivery]):
    """What was sent to a webhook, and what waits, the newest first."""

    without_patients = True
    tag = "Webhooks"
    view_permission = edit_permission = Permission.WEBHOOKS_MANAGE
    serializer_class = DeliverySerializer
    filter_backends = (OfState,)
    pagination_class = NumberedPagination
    http_method_names = ["get", "head", "post"]

    def get_queryset(self) -> QuerySet[Delivery]:
        return Delivery.objects.order_by("-number", "id")

    def list(self, request: Request, pk: UUID) -> Response:
        """What was sent to a webhook in the last thirty days, and what waits, the newest first."""
        webhook = get_object_or_404(Webhook, pk=pk)
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset().filter(webhook=webhook)))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def redeliver(self, request: Request, pk: UUID, delivery: UUID) -> Response:
        """Has one sent once more, under the `webhook-id` that it had."""
        refuse_parameters(request)
        refuse_body(request)
        webhook = get_object_or_404(Webhook, pk=pk)
        found = get_object_or_404(Delivery, pk=delivery, webhook=webhook)
        again = actions.redeliver(by=actor(request), id=webhook.pk, delivery=found.pk)
        return Response(self.get_serializer(again).data)
