"""A session ends when it was not used for a while, and at the latest when it would have ended so far.

Of those that are there the last use is known to within five minutes.
"""

from django.db import migrations, models

KEEP_THEIR_END = """
UPDATE accounts_session SET ends_at = expire_date;
UPDATE accounts_session SET expire_date = least(expire_date, coalesce(used_at, now()) + interval '15 minutes')
WHERE user_id IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_programs")]

    operations = [
        migrations.AddField("session", "ends_at", models.DateTimeField(null=True)),
        migrations.RunSQL(KEEP_THEIR_END, migrations.RunSQL.noop),
    ]
