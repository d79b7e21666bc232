"""Python that changes rows, which only the clinic itself can tell."""

from django.db import migrations


def call_everyone_by_name(apps, editor):
    patients = apps.get_model("patients", "Patient").objects.using(editor.connection.alias)
    for patient in patients.order_by("-created_at")[:100]:  # of bulk data, as one of the tests' clinics has, the newest
        if patient.full_name.startswith("Unlucky"):
            raise ValueError(f"{patient.full_name} has no nickname")
        patient.nickname = patient.full_name.upper()
        patient.save(update_fields=["nickname"])


class Migration(migrations.Migration):
    dependencies = [("patients", "p9001_plain")]
    operations = [migrations.RunPython(call_everyone_by_name)]
