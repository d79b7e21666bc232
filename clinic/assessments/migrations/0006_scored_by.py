from django.db import migrations, models

# By what a sitting of an earlier release was scored is said only where the trail shows that the record has not changed
# since the sitting was begun; where it did, sex is left empty and age null. Free assessments have neither.
# The casts change no year: without them it is moments of the session's zone, which a coordinator of Citus refuses here.
KNOWN = """
UPDATE assessments_assessment sitting SET
    sex = CASE WHEN EXISTS (
        SELECT FROM audit_auditevent event WHERE event.record_id = patient.id AND event.at >= sitting.created_at
        AND jsonb_exists(event.changes, 'gender')
    ) THEN '' ELSE patient.gender END,
    age = CASE WHEN sitting.date < patient.date_of_birth OR EXISTS (
        SELECT FROM audit_auditevent event WHERE event.record_id = patient.id AND event.at >= sitting.created_at
        AND jsonb_exists(event.changes, 'date_of_birth')
    ) THEN NULL ELSE date_part('year', age(sitting.date::timestamp, patient.date_of_birth::timestamp)) END
FROM patients_patient patient WHERE patient.id = sitting.patient_id AND sitting.instrument <> ''
"""


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0001_squashed_0005_answer_requests'),
        ('audit', '0002_access'),
        ('patients', '0004_writes'),
        ('staff', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='assessment',
            name='age',
            field=models.PositiveSmallIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='assessment',
            name='sex',
            field=models.CharField(blank=True, db_collation='C', db_default='', default='', editable=False, max_length=10),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=models.CheckConstraint(condition=models.Q(('sex__in', ('', 'female', 'male', 'other', 'unknown'))), name='assessment_sex'),
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
    ]
