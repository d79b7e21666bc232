"""Names in Arabic letters are indexed in one form of each letter, with statistics as those of 0030."""

import django.contrib.postgres.indexes
import django.db.models.lookups
from django.db import migrations, models

import clinic.text.keys

ALIKE = clinic.text.keys.AlikeKey("filed_as", "given_as")
MADE = """
DO $$ BEGIN
    CREATE STATISTICS patient_alike_letters ON (public.alike_key(filed_as, given_as)) FROM patients_patient;
EXCEPTION WHEN feature_not_supported OR internal_error THEN NULL;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0033_name_is_no_key"),
        ("staff", "0004_review_from"),
        ("tenancy", "0016_alike_key"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="patient",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(ALIKE, name="gin_trgm_ops"),
                condition=models.Q(django.db.models.lookups.IsNull(ALIKE, False)),
                fastupdate=True,
                gin_pending_list_limit=64,
                name="patient_by_alike_letters",
            ),
        ),
        migrations.RunSQL(MADE, "DROP STATISTICS IF EXISTS patient_alike_letters"),
    ]
