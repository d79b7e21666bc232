from django.urls import path
from clinic.accounts import views
app_name = "api"
urlpatterns = [path("docs/", views.home, name="docs")]
