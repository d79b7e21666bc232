"""One trail for what is read and what is changed: who opened which record moves into it from a table of its own."""

import django.utils.timezone
from django.db import migrations, models

READINGS = """
INSERT INTO audit_auditevent (at, actor_id, actor_name, action, is_reading, record_type, record_id, changes)
SELECT at, actor_id, actor_name, record_type || '.viewed', true, record_type, record_id, '{}'
FROM audit_access ORDER BY id
"""
# Those of other records get their patient from the tables that know it, in a migration of these.
OF_PATIENTS = "UPDATE audit_auditevent SET patient_id = record_id WHERE record_type = 'patient'"


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0002_access'),
    ]

    operations = [
        migrations.CreateModel(
            name='PendingSearch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('actor_id', models.CharField(max_length=64)),
                ('list', models.CharField(max_length=40)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('actor_name', models.CharField(max_length=200)),
                ('patient_id', models.UUIDField(null=True)),
                ('changes', models.JSONField(default=dict)),
                ('request_id', models.CharField(max_length=64)),
                ('address', models.CharField(max_length=45)),
            ],
        ),
        migrations.AddField(
            model_name='auditevent',
            name='address',
            field=models.CharField(db_default='', default='', max_length=45),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='digest',
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='is_reading',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='number',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='patient_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='request_id',
            field=models.CharField(db_default='', default='', max_length=64),
        ),
        migrations.AlterField(
            model_name='auditevent',
            name='at',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AlterField(
            model_name='auditevent',
            name='record_id',
            field=models.UUIDField(null=True),
        ),
        migrations.RunSQL(READINGS, migrations.RunSQL.noop),
        migrations.RunSQL(OF_PATIENTS, migrations.RunSQL.noop),
        migrations.RemoveIndex(
            model_name='access',
            name='access_by_actor',
        ),
        migrations.RemoveIndex(
            model_name='access',
            name='access_by_record',
        ),
        migrations.DeleteModel(
            name='Access',
        ),
        migrations.RemoveIndex(
            model_name='auditevent',
            name='audit_by_record',
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(condition=models.Q(('is_reading', False)), fields=['record_id', '-id'], name='audit_event_changes'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(condition=models.Q(('patient_id__isnull', False)), fields=['patient_id', '-at', '-id'], name='audit_event_by_patient'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['actor_id', 'action', '-id'], name='audit_event_by_actor'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(condition=models.Q(('number', None)), fields=['id'], name='audit_event_unsealed'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['-at', '-id'], name='audit_event_by_time'),
        ),
        migrations.AddConstraint(
            model_name='auditevent',
            constraint=models.UniqueConstraint(condition=models.Q(('number__isnull', False)), fields=('number',), name='audit_event_number_once'),
        ),
        migrations.AddConstraint(
            model_name='pendingsearch',
            constraint=models.UniqueConstraint(fields=('actor_id', 'list'), name='audit_event_search_once'),
        ),
    ]
