"""Who has an e-mail gets the matcher's keys anew, those of the address among them; the worker makes them.

Until it has, nobody of them is found as who may be somebody else. All other keys are as they were.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("patients", "0034_alike_letters")]

    operations = [
        migrations.RunSQL(
            "UPDATE patients_patient SET match_keys = NULL WHERE email IS NOT NULL", migrations.RunSQL.noop
        )
    ]
