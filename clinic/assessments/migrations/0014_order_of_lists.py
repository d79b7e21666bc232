import django.db.models.functions.comparison
from django.db import migrations, models

# Adding the stored column writes the table and its indexes anew; those that another replaces go first, so that they are
# not. Scores are sorted within an instrument only, which their index begins with.


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0013_episodes'),
        ('patients', '0007_latest_results'),
        ('staff', '0002_settings'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='assessment',
            name='assessment_by_date',
        ),
        migrations.RemoveIndex(
            model_name='assessment',
            name='assessment_by_patient',
        ),
        migrations.RemoveIndex(
            model_name='assessment',
            name='assessment_by_type',
        ),
        migrations.RemoveIndex(
            model_name='assessment',
            name='assessment_by_score',
        ),
        migrations.RemoveIndex(
            model_name='assessment',
            name='assessment_by_user',
        ),
        migrations.AddField(
            model_name='assessment',
            name='listed_at',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Coalesce('completed_at', 'created_at'), output_field=models.DateTimeField()),
        ),
        migrations.AddIndex(
            model_name='assessment',
            index=models.Index(fields=['-date', '-listed_at', '-id'], include=('archived_at',), name='assessment_by_date'),
        ),
        migrations.AddIndex(
            model_name='assessment',
            index=models.Index(fields=['patient', '-date', '-listed_at', '-id'], include=('archived_at',), name='assessment_by_patient'),
        ),
        migrations.AddIndex(
            model_name='assessment',
            index=models.Index(fields=['type', 'date', 'listed_at', 'id'], include=('archived_at',), name='assessment_by_type'),
        ),
        migrations.AddIndex(
            model_name='assessment',
            index=models.Index(fields=['user', '-date', '-listed_at', '-id'], include=('archived_at',), name='assessment_by_user'),
        ),
        migrations.AddIndex(
            model_name='assessment',
            index=models.Index(condition=models.Q(('instrument', ''), _negated=True), fields=['instrument', 'date', 'listed_at', 'id'], include=('archived_at',), name='assessment_of_instrument'),
        ),
        migrations.AddIndex(
            model_name='assessment',
            index=models.Index(condition=models.Q(('score__isnull', False), ('status__in', ('completed', 'amended'))), fields=['instrument', 'score', 'date', 'listed_at', 'id'], include=('archived_at',), name='assessment_by_score'),
        ),
        migrations.AddIndex(
            model_name='assessment',
            index=models.Index(condition=models.Q(('severity__isnull', False), ('status__in', ('completed', 'amended'))), fields=['instrument', 'severity', 'date', 'listed_at', 'id'], include=('archived_at',), name='assessment_severity_of'),
        ),
        migrations.AddIndex(
            model_name='assessment',
            index=models.Index(condition=models.Q(('severity__isnull', False), ('status__in', ('completed', 'amended'))), fields=['severity', 'date', 'listed_at', 'id'], include=('archived_at',), name='assessment_by_severity'),
        ),
        migrations.AddIndex(
            model_name='assessment',
            index=models.Index(condition=models.Q(('status', 'completed'), _negated=True), fields=['status', 'date', 'listed_at', 'id'], include=('archived_at',), name='assessment_by_status'),
        ),
    ]
