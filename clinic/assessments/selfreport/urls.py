"""The addresses by which patients answer, and by which practitioners ask them to."""

from django.urls import path

from clinic.assessments.selfreport import device_views, link_views, request_views

app_name = "answer"
urlpatterns = [
    path("answer/<str:token>/", link_views.answer_link, name="link"),
    path("answer/<str:token>/answers/", link_views.link_save, name="save"),
    path("answer/<str:token>/thanks/", link_views.link_thanks, name="thanks"),
    path("handover/", device_views.device_form, name="device"),
    path("handover/answers/", device_views.device_save, name="device_save"),
    path("handover/leave/", device_views.device_unlock, name="unlock"),
    path("patients/<uuid:pk>/requests/", request_views.request_new, name="request_new"),
    path("requests/<uuid:pk>/", request_views.request_detail, name="request"),
    path("requests/<uuid:pk>/revoke/", request_views.request_revoke, name="revoke"),
    path("requests/<uuid:pk>/renew/", request_views.request_renew, name="renew"),
]
