from django.db import migrations, models

# The web's role deletes no assessment. This does, as the owner of the table, and only those that a file brought and
# nobody has changed since, with the open alerts and the unread reviews that came with them; one that something else
# refers to is refused by that key.
CREATE = """
CREATE OR REPLACE FUNCTION remove_imported_assessments(keys uuid[]) RETURNS SETOF uuid
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    WITH going AS (
        SELECT assessments_assessment.id FROM assessments_assessment JOIN imports_importedrecord
            ON imports_importedrecord.record_id = assessments_assessment.id AND NOT imports_importedrecord.is_removed
        WHERE assessments_assessment.id = ANY (keys) AND assessments_assessment.version = 1
    ), alerts AS (
        DELETE FROM assessments_riskalert USING going
        WHERE assessments_riskalert.assessment_id = going.id AND assessments_riskalert.acknowledged_at IS NULL
    ), reviews AS (
        DELETE FROM assessments_review USING going
        WHERE assessments_review.id = going.id AND assessments_review.reviewed_at IS NULL
    )
    DELETE FROM assessments_assessment USING going WHERE assessments_assessment.id = going.id
    RETURNING assessments_assessment.id
$$
"""
DROP = "DROP FUNCTION IF EXISTS remove_imported_assessments(uuid[])"


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0002_removing'),
        ('lists', '0005_indexes_in_use'),
        ('assessments', '0033_kinds_of_notes'),
    ]

    operations = [
        migrations.AddField(
            model_name='importbatch',
            name='about',
            field=models.CharField(choices=[('patients', 'Patients'), ('assessments', 'Assessments')], db_default='patients', default='patients', max_length=20),
        ),
        migrations.AddConstraint(
            model_name='importbatch',
            constraint=models.CheckConstraint(condition=models.Q(('about__in', ['patients', 'assessments'])), name='import_about'),
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
