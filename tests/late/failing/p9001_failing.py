"""Fails where somebody is called Unlucky."""

from django.db import migrations, models

from tests.late import LEAF


class Migration(migrations.Migration):
    dependencies = [("patients", LEAF)]

    operations = [
        migrations.AddField("Patient", "nickname", models.CharField(max_length=50, default="")),
        migrations.AddConstraint(
            "Patient",
            models.CheckConstraint(condition=~models.Q(full_name__startswith="Unlucky"), name="patient_lucky"),
        ),
    ]
