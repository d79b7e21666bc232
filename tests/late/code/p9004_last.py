from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("patients", "p9003_concurrent")]
    operations = [migrations.AddField("Visit", "at", models.DateTimeField(null=True))]
