"""The addresses of the API, version 1."""

from typing import Any

from django.urls import path

from clinic.api import docs, views

LIST: dict[str, Any] = {"get": "list", "post": "create"}
DETAIL: dict[str, Any] = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}

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
    path("instruments/", views.InstrumentViewSet.as_view({"get": "list"}, detail=False), name="instrument-list"),
    path(
        "instruments/<slug:instrument>/",
        views.InstrumentViewSet.as_view({"get": "retrieve"}, detail=True),
        name="instrument-detail",
    ),
    path("schema/", docs.schema, name="schema"),
    path("docs/", docs.docs, name="docs"),
]
for pattern in urlpatterns[:6]:
    # A redirect to the address with its slash would turn a POST into a GET.
    pattern.callback.should_append_slash = False  # type: ignore[attr-defined]
