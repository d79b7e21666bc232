"""What few clinics have work of is looked into where it is due."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0013_second_factor'),
    ]

    operations = [
        migrations.CreateModel(
            name='DueWork',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('work', models.CharField(max_length=40)),
                ('due_at', models.DateTimeField()),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.clinic')),
            ],
            options={
                'indexes': [models.Index(fields=['work', 'due_at'], name='due_work_by_time')],
                'constraints': [models.UniqueConstraint(fields=('work', 'clinic'), name='due_work_once')],
            },
        ),
    ]
