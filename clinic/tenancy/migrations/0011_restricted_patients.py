"""Whether a clinic shows patients only to who cares for them. Clinics that are there show them to all, as they did."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0009_last_backup")]

    operations = [
        migrations.AddField("clinic", "restricts_patients", models.BooleanField(db_default=False, default=False))
    ]
