"""The rule of names has a condition, which every practitioner's patient meets.

The new index is built first, while people read; writers wait for it. Only the exchange at the end waits for readers.
"""

from django.db import migrations, models

MAKE = 'CREATE UNIQUE INDEX patient_name_once_new ON patients_patient (user_id, name_key) WHERE user_id IS NOT NULL'
TAKE_AWAY = "ALTER TABLE patients_patient DROP CONSTRAINT patient_name_once_per_user"
EXCHANGE = "ALTER INDEX patient_name_once_new RENAME TO patient_name_once_per_user"
MAKE_AGAIN = "ALTER TABLE patients_patient ADD CONSTRAINT patient_name_once_before UNIQUE (user_id, name_key)"
TAKE_AWAY_AGAIN = "DROP INDEX patient_name_once_per_user"
EXCHANGE_AGAIN = "ALTER TABLE patients_patient RENAME CONSTRAINT patient_name_once_before TO patient_name_once_per_user"
RULE = "patient_name_once_per_user"


class Migration(migrations.Migration):
    dependencies = [("patients", "0032_indexes_in_use")]

    operations = [
        migrations.RunSQL(
            [MAKE, TAKE_AWAY, EXCHANGE],
            [MAKE_AGAIN, TAKE_AWAY_AGAIN, EXCHANGE_AGAIN],
            state_operations=[
                migrations.RemoveConstraint("patient", RULE),
                migrations.AddConstraint(
                    "patient",
                    models.UniqueConstraint(
                        condition=~models.Q(("user", None)), fields=("user", "name_key"), name=RULE
                    ),
                ),
            ],
        )
    ]
