"""Patients by django-tables2, django-filter and crispy forms; htmx is answered with a template partial.

With `paginate_by`, as django-tables2 documents pages of such a view, both FilterView and the table count the rows.
"""

from django.contrib.auth.mixins import LoginRequiredMixin
from django_filters import FilterSet
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin, Table

from bench.peers.models import Patient


class PatientTable(Table):
    class Meta:
        model = Patient
        template_name = "django_tables2/bootstrap5.html"
        fields = (
            "full_name",
            "gender",
            "date_of_birth",
            "phone_number",
            "record_number",
            "practitioner",
            "last_score",
            "last_assessed_on",
        )


class PatientFilter(FilterSet):
    class Meta:
        model = Patient
        fields = {"full_name": ["icontains"], "gender": ["exact"], "practitioner": ["exact"]}


class PatientList(LoginRequiredMixin, SingleTableMixin, FilterView):
    queryset = Patient.objects.select_related("practitioner")
    table_class = PatientTable
    filterset_class = PatientFilter
    paginate_by = 25
    template_name = "peers/patient_list.html"

    def get_template_names(self) -> list[str]:
        return [f"{self.template_name}#patients" if self.request.htmx else self.template_name]
