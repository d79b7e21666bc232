import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("staff", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="ClinicSettings",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("alert_text", models.TextField(blank=True, default="", max_length=2000)),
                ("alert_numbers", models.JSONField(blank=True, default=list)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
            ],
        ),
        migrations.AddConstraint(
            model_name="clinicsettings",
            constraint=models.CheckConstraint(
                condition=models.Q(("id", uuid.UUID("00000000-0000-0000-0000-000000000002"))),
                name="clinic_settings_one_row",
            ),
        ),
    ]
