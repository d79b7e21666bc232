"""Open alerts, the worst and oldest first, as Today shows them."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0034_alerts_that_lead'),
        ('patients', '0036_photos'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(condition=models.Q(('acknowledged_at', None)), fields=['-severity', 'raised_at', 'id'], name='alert_worst_first'),
        ),
    ]
