"""The pages about the webhooks of a clinic, for its owners. They show ids of what was sent, and nothing of patients."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.access import Permission, Request, confirmed, requires, without_patients
from clinic.ui import errors
from clinic.ui.pages import keep_private, posted_version, saved
from clinic.ui.sealing import keep_once, take_once
from clinic.webhooks import actions
from clinic.webhooks.forms import WebhookForm
from clinic.webhooks.models import Delivery, DeliveryState, Webhook

PER_PAGE = 50
CHANGED = "Somebody changed this webhook meanwhile. What you wrote is kept below; save it again to have it so."


@require_safe
@requires(Permission.WEBHOOKS_MANAGE)
@without_patients
def webhook_list(request: Request) -> HttpResponse:
    return render(request, "webhooks/webhook_list.html", {"webhooks": Webhook.objects.all()})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.WEBHOOKS_MANAGE)
@without_patients
@confirmed
def webhook_new(request: Request) -> HttpResponse:
    """Register a webhook; the page that follows shows its secret, once."""
    form = WebhookForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            issued = actions.create_webhook(by=request.actor, **form.cleaned_data)
        except actions.TooMany as refusal:
            form.add_error(None, str(refusal))
        else:
            return _to_its_secret(request, issued, "Webhook registered.")
    context = {
        "form": form,
        "heading": "Register a webhook",
        "submit_label": "Register webhook",
        "cancel_url": reverse("webhooks:list"),
    }
    return render(request, "webhooks/webhook_form.html", context, status=422 if form.is_bound else 200)


@require_safe
@requires(Permission.WEBHOOKS_MANAGE)
@without_patients
@confirmed
def webhook_detail(request: Request, pk: UUID) -> HttpResponse:
    webhook = get_object_or_404(Webhook, pk=pk)
    context = {
        "webhook": webhook,
        "secret": take_once(request, _key(pk)),
        "waiting": Delivery.objects.filter(webhook=webhook, state=DeliveryState.WAITING).count(),
    }
    return keep_private(render(request, "webhooks/webhook_detail.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.WEBHOOKS_MANAGE)
@without_patients
@confirmed
def webhook_edit(request: Request, pk: UUID) -> HttpResponse:
    webhook = get_object_or_404(Webhook, pk=pk)
    before = {"name": webhook.name, "url": webhook.url, "events": webhook.events}
    form, version, status = WebhookForm(request.POST if request.method == "POST" else None, initial=before), 0, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                version = posted_version(request)
                actions.change_webhook(by=request.actor, id=pk, version=version, **form.cleaned_data)
            except actions.Changed as refusal:
                webhook, status = refusal.current, 409
                form.add_error(None, CHANGED)
            else:
                saved(request, "Webhook saved.")
                return redirect("webhooks:detail", pk)
    context = {
        "form": form,
        "version": webhook.version,
        "heading": "Change a webhook",
        "submit_label": "Save webhook",
        "cancel_url": reverse("webhooks:detail", args=[pk]),
    }
    return render(request, "webhooks/webhook_form.html", context, status=status)


@require_POST
@requires(Permission.WEBHOOKS_MANAGE)
@confirmed
def webhook_secret(request: Request, pk: UUID) -> HttpResponse:
    """Make another secret, beside which the one before signs for a while."""
    get_object_or_404(Webhook, pk=pk)
    issued = actions.rotate_secret(by=request.actor, id=pk)
    return _to_its_secret(request, issued, "Secret made. The one before signs, too, for seven days more.")


@require_POST
@requires(Permission.WEBHOOKS_MANAGE)
@confirmed
def webhook_secret_end(request: Request, pk: UUID) -> HttpResponse:
    return _done(request, pk, actions.end_earlier_secret, "Earlier secret ended.")


@require_POST
@requires(Permission.WEBHOOKS_MANAGE)
@confirmed
def webhook_off(request: Request, pk: UUID) -> HttpResponse:
    return _done(request, pk, actions.switch_off, "Webhook switched off. What was queued is not sent.")


@require_POST
@requires(Permission.WEBHOOKS_MANAGE)
@confirmed
def webhook_on(request: Request, pk: UUID) -> HttpResponse:
    return _done(request, pk, actions.switch_on, "Webhook switched on. It is told of what happens from now on.")


@require_POST
@requires(Permission.WEBHOOKS_MANAGE)
@confirmed
def webhook_delete(request: Request, pk: UUID) -> HttpResponse:
    get_object_or_404(Webhook, pk=pk)
    actions.delete_webhook(by=request.actor, id=pk)
    saved(request, "Webhook deleted.")
    return redirect("webhooks:list")


@require_safe
@requires(Permission.WEBHOOKS_MANAGE)
@without_patients
def delivery_list(request: Request, pk: UUID) -> HttpResponse:
    """What was sent to a webhook and what waits, the newest first; `state` narrows it."""
    webhook = get_object_or_404(Webhook, pk=pk)
    return _deliveries(request, webhook)


@require_POST
@requires(Permission.WEBHOOKS_MANAGE)
def delivery_again(request: Request, pk: UUID, delivery: UUID) -> HttpResponse:
    """Have one delivery sent once more."""
    webhook = get_object_or_404(Webhook, pk=pk)
    try:
        actions.redeliver(by=request.actor, id=pk, delivery=delivery)
    except Delivery.DoesNotExist as error:
        raise Http404 from error
    except actions.Refused as refusal:
        return _deliveries(request, webhook, problem=str(refusal), status=409)
    saved(request, "It is sent again within half a minute.")
    return redirect("webhooks:deliveries", pk)


def _deliveries(request: Request, webhook: Webhook, *, problem: str = "", status: int = 200) -> HttpResponse:
    state, page = request.GET.get("state", ""), request.GET.get("page", "1")
    known = set(request.GET) <= {"state", "page"} and state in ("", *DeliveryState.values)
    if not known or not (page.isascii() and page.isdigit()) or len(page) > 9:
        text = "This list knows “state” and “page” alone. Open it from the webhook's page."
        return errors.answer(request, 400, "invalid", text)
    rows = Delivery.objects.filter(webhook=webhook, **({"state": state} if state else {})).order_by("-number")
    context = {
        "webhook": webhook,
        "page": Paginator(rows, PER_PAGE).get_page(page),
        "state": state,
        "states": [("", "All"), *((each.value, each.label.partition(":")[0]) for each in DeliveryState)],
        "problem": problem,
    }
    return render(request, "webhooks/delivery_list.html", context, status=status)


def _done(request: Request, pk: UUID, action: Callable[..., Any], text: str) -> HttpResponse:
    get_object_or_404(Webhook, pk=pk)
    action(by=request.actor, id=pk)
    saved(request, text)
    return redirect("webhooks:detail", pk)


def _to_its_secret(request: Request, issued: actions.Issued, text: str) -> HttpResponse:
    if issued.secret:
        keep_once(request, _key(issued.webhook.pk), issued.secret)
    saved(request, text)
    return redirect("webhooks:detail", issued.webhook.pk)


def _key(pk: UUID) -> str:
    return f"webhook {pk}"
