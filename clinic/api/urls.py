"""The addresses of the API, version 1."""

from typing import Any

from django.urls import URLPattern, path

from clinic.api import views
from clinic.api.documentation import docs

LIST: dict[str, Any] = {"get": "list", "post": "create"}
DETAIL: dict[str, Any] = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}
READ_LIST: dict[str, Any] = {"get": "list"}
READ_ONE: dict[str, Any] = {"get": "retrieve"}


def purpose(pattern: URLPattern) -> str:
    """What an address is for: the first sentences of its view."""
    view: Any = pattern.callback
    return " ".join((getattr(view, "cls", view).__doc__ or "").partition("\n\n")[0].split())


app_name = "api"
urlpatterns = [
    path("patients/", views.PatientViewSet.as_view(LIST, detail=False), name="patient-list"),
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
    path("instruments/", views.InstrumentViewSet.as_view(READ_LIST, detail=False), name="instrument-list"),
    path(
        "instruments/<slug:instrument>/",
        views.InstrumentViewSet.as_view(READ_ONE, detail=True),
        name="instrument-detail",
    ),
    path("schema/", docs.schema, name="schema"),
    path("docs/", docs.docs, name="docs"),
]
ROUTES = {route: purpose(pattern) for pattern in urlpatterns if "<" not in (route := str(pattern.pattern))}
urlpatterns.append(
    path("", views.EndpointViewSet.as_view(READ_LIST, detail=False, routes=ROUTES), name="endpoint-list")
)
for pattern in urlpatterns:
    # A redirect to the address with its slash would turn a POST into a GET.
    if hasattr(pattern.callback, "cls"):
        pattern.callback.should_append_slash = False  # type: ignore[attr-defined]
