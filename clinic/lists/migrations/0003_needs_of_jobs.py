"""A file that was made before jobs said what is in it is for who may see everything that its list has."""

from django.db import migrations

FILES = """
UPDATE lists_job SET parameters = parameters || '{"needs": ["alerts.view", "assessments.view", "lists.export"]}'
WHERE work ~ '\\.export_(csv|xlsx)$' AND NOT parameters ? 'needs'
"""


class Migration(migrations.Migration):
    dependencies = [("lists", "0002_one_worker_a_job")]

    operations = [migrations.RunSQL(FILES, migrations.RunSQL.noop)]
