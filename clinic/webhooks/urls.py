"""The addresses of the pages about a clinic's webhooks."""

from django.urls import path

from clinic.webhooks import views

app_name = "webhooks"
urlpatterns = [
    path("", views.webhook_list, name="list"),
    path("new/", views.webhook_new, name="new"),
    path("<uuid:pk>/", views.webhook_detail, name="detail"),
    path("<uuid:pk>/edit/", views.webhook_edit, name="edit"),
    path("<uuid:pk>/secret/", views.webhook_secret, name="secret"),
    path("<uuid:pk>/secret/end/", views.webhook_secret_end, name="secret_end"),
    path("<uuid:pk>/off/", views.webhook_off, name="off"),
    path("<uuid:pk>/on/", views.webhook_on, name="on"),
    path("<uuid:pk>/delete/", views.webhook_delete, name="delete"),
    path("<uuid:pk>/deliveries/", views.delivery_list, name="deliveries"),
    path("<uuid:pk>/deliveries/<uuid:delivery>/again/", views.delivery_again, name="again"),
]
