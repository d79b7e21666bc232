"""A clinic whose migration failed is called out of service; the column keeps its name, so no SQL is run."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0005_quicker_keys")]

    operations = [
        migrations.AlterField("clinic", "fenced", models.BooleanField(db_column="fenced", db_default=False, default=False)),
        migrations.RenameField("clinic", "fenced", "out_of_service"),
    ]
