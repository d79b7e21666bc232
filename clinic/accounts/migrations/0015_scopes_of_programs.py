from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0014_change_password")]

    operations = [
        migrations.AddField("apiclient", "scopes", models.CharField(blank=True, db_default="", default="", max_length=200)),
    ]
