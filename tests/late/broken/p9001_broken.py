from django.db import migrations

from tests.late import LEAF


class Migration(migrations.Migration):
    dependencies = [("patients", LEAF)]
    operations = [migrations.RunSQL("ALTER TABLE patients_patient ADD COLUMN nickname nothing_of_that_type")]
