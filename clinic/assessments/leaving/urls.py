"""Where somebody is removed from the clinic, or hands their patients over; beside the other pages about people."""

from django.urls import path

from clinic.assessments.leaving import views

app_name = "leaving"
urlpatterns = [
    path("<uuid:pk>/end/", views.person_end, name="end"),
    path("<uuid:pk>/pass-on/", views.pass_on, name="pass_on"),
]
