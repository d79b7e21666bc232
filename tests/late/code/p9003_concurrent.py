"""An index that is built while people work, which no transaction can hold."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("patients", "p9002_code")]
    operations = [AddIndexConcurrently("Patient", models.Index(fields=["nickname", "id"], name="patient_late"))]
