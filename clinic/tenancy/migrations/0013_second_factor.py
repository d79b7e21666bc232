"""Whether a clinic asks everybody for a second factor. Clinics that are there do not, as before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0012_idle_minutes")]

    operations = [
        migrations.AddField("clinic", "second_factor_required", models.BooleanField(db_default=False, default=False))
    ]
