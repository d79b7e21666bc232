"""Python that writes a row in every clinic, and changes others, which only the clinic itself can tell."""

from django.db import migrations


def call_everyone_by_name(apps, editor):
    apps.get_model("patients", "NameWord").objects.using(editor.connection.alias).create(word="nicknamed")
    patients = apps.get_model("patients", "Patient").objects.using(editor.connection.alias)
    for patient in patients.order_by("-created_at")[:100]:  # of bulk data, as one of the tests' clinics has, the newest
        if patient.full_name.startswith("Unlucky"):
            raise ValueError(f"{patient.full_name} has no nickname")
        patient.nickname = patient.full_name.upper()
        patient.save(update_fields=["nickname"])


class Migration(migrations.Migration):
    dependencies = [("patients", "p9001_plain")]
    operations = [migrations.RunPython(call_everyone_by_name)]
