"""The addresses of one's own page."""

from django.urls import path

from clinic.staff.account import views

app_name = "account"
urlpatterns = [
    path("", views.account, name="detail"),
    path("sessions/end/", views.account_sessions_end, name="sessions_end"),
]
