from django.db import migrations, models

from tests.late import LEAF


class Migration(migrations.Migration):
    dependencies = [("patients", LEAF)]

    operations = [
        migrations.AddField("Patient", "nickname", models.CharField(max_length=50, default="")),
        migrations.RunSQL("SELECT pg_sleep(0.3)"),
    ]
