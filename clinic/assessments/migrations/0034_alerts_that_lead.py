"""The alerts of a patient in the order in which one leads, without looking them up; one index in place of two."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0033_kinds_of_notes'),
        ('patients', '0036_photos'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='alert',
            name='risk_alert_of_patient',
        ),
        migrations.AlterField(
            model_name='alert',
            name='patient',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(fields=['patient', '-acknowledged_at', 'raised_at', 'id'], include=('severity',), name='alert_of_patient'),
        ),
    ]
