"""Alerts by how much they press, in the one order of Today and of the list, and which of a patient's leads there."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0035_worst_alerts_first'),
        ('patients', '0036_photos'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='alert',
            name='alert_of_patient',
        ),
        migrations.RemoveIndex(
            model_name='alert',
            name='alert_worst_first',
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(models.OrderBy(models.Case(models.When(acknowledged_at=None, then='severity'), output_field=models.PositiveSmallIntegerField()), descending=True, nulls_last=True), models.OrderBy(models.F('raised_at')), models.OrderBy(models.F('id'), descending=True, nulls_last=True), condition=models.Q(('acknowledged_at', None)), name='alert_worst_first'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(models.F('patient'), models.OrderBy(models.Case(models.When(acknowledged_at=None, then='severity'), output_field=models.PositiveSmallIntegerField()), descending=True, nulls_last=True), models.OrderBy(models.F('acknowledged_at'), descending=True, nulls_first=True), models.OrderBy(models.F('raised_at')), models.OrderBy(models.F('id'), descending=True, nulls_last=True), include=('severity',), name='alert_of_patient'),
        ),
    ]
