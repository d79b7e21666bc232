"""The address of outcomes."""

from django.urls import path

from clinic.assessments.outcomes import views

app_name = "outcomes"
urlpatterns = [path("", views.outcomes, name="page")]
