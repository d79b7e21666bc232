"""A type change, right after rows were changed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("patients", "p9002_fill")]
    operations = [
        migrations.AlterField("Patient", "version", models.PositiveBigIntegerField(default=1, editable=False)),
    ]
