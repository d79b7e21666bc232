import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import clinic.text.keys


# The index of the dropped column goes with it.
COLUMNS = """
ALTER TABLE assessments_assessment
    DROP COLUMN search_name,
    ADD COLUMN search_name text COLLATE "C" GENERATED ALWAYS AS (public.letters_key(name)) STORED
"""


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0004_search_keys'),
        ('assessments', '0001_initial'),
        ('patients', '0002_lists'),
        ('staff', '0001_initial'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='assessment',
            name='assessment_by_date',
        ),
        migrations.RemoveIndex(
            model_name='assessment',
            name='assessment_by_patient',
        ),
        migrations.RemoveIndex(
            model_name='assessment',
            name='assessment_by_type',
        ),
        migrations.RemoveIndex(
            model_name='assessment',
            name='assessment_by_score',
        ),
        migrations.RemoveIndex(
            model_name='assessment',
            name='assessment_by_user',
        ),
        migrations.AlterField(
            model_name='assessment',
            name='patient',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient'),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(COLUMNS, migrations.RunSQL.noop)],
            state_operations=[
                migrations.RemoveIndex(
                    model_name='assessment',
                    name='assessment_by_name',
                ),
                migrations.AlterField(
                    model_name='assessment',
                    name='search_name',
                    field=models.GeneratedField(db_persist=True, expression=clinic.text.keys.LettersKey('name'), output_field=models.TextField(db_collation='C')),
                ),
            ],
        ),
        migrations.AlterField(
            model_name='assessment',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='staff.practitioner', verbose_name='practitioner'),
        ),
        migrations.AddIndex(
            model_name='assessment',
            index=models.Index(fields=['-date', '-id'], include=('archived_at',), name='assessment_by_date'),
        ),
        migrations.AddIndex(
            model_name='assessment',
            index=models.Index(fields=['patient', '-date', '-id'], include=('archived_at',), name='assessment_by_patient'),
        ),
        migrations.AddIndex(
            model_name='assessment',
            index=models.Index(fields=['search_name', 'id'], include=('archived_at',), name='assessment_by_name'),
        ),
        migrations.AddIndex(
            model_name='assessment',
            index=models.Index(fields=['type', 'id'], include=('archived_at',), name='assessment_by_type'),
        ),
        migrations.AddIndex(
            model_name='assessment',
            index=models.Index(fields=['score', 'id'], include=('archived_at',), name='assessment_by_score'),
        ),
        migrations.AddIndex(
            model_name='assessment',
            index=models.Index(fields=['user', '-date', '-id'], include=('archived_at',), name='assessment_by_user'),
        ),
        migrations.AddIndex(
            model_name='assessment',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['search_name'], name='assessment_by_name_part', opclasses=['gin_trgm_ops']),
        ),
    ]
