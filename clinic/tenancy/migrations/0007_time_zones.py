"""Each clinic has a time zone. Those that are there keep the one they had, the server's; its setting stays for new ones."""

from django.conf import settings
from django.db import migrations, models

import clinic.tenancy.zones
import clinic.text.countries


def keep_the_servers_zone(apps, schema_editor):
    """Of the clinics that are there, and of those that the release before still makes, which does not know the column."""
    schema_editor.execute("ALTER TABLE tenancy_clinic ALTER time_zone SET DEFAULT %s", [settings.TIME_ZONE])
    clinics = apps.get_model("tenancy", "Clinic").objects.using(schema_editor.connection.alias)
    clinics.update(time_zone=settings.TIME_ZONE)


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0006_out_of_service")]

    operations = [
        migrations.AddField(
            "clinic",
            "time_zone",
            models.CharField(
                db_default="UTC",
                default=clinic.tenancy.zones.server_zone,
                max_length=63,
                validators=[clinic.tenancy.zones.check_zone],
            ),
        ),
        migrations.AddField(
            "clinic",
            "country",
            models.CharField(
                blank=True, db_default="", default="", max_length=2, validators=[clinic.text.countries.check_country]
            ),
        ),
        migrations.RunPython(keep_the_servers_zone, migrations.RunPython.noop),
    ]
