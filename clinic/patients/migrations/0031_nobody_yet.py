"""A patient may be nobody's yet.

The column is changed by a statement of its own: Django would take the foreign key away and make it anew, which reads
every patient while nobody can write one.
"""

import django.db.models.deletion
from django.db import migrations, models

OF_NOBODY = models.Q(("user", None))


class Migration(migrations.Migration):
    dependencies = [("patients", "0030_statistics"), ("staff", "0003_tags")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE patients_patient ALTER COLUMN user_id DROP NOT NULL",
            "ALTER TABLE patients_patient ALTER COLUMN user_id SET NOT NULL",
            state_operations=[
                migrations.AlterField(
                    model_name="patient",
                    name="user",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.practitioner",
                        verbose_name="practitioner",
                    ),
                )
            ],
        ),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(
                condition=OF_NOBODY,
                fields=["filed_as", "given_as", "id"],
                include=("archived_at",),
                name="patient_of_nobody",
            ),
        ),
        migrations.AddConstraint(
            model_name="patient",
            constraint=models.UniqueConstraint(
                condition=OF_NOBODY, fields=("name_key",), name="patient_name_once_of_nobody"
            ),
        ),
    ]
