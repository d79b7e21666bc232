"""Each clinic says after how long without use people are signed out; those that are there have what new ones have."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0011_restricted_patients")]

    operations = [
        migrations.AddField("clinic", "idle_minutes", models.PositiveSmallIntegerField(db_default=15, default=15)),
        migrations.AddConstraint(
            "clinic",
            models.CheckConstraint(condition=models.Q(idle_minutes__range=(5, 60)), name="clinic_idle_minutes"),
        ),
    ]
