"""The address where people and pages are found."""

from django.urls import path

from clinic.patients.finding import views

app_name = "finding"
urlpatterns = [path("", views.find, name="find")]
