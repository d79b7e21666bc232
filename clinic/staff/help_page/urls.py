"""The address of the help."""

from django.urls import path

from clinic.staff.help_page.views import help_page

app_name = "help"
urlpatterns = [path("", help_page, name="page")]
