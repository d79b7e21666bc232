"""Rows are changed by SQL, with a sign in it that drivers read."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("patients", "p9001_plain")]
    operations = [migrations.RunSQL("UPDATE patients_patient SET nickname = '50 %' WHERE full_name LIKE 'A%'")]
