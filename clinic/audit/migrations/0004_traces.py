"""Events keep the trace that their request was part of, beside the request's own id."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0003_one_trail'),
    ]

    operations = [
        migrations.AddField(
            model_name='auditevent',
            name='trace_id',
            field=models.CharField(db_default='', default='', max_length=32),
        ),
        migrations.AddField(
            model_name='pendingsearch',
            name='trace_id',
            field=models.CharField(db_default='', default='', max_length=32),
        ),
    ]
