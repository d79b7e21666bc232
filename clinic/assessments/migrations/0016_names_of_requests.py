from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0015_answers_of_alerts'),
    ]

    operations = [
        migrations.AlterField(
            model_name='answerrequest',
            name='state',
            field=models.CharField(choices=[('sent', 'Made'), ('opened', 'Opened'), ('answering', 'Partly answered'), ('done', 'Done'), ('expired', 'Expired'), ('revoked', 'Revoked'), ('locked', 'Locked after five wrong tries')], db_collation='C', default='sent', max_length=20),
        ),
    ]
