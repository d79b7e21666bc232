"""The addresses of the API, version 1."""

from typing import Any

from django.urls import URLPattern, path

from clinic.access import confirmed, open_to_readers
from clinic.api import matching, views
from clinic.api.documentation import docs
from clinic.api.endpoints import bulk, changes, deeds, exports, instruments, me, start, trail, webhooks, worklists

LIST: dict[str, Any] = {"get": "list", "post": "create"}
DETAIL: dict[str, Any] = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}
READ_LIST: dict[str, Any] = {"get": "list"}
READ_ONE: dict[str, Any] = {"get": "retrieve"}


def purpose(pattern: URLPattern) -> str:
    """What an address is for: the first sentences of its view."""
    view: Any = pattern.callback
    return " ".join((getattr(view, "cls", view).__doc__ or "").partition("\n\n")[0].split())


def worklist(route: str, name: str, viewset: Any, listed: dict[str, str], *deeds: str) -> list[URLPattern]:
    """The addresses of a list, of one of it, and of what is done to one."""
    one = f"{route}/<uuid:pk>/"
    return [
        path(f"{route}/", viewset.as_view(listed, detail=False), name=f"{name}-list"),
        path(one, viewset.as_view(READ_ONE, detail=True), name=f"{name}-detail"),
        *[done_to(route, name, viewset, deed) for deed in deeds],
    ]


def done_to(route: str, name: str, viewset: Any, deed: str) -> URLPattern:
    """The address at which something is done to one of a list."""
    view = viewset.as_view({"post": deed}, detail=True)
    made: URLPattern = path(f"{route}/<uuid:pk>/{deed}/", view, name=f"{name}-{deed}")
    return made


app_name = "api"
urlpatterns = [
    path("patients/", views.PatientViewSet.as_view(LIST, detail=False), name="patient-list"),
    path("patients/match/", open_to_readers(matching.MatchViewSet.as_view({"post": "match"})), name="patient-match"),
    path("patients/bulk/", bulk.PatientBulkViewSet.as_view({"post": "bulk"}, detail=False), name="patient-bulk"),
    path(
        "assessments/bulk/", bulk.AssessmentBulkViewSet.as_view({"post": "bulk"}, detail=False), name="assessment-bulk"
    ),
    path("patients/<uuid:pk>/", views.PatientViewSet.as_view(DETAIL, detail=True), name="patient-detail"),
    path("assessments/", views.AssessmentViewSet.as_view(LIST, detail=False), name="assessment-list"),
    path(
        "assessments/<uuid:pk>/",
        views.AssessmentViewSet.as_view(DETAIL, detail=True),
        name="assessment-detail",
    ),
    path("practitioners/", views.PractitionerViewSet.as_view(READ_LIST, detail=False), name="practitioner-list"),
    path(
        "practitioners/<uuid:pk>/",
        views.PractitionerViewSet.as_view(READ_ONE, detail=True),
        name="practitioner-detail",
    ),
    path("episodes/", views.EpisodeViewSet.as_view(READ_LIST, detail=False), name="episode-list"),
    path("episodes/<uuid:pk>/", views.EpisodeViewSet.as_view(READ_ONE, detail=True), name="episode-detail"),
    path("instruments/", instruments.InstrumentViewSet.as_view(READ_LIST, detail=False), name="instrument-list"),
    path(
        "instruments/<slug:instrument>/",
        instruments.InstrumentViewSet.as_view(READ_ONE, detail=True),
        name="instrument-detail",
    ),
    path(
        "instruments/<slug:instrument>/<slug:version>/",
        instruments.InstrumentVersionViewSet.as_view(READ_ONE, detail=True),
        name="instrument-version",
    ),
    done_to("patients", "patient", deeds.PatientDeedViewSet, "restore"),
    done_to("assessments", "assessment", deeds.AssessmentDeedViewSet, "restore"),
    done_to("assessments", "assessment", deeds.AssessmentDeedViewSet, "cancel"),
    path(
        "assessments/<uuid:pk>/history/",
        deeds.RevisionViewSet.as_view(READ_LIST, detail=False),
        name="assessment-history",
    ),
    *worklist("alerts", "alert", worklists.AlertViewSet, {"get": "list"}, "acknowledge"),
    *worklist("schedules", "schedule", worklists.ScheduleViewSet, LIST, "end"),
    *worklist("requests", "request", worklists.RequestViewSet, LIST, "withdraw", "renew"),
    path("webhooks/", confirmed(webhooks.WebhookViewSet.as_view(LIST, detail=False)), name="webhook-list"),
    path("webhooks/<uuid:pk>/", confirmed(webhooks.WebhookViewSet.as_view(DETAIL, detail=True)), name="webhook-detail"),
    path(
        "webhooks/<uuid:pk>/rotate/",
        confirmed(webhooks.WebhookViewSet.as_view({"post": "rotate"}, detail=True)),
        name="webhook-rotate",
    ),
    path(
        "webhooks/<uuid:pk>/deliveries/",
        webhooks.DeliveryViewSet.as_view(READ_LIST, detail=False),
        name="webhook-deliveries",
    ),
    path(
        "webhooks/<uuid:pk>/deliveries/<uuid:delivery>/redeliver/",
        webhooks.DeliveryViewSet.as_view({"post": "redeliver"}, detail=True),
        name="webhook-redeliver",
    ),
    path("me/", me.MeViewSet.as_view({"get": "me"}, detail=False), name="me"),
    path("changes/", changes.ChangeViewSet.as_view(READ_LIST, detail=False), name="change-list"),
    path("exports/", exports.ExportViewSet.as_view(LIST, detail=False), name="export-list"),
    path("exports/<uuid:pk>/", exports.ExportViewSet.as_view(READ_ONE, detail=True), name="export-detail"),
    path("exports/<uuid:pk>/file/", exports.ExportViewSet.as_view({"get": "file"}, detail=True), name="export-file"),
    path("trail/", trail.TrailViewSet.as_view(READ_LIST, detail=False), name="trail-list"),
    path("schema/", docs.schema, name="schema"),
    path("docs/", docs.docs, name="docs"),
]
ROUTES = {route: purpose(pattern) for pattern in urlpatterns if "<" not in (route := str(pattern.pattern))}
urlpatterns.append(
    path("", start.EndpointViewSet.as_view(READ_LIST, detail=False, routes=ROUTES), name="endpoint-list")
)
for pattern in urlpatterns:
    # A redirect to the address with its slash would turn a POST into a GET.
    if hasattr(pattern.callback, "cls"):
        pattern.callback.should_append_slash = False  # type: ignore[attr-defined]
