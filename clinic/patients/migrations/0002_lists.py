import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

import clinic.text.keys

# All columns at once: the table is written anew one time. The indexes of columns that are dropped go with them.
COLUMNS = """
ALTER TABLE patients_patient
    DROP COLUMN search_name,
    DROP COLUMN filed_as,
    ADD COLUMN filed_as text COLLATE "C" GENERATED ALWAYS AS (public.filed_key(full_name, family_name)) STORED,
    ADD COLUMN given_as text COLLATE "C" GENERATED ALWAYS AS (public.given_key(full_name, family_name)) STORED,
    ADD COLUMN later_names text COLLATE "C" GENERATED ALWAYS AS (public.later_key(full_name, family_name)) STORED,
    ADD COLUMN name_words text COLLATE "C" GENERATED ALWAYS AS (public.words_key(full_name, family_name)) STORED,
    ADD COLUMN phone_digits text COLLATE "C" GENERATED ALWAYS AS
        (public.phones_key(phone_number, second_phone_number)) STORED,
    ADD COLUMN last_instrument varchar(60) DEFAULT '' NOT NULL,
    ADD COLUMN last_score numeric(8, 2),
    ADD COLUMN last_band varchar(60) DEFAULT '' NOT NULL,
    ADD COLUMN last_severity smallint,
    ADD COLUMN last_change numeric(8, 2),
    ADD COLUMN last_assessed_on date,
    ADD COLUMN recent_scores jsonb DEFAULT '[]' NOT NULL,
    ADD COLUMN next_due_on date,
    ADD COLUMN open_alerts smallint DEFAULT 0 NOT NULL
"""
WORDS = """
INSERT INTO patients_nameword (word)
SELECT DISTINCT word FROM patients_patient, string_to_table(btrim(name_words), ' ') AS word WHERE word <> ''
"""


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0004_search_keys'),
        ('patients', '0001_initial'),
        ('staff', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='NameWord',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('word', models.TextField(db_collation='C')),
            ],
        ),
        migrations.RemoveIndex(
            model_name='patient',
            name='patient_by_birth',
        ),
        migrations.RemoveIndex(
            model_name='patient',
            name='patient_by_gender',
        ),
        migrations.RemoveIndex(
            model_name='patient',
            name='patient_by_user',
        ),
        migrations.RemoveIndex(
            model_name='patient',
            name='patient_by_created',
        ),
        migrations.RemoveIndex(
            model_name='patient',
            name='patient_by_phone',
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(COLUMNS, migrations.RunSQL.noop)],
            state_operations=[
                migrations.RemoveIndex(
                    model_name='patient',
                    name='patient_by_name',
                ),
                migrations.RemoveIndex(
                    model_name='patient',
                    name='patient_by_full_name',
                ),
                migrations.RemoveField(
                    model_name='patient',
                    name='search_name',
                ),
                migrations.AlterField(
                    model_name='patient',
                    name='filed_as',
                    field=models.GeneratedField(db_persist=True, expression=clinic.text.keys.FiledKey('full_name', 'family_name'), output_field=models.TextField(db_collation='C')),
                ),
                migrations.AddField(
                    model_name='patient',
                    name='given_as',
                    field=models.GeneratedField(db_persist=True, expression=clinic.text.keys.GivenKey('full_name', 'family_name'), output_field=models.TextField(db_collation='C')),
                ),
                migrations.AddField(
                    model_name='patient',
                    name='last_assessed_on',
                    field=models.DateField(blank=True, editable=False, null=True),
                ),
                migrations.AddField(
                    model_name='patient',
                    name='last_band',
                    field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=60),
                ),
                migrations.AddField(
                    model_name='patient',
                    name='last_change',
                    field=models.DecimalField(blank=True, decimal_places=2, editable=False, max_digits=8, null=True),
                ),
                migrations.AddField(
                    model_name='patient',
                    name='last_instrument',
                    field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=60),
                ),
                migrations.AddField(
                    model_name='patient',
                    name='last_score',
                    field=models.DecimalField(blank=True, decimal_places=2, editable=False, max_digits=8, null=True),
                ),
                migrations.AddField(
                    model_name='patient',
                    name='last_severity',
                    field=models.SmallIntegerField(blank=True, editable=False, null=True),
                ),
                migrations.AddField(
                    model_name='patient',
                    name='later_names',
                    field=models.GeneratedField(db_persist=True, expression=clinic.text.keys.LaterKey('full_name', 'family_name'), output_field=models.TextField(db_collation='C')),
                ),
                migrations.AddField(
                    model_name='patient',
                    name='name_words',
                    field=models.GeneratedField(db_persist=True, expression=clinic.text.keys.WordsKey('full_name', 'family_name'), output_field=models.TextField(db_collation='C')),
                ),
                migrations.AddField(
                    model_name='patient',
                    name='next_due_on',
                    field=models.DateField(blank=True, editable=False, null=True),
                ),
                migrations.AddField(
                    model_name='patient',
                    name='open_alerts',
                    field=models.SmallIntegerField(db_default=0, default=0, editable=False),
                ),
                migrations.AddField(
                    model_name='patient',
                    name='phone_digits',
                    field=models.GeneratedField(db_persist=True, expression=clinic.text.keys.PhonesKey('phone_number', 'second_phone_number'), output_field=models.TextField(db_collation='C')),
                ),
                migrations.AddField(
                    model_name='patient',
                    name='recent_scores',
                    field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, editable=False),
                ),
            ],
        ),
        migrations.AlterField(
            model_name='patient',
            name='record_number',
            field=models.CharField(db_collation='C', max_length=40),
        ),
        migrations.AlterField(
            model_name='patient',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='staff.practitioner', verbose_name='practitioner'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(fields=['filed_as', 'given_as', 'id'], include=('archived_at', 'gender', 'date_of_birth'), name='patient_by_name'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(fields=['date_of_birth', 'id'], include=('archived_at',), name='patient_by_birth'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(fields=['gender', 'id'], include=('archived_at',), name='patient_by_gender'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(fields=['user', 'filed_as', 'given_as', 'id'], include=('archived_at',), name='patient_by_user'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(fields=['created_at', 'id'], include=('archived_at',), name='patient_by_created'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(fields=['phone_number', 'id'], include=('archived_at',), name='patient_by_phone'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(fields=['last_score', 'id'], include=('archived_at',), name='patient_by_score'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(fields=['last_assessed_on', 'id'], include=('archived_at',), name='patient_by_assessed'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(fields=['next_due_on', 'id'], include=('archived_at',), name='patient_by_due'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(fields=['given_as', 'filed_as', 'id'], include=('archived_at', 'date_of_birth'), name='patient_by_given'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(condition=models.Q(('later_names__gt', '')), fields=['later_names', 'id', 'date_of_birth'], name='patient_by_later_1'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(clinic.text.keys.LaterWords('later_names', 1), models.F('id'), condition=models.Q(django.db.models.lookups.IsNull(clinic.text.keys.LaterWords('later_names', 1), False)), name='patient_by_later_2'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(clinic.text.keys.LaterWords('later_names', 2), models.F('id'), condition=models.Q(django.db.models.lookups.IsNull(clinic.text.keys.LaterWords('later_names', 2), False)), name='patient_by_later_3'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['name_words'], name='patient_by_words', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['phone_digits'], name='patient_by_digits', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(clinic.text.keys.DigitsKey('phone_number'), models.F('id'), condition=models.Q(('phone_number__gt', '')), name='patient_by_phone_end'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(clinic.text.keys.DigitsKey('second_phone_number'), models.F('id'), condition=models.Q(('second_phone_number__gt', '')), name='patient_by_phone_2_end'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(clinic.text.keys.CodeKey('record_number'), models.F('id'), name='patient_by_code'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(condition=models.Q(('open_alerts__gt', 0)), fields=['open_alerts', 'id'], name='patient_by_alerts'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(fields=['gender', 'last_score', 'date_of_birth'], name='patient_by_group'),
        ),
        migrations.AddConstraint(
            model_name='patient',
            constraint=models.UniqueConstraint(fields=('record_number',), include=('id', 'archived_at'), name='patient_record_number_once'),
        ),
        migrations.AddConstraint(
            model_name='patient',
            constraint=models.CheckConstraint(condition=models.Q(('last_severity', None), ('last_severity__range', (0, 4)), _connector='OR'), name='patient_severity'),
        ),
        migrations.AddIndex(
            model_name='nameword',
            index=models.Index(fields=['word'], name='nameword_by_word'),
        ),
        migrations.AddIndex(
            model_name='nameword',
            index=models.Index(django.db.models.functions.text.Reverse('word'), name='nameword_by_end'),
        ),
        migrations.AddIndex(
            model_name='nameword',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['word'], name='nameword_by_part', opclasses=['gin_trgm_ops']),
        ),
        migrations.RunSQL(WORDS, migrations.RunSQL.noop),
    ]
