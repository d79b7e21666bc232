"""The key's own index goes: another of the table begins with the same column, and answers for it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lists", "0004_digests_of_files")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "DROP INDEX IF EXISTS lists_jobpart_job_id_a07fa277",
                    "CREATE INDEX lists_jobpart_job_id_a07fa277 ON lists_jobpart (job_id)",
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="jobpart",
                    name="job",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="lists.job"
                    ),
                )
            ],
        )
    ]
