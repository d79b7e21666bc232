"""What a patient has of one instrument is read among all that the patient has, by the index of those."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0031_kept_reports'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='assessment',
            name='assessment_by_instrument',
        ),
    ]
