"""The admin as it comes, and as people tune it for a large table: indexes for its search, and no count of all rows."""

from django.contrib import admin

from bench.peers.models import SEARCHED, Patient, PatientTuned


@admin.register(Patient)
class PatientAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # is not generic when it runs
    list_display = (
        "full_name",
        "gender",
        "date_of_birth",
        "phone_number",
        "record_number",
        "practitioner",
        "last_score",
        "last_assessed_on",
    )
    list_select_related = ("practitioner",)
    list_filter = ("gender",)
    list_per_page = 25
    search_fields = SEARCHED


@admin.register(PatientTuned)
class PatientTunedAdmin(PatientAdmin):
    show_full_result_count = False
