"""Files of jobs that were made before jobs said what it takes to see what is in them."""

from importlib import import_module

import pytest
from django.db import connection

from clinic.lists.models import Job
from clinic.tenancy.scope import clinic_scope

FILES = import_module("clinic.lists.migrations.0003_needs_of_jobs").FILES
FILE = ["alerts.view", "assessments.view", "lists.export"]


@pytest.mark.parametrize(
    ("work", "needs", "kept"),
    [
        ("clinic.patients.bulk.export_csv", None, FILE),
        ("clinic.assessments.bulk.export_xlsx", None, FILE),
        ("clinic.patients.bulk.archive", None, None),
        ("clinic.patients.bulk.export_csv", ["patients.view"], ["patients.view"]),
    ],
)
def test_old_file_is_for_who_may_see_all_of_its_list(riverside, work, needs, kept):
    said = {"query": "", "permission": "patients.view", "columns": ["name"], **({"needs": needs} if needs else {})}
    with clinic_scope(riverside.clinic):
        job = Job.objects.create(list="patients", label="Work", work=work, parameters=said, by_id="x", by_name="X")
        with connection.cursor() as cursor:
            cursor.execute(FILES)
        found = Job.objects.get(pk=job.pk)
    assert found.parameters == said | ({"needs": kept} if kept else {})
    assert found.permissions == {"patients.view", *(kept or ())}
