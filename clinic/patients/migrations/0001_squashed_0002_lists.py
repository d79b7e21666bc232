import clinic.text.names
import clinic.text.keys
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
import phonenumber_field.modelfields
import uuid
from django.db import migrations, models


# A new clinic is made of tables as they are now, in a quarter less time than by way of what they were.
class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('patients', '0001_initial'),
        ('patients', '0002_lists'),
    ]

    dependencies = [
        ('tenancy', '0004_search_keys'),
        ('staff', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='NameWord',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('word', models.TextField(db_collation='C')),
            ],
            options={
                'indexes': [models.Index(fields=['word'], name='nameword_by_word'), models.Index(django.db.models.functions.text.Reverse('word'), name='nameword_by_end'), django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['word'], name='nameword_by_part', opclasses=['gin_trgm_ops'])],
            },
        ),
        migrations.CreateModel(
            name='Patient',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('full_name', models.CharField(max_length=200, validators=[django.core.validators.MinLengthValidator(1)])),
                ('family_name', models.CharField(blank=True, max_length=200)),
                ('gender', models.CharField(choices=[('female', 'Female'), ('male', 'Male'), ('other', 'Other'), ('unknown', 'Not known')], max_length=10)),
                ('date_of_birth', models.DateField()),
                ('date_of_birth_precision', models.CharField(choices=[('exact', 'Exact'), ('estimated', 'Estimated'), ('year', 'Only the year')], default='exact', max_length=10)),
                ('phone_number', phonenumber_field.modelfields.PhoneNumberField(blank=True, max_length=128, region=None)),
                ('second_phone_number', phonenumber_field.modelfields.PhoneNumberField(blank=True, max_length=128, region=None)),
                ('address', models.TextField(blank=True, max_length=1000)),
                ('record_number', models.CharField(db_collation='C', max_length=40)),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('name_key', models.GeneratedField(db_persist=True, expression=clinic.text.names.NameKey('full_name'), output_field=models.TextField(db_collation='C'))),
                ('filed_as', models.GeneratedField(db_persist=True, expression=clinic.text.keys.FiledKey('full_name', 'family_name'), output_field=models.TextField(db_collation='C'))),
                ('given_as', models.GeneratedField(db_persist=True, expression=clinic.text.keys.GivenKey('full_name', 'family_name'), output_field=models.TextField(db_collation='C'))),
                ('later_names', models.GeneratedField(db_persist=True, expression=clinic.text.keys.LaterKey('full_name', 'family_name'), output_field=models.TextField(db_collation='C'))),
                ('name_words', models.GeneratedField(db_persist=True, expression=clinic.text.keys.WordsKey('full_name', 'family_name'), output_field=models.TextField(db_collation='C'))),
                ('phone_digits', models.GeneratedField(db_persist=True, expression=clinic.text.keys.PhonesKey('phone_number', 'second_phone_number'), output_field=models.TextField(db_collation='C'))),
                ('last_instrument', models.CharField(blank=True, db_default='', default='', editable=False, max_length=60)),
                ('last_score', models.DecimalField(blank=True, decimal_places=2, editable=False, max_digits=8, null=True)),
                ('last_band', models.CharField(blank=True, db_default='', default='', editable=False, max_length=60)),
                ('last_severity', models.SmallIntegerField(blank=True, editable=False, null=True)),
                ('last_change', models.DecimalField(blank=True, decimal_places=2, editable=False, max_digits=8, null=True)),
                ('last_assessed_on', models.DateField(blank=True, editable=False, null=True)),
                ('recent_scores', models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, editable=False)),
                ('next_due_on', models.DateField(blank=True, editable=False, null=True)),
                ('open_alerts', models.SmallIntegerField(db_default=0, default=0, editable=False)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='staff.practitioner', verbose_name='practitioner')),
            ],
            options={
                'indexes': [models.Index(fields=['filed_as', 'given_as', 'id'], include=('archived_at', 'gender', 'date_of_birth'), name='patient_by_name'), models.Index(fields=['date_of_birth', 'id'], include=('archived_at',), name='patient_by_birth'), models.Index(fields=['gender', 'id'], include=('archived_at',), name='patient_by_gender'), models.Index(fields=['user', 'filed_as', 'given_as', 'id'], include=('archived_at',), name='patient_by_user'), models.Index(fields=['created_at', 'id'], include=('archived_at',), name='patient_by_created'), models.Index(fields=['phone_number', 'id'], include=('archived_at',), name='patient_by_phone'), models.Index(fields=['last_score', 'id'], include=('archived_at',), name='patient_by_score'), models.Index(fields=['last_assessed_on', 'id'], include=('archived_at',), name='patient_by_assessed'), models.Index(fields=['next_due_on', 'id'], include=('archived_at',), name='patient_by_due'), models.Index(fields=['given_as', 'filed_as', 'id'], include=('archived_at', 'date_of_birth'), name='patient_by_given'), models.Index(condition=models.Q(('later_names__gt', '')), fields=['later_names', 'id', 'date_of_birth'], name='patient_by_later_1'), models.Index(clinic.text.keys.LaterWords('later_names', 1), models.F('id'), condition=models.Q(django.db.models.lookups.IsNull(clinic.text.keys.LaterWords('later_names', 1), False)), name='patient_by_later_2'), models.Index(clinic.text.keys.LaterWords('later_names', 2), models.F('id'), condition=models.Q(django.db.models.lookups.IsNull(clinic.text.keys.LaterWords('later_names', 2), False)), name='patient_by_later_3'), django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['name_words'], name='patient_by_words', opclasses=['gin_trgm_ops']), django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['phone_digits'], name='patient_by_digits', opclasses=['gin_trgm_ops']), models.Index(clinic.text.keys.DigitsKey('phone_number'), models.F('id'), condition=models.Q(('phone_number__gt', '')), name='patient_by_phone_end'), models.Index(clinic.text.keys.DigitsKey('second_phone_number'), models.F('id'), condition=models.Q(('second_phone_number__gt', '')), name='patient_by_phone_2_end'), models.Index(clinic.text.keys.CodeKey('record_number'), models.F('id'), name='patient_by_code'), models.Index(condition=models.Q(('open_alerts__gt', 0)), fields=['open_alerts', 'id'], name='patient_by_alerts'), models.Index(fields=['gender', 'last_score', 'date_of_birth'], name='patient_by_group')],
                'constraints': [models.UniqueConstraint(fields=('user', 'name_key'), name='patient_name_once_per_user'), models.UniqueConstraint(fields=('record_number',), include=('id', 'archived_at'), name='patient_record_number_once'), models.CheckConstraint(condition=models.Q(('full_name', ''), _negated=True), name='patient_has_a_name'), models.CheckConstraint(condition=models.Q(('gender__in', ['female', 'male', 'other', 'unknown'])), name='patient_gender'), models.CheckConstraint(condition=models.Q(('date_of_birth_precision__in', ['exact', 'estimated', 'year'])), name='patient_birth_precision'), models.CheckConstraint(condition=models.Q(('last_severity', None), ('last_severity__range', (0, 4)), _connector='OR'), name='patient_severity')],
            },
        ),
    ]
