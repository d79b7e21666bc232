"""The key's own index goes: another of the table begins with the same column, and answers for it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("merging", "0002_taking_out")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "DROP INDEX IF EXISTS merging_mergeentry_merge_id_bb9cec66",
                    "CREATE INDEX merging_mergeentry_merge_id_bb9cec66 ON merging_mergeentry (merge_id)",
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="mergeentry",
                    name="merge",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="merging.mergerecord"
                    ),
                )
            ],
        )
    ]
