"""What a patient asks to have corrected, and what was told to others, are notes of their own kinds."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0032_indexes_in_use'),
        ('patients', '0032_indexes_in_use'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='contactnote',
            name='contact_note_kind',
        ),
        migrations.AlterField(
            model_name='contactnote',
            name='kind',
            field=models.CharField(choices=[('telephone', 'Telephone'), ('visit', 'Visit'), ('letter', 'Letter'), ('message', 'Message'), ('correction', 'Asks to correct the record'), ('disclosure', 'Disclosed to others'), ('other', 'Other')], db_collation='C', max_length=20),
        ),
        migrations.AlterField(
            model_name='contactnoterevision',
            name='kind',
            field=models.CharField(choices=[('telephone', 'Telephone'), ('visit', 'Visit'), ('letter', 'Letter'), ('message', 'Message'), ('correction', 'Asks to correct the record'), ('disclosure', 'Disclosed to others'), ('other', 'Other')], db_collation='C', max_length=20),
        ),
        migrations.AddConstraint(
            model_name='contactnote',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['telephone', 'visit', 'letter', 'message', 'correction', 'disclosure', 'other'])), name='contact_note_kind'),
        ),
    ]
