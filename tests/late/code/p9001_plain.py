"""A column with an index, a table with a foreign key, a type change."""

import django.db.models.deletion
from django.db import migrations, models

from tests.late import LEAF


class Migration(migrations.Migration):
    dependencies = [("patients", LEAF)]

    operations = [
        migrations.AddField("Patient", "nickname", models.CharField(max_length=50, default="100 %", db_index=True)),
        migrations.CreateModel(
            "Visit",
            [
                ("id", models.UUIDField(primary_key=True)),
                ("note", models.TextField(db_comment="what was said")),
                ("patient", models.ForeignKey("patients.Patient", django.db.models.deletion.CASCADE)),
            ],
        ),
        migrations.AlterField("Patient", "version", models.PositiveBigIntegerField(default=1, editable=False)),
    ]
