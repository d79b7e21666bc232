from django.db import migrations, models

# The copy of the form that a patient has open may have lost its last answer, and goes on with the new release.
PAGES = """
UPDATE assessments_assessment SET page = asked.page, page_version = asked.page_version
FROM assessments_answerrequest AS asked
WHERE asked.assessment_id = assessments_assessment.id AND asked.ended_at IS NULL
AND asked.page_version = assessments_assessment.version
"""


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0016_names_of_requests'),
    ]

    operations = [
        migrations.AddField(
            model_name='assessment',
            name='page',
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='assessment',
            name='page_version',
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
        migrations.RunSQL(PAGES, migrations.RunSQL.noop),
    ]
