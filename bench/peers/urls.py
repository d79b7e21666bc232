from django.contrib import admin
from django.urls import include, path
from rest_framework.routers import DefaultRouter

from bench.peers.api import PatientViewSet
from bench.peers.views import PatientList

router = DefaultRouter()
router.register("patients", PatientViewSet)

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include(router.urls)),
    path("patients/", PatientList.as_view(), name="patient_list"),
]
