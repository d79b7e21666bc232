"""Indexes that no list and no search reads go; the order of preferred names is indexed for the few who have one."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('patients', '0031_nobody_yet'),
        ('staff', '0003_tags'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='patient',
            name='patient_by_score',
        ),
        migrations.RemoveIndex(
            model_name='patient',
            name='patient_by_group',
        ),
        migrations.RemoveIndex(
            model_name='patient',
            name='patient_by_preferred_name',
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(condition=models.Q(('preferred_name__isnull', False)), fields=['preferred_name', 'id'], include=('archived_at',), name='patient_by_preferred_name'),
        ),
        migrations.RemoveIndex(
            model_name='latestresult',
            name='latest_result_by_score',
        ),
        migrations.AddIndex(
            model_name='latestresult',
            index=models.Index(fields=['instrument', 'score', 'patient', 'severity'], name='latest_result_by_score'),
        ),
    ]
