import clinic.text.keys
import django.contrib.postgres.indexes
import django.db.models.lookups
from django.db import migrations, models

# RESET changes nothing but makes open connections read the index anew: they hold its expression as it was before
# tenancy 0005, and would take no query's for the same.
INDEXES = """
ALTER INDEX patient_by_words SET (fastupdate = on, gin_pending_list_limit = 64);
ALTER INDEX patient_by_digits SET (fastupdate = on, gin_pending_list_limit = 64);
ALTER INDEX patient_by_long_names SET (fastupdate = on, gin_pending_list_limit = 64);
ALTER INDEX patient_by_code RESET (fillfactor);
ALTER INDEX patient_by_later_2 RESET (fillfactor)
"""
BEFORE = """
ALTER INDEX patient_by_words SET (fastupdate = off);
ALTER INDEX patient_by_words RESET (gin_pending_list_limit);
ALTER INDEX patient_by_digits SET (fastupdate = off);
ALTER INDEX patient_by_digits RESET (gin_pending_list_limit);
ALTER INDEX patient_by_long_names SET (fastupdate = off);
ALTER INDEX patient_by_long_names RESET (gin_pending_list_limit)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0005_quicker_keys'),
        ('patients', '0003_long_names'),
        ('staff', '0001_initial'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(condition=models.Q(('archived_at', None)), fields=['filed_as', 'given_as', 'id'], name='patient_active_by_name'),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(INDEXES, BEFORE)],
            state_operations=[
                migrations.RemoveIndex(
                    model_name='patient',
                    name='patient_by_words',
                ),
                migrations.RemoveIndex(
                    model_name='patient',
                    name='patient_by_digits',
                ),
                migrations.RemoveIndex(
                    model_name='patient',
                    name='patient_by_long_names',
                ),
                migrations.AddIndex(
                    model_name='patient',
                    index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(clinic.text.keys.LettersKey(clinic.text.keys.LaterWords('later_names', 2)), name='gin_trgm_ops'), condition=models.Q(django.db.models.lookups.IsNull(clinic.text.keys.LaterWords('later_names', 2), False)), fastupdate=True, gin_pending_list_limit=64, name='patient_by_long_names'),
                ),
                migrations.AddIndex(
                    model_name='patient',
                    index=django.contrib.postgres.indexes.GinIndex(fastupdate=True, fields=['name_words'], gin_pending_list_limit=64, name='patient_by_words', opclasses=['gin_trgm_ops']),
                ),
                migrations.AddIndex(
                    model_name='patient',
                    index=django.contrib.postgres.indexes.GinIndex(fastupdate=True, fields=['phone_digits'], gin_pending_list_limit=64, name='patient_by_digits', opclasses=['gin_trgm_ops']),
                ),
            ],
        ),
    ]
