"""The address at which somebody is removed from the clinic; beside the other pages about people."""

from django.urls import path

from clinic.assessments.leaving import views

app_name = "leaving"
urlpatterns = [path("<uuid:pk>/end/", views.person_end, name="end")]
