"""The trail says of every event whose record it is about, so that a patient can be told who looked."""

from django.db import migrations

# By what the trail calls the records.
TABLES = {
    "assessment": "assessments_assessment",
    "answerrequest": "assessments_answerrequest",
    "plan": "assessments_plan",
    "riskalert": "assessments_riskalert",
    "episode": "assessments_episode",
}
OF_PATIENTS = """
UPDATE audit_auditevent AS event SET patient_id = record.patient_id FROM {table} AS record
WHERE event.record_type = '{kind}' AND event.record_id = record.id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0018_screens'),
        ('audit', '0003_one_trail'),
    ]

    operations = [
        migrations.RunSQL(OF_PATIENTS.format(table=table, kind=kind), migrations.RunSQL.noop)
        for kind, table in TABLES.items()
    ]
