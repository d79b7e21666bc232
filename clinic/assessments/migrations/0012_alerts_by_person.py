from django.db import migrations, models

# An alert of a patient's link names who made the link, and asks for what can be done where the patient is not. Alerts
# of what an operator's command wrote name the practitioner of the assessment.
LINKS = """
UPDATE assessments_riskalert alert SET
    link_made_by = request.created_by_name,
    text = left(
        replace(alert.text, ' before the patient leaves', '')
        || CASE WHEN alert.acknowledged_at IS NULL THEN ' The patient is not here: call today.' ELSE '' END,
        500
    )
FROM assessments_answerrequest request
WHERE alert.raised_by_id = 'patient:' || request.id::text AND alert.link_made_by = ''
"""
PROGRAMS = """
UPDATE assessments_riskalert SET text = left(
    replace(text, ' before the patient leaves', '') || ' Find out where the patient is, and call today.', 500
)
WHERE raised_by_id LIKE 'client:%' AND acknowledged_at IS NULL AND text LIKE '% before the patient leaves%'
"""
OPERATORS = """
UPDATE assessments_riskalert alert SET raised_by_name = practitioner.display_name
FROM assessments_assessment assessment, staff_practitioner practitioner
WHERE alert.raised_by_id = 'operator' AND assessment.id = alert.assessment_id
AND practitioner.id = assessment.user_id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0011_latest_results'),
        ('staff', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='alert',
            name='link_made_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=200),
        ),
        migrations.AddField(
            model_name='alert',
            name='told_on',
            field=models.DateField(blank=True, editable=False, null=True),
        ),
        migrations.RunSQL(LINKS, migrations.RunSQL.noop),
        migrations.RunSQL(PROGRAMS, migrations.RunSQL.noop),
        migrations.RunSQL(OPERATORS, migrations.RunSQL.noop),
    ]
