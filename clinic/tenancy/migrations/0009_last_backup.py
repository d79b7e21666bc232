"""A clinic has when it was last backed up. Of those that are there it is not known: their trails alone have it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0008_heartbeats")]

    operations = [migrations.AddField("clinic", "backed_up_at", models.DateTimeField(editable=False, null=True))]
