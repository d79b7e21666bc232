"""The addresses of an owner's first page."""

from django.urls import path

from clinic.assessments.first_steps import views

app_name = "first_steps"
urlpatterns = [
    path("", views.first_steps, name="list"),
    path("away/", views.first_steps_away, name="away"),
]
