"""The key's own index goes: another of the table begins with the same column, and answers for it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "DROP INDEX IF EXISTS webhooks_delivery_webhook_id_27345d75",
                    "CREATE INDEX webhooks_delivery_webhook_id_27345d75 ON webhooks_delivery (webhook_id)",
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="delivery",
                    name="webhook",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="webhooks.webhook"
                    ),
                )
            ],
        )
    ]
