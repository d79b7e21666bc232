from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0008_calendar_months'),
    ]

    operations = [
        migrations.AddField(
            model_name='schedule',
            name='unscored_on',
            field=models.DateField(blank=True, null=True),
        ),
    ]
