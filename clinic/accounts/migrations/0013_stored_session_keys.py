"""Of a session's key only a digest is kept; sessions that are there go on."""

from django.db import migrations

DIGEST = "UPDATE accounts_session SET session_key = left(encode(sha256(convert_to(session_key, 'UTF8')), 'hex'), 40)"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_idle_sessions")]

    operations = [migrations.RunSQL(DIGEST, migrations.RunSQL.noop)]
