"""By a colour and an icon people of several clinics tell them apart; those that are there look as before."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0014_due_work'),
    ]

    operations = [
        migrations.AddField(
            model_name='clinic',
            name='colour',
            field=models.CharField(blank=True, choices=[('grey', 'Grey'), ('blue', 'Blue'), ('teal', 'Teal'), ('green', 'Green'), ('amber', 'Amber'), ('red', 'Red'), ('purple', 'Purple'), ('pink', 'Pink')], db_default='', default='', max_length=10),
        ),
        migrations.AddField(
            model_name='clinic',
            name='icon',
            field=models.CharField(choices=[('building-office', 'Building'), ('academic-cap', 'Cap'), ('globe-alt', 'Globe'), ('heart', 'Heart'), ('home', 'House'), ('key', 'Key'), ('light-bulb', 'Lamp'), ('puzzle-piece', 'Puzzle'), ('star', 'Star')], db_default='building-office', default='building-office', max_length=20),
        ),
        migrations.AddConstraint(
            model_name='clinic',
            constraint=models.CheckConstraint(condition=models.Q(('colour__in', ['', 'grey', 'blue', 'teal', 'green', 'amber', 'red', 'purple', 'pink'])), name='clinic_colour'),
        ),
        migrations.AddConstraint(
            model_name='clinic',
            constraint=models.CheckConstraint(condition=models.Q(('icon__in', ['building-office', 'academic-cap', 'globe-alt', 'heart', 'home', 'key', 'light-bulb', 'puzzle-piece', 'star'])), name='clinic_icon'),
        ),
    ]
