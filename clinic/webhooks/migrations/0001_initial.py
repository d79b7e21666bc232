"""Webhooks of a clinic, and what is sent to each."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=100)),
                ('url', models.CharField(max_length=1000)),
                ('events', models.JSONField()),
                ('secret', models.TextField(editable=False)),
                ('secret_since', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('earlier_secret', models.TextField(blank=True, default='', editable=False)),
                ('earlier_until', models.DateTimeField(editable=False, null=True)),
                ('since', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('number', models.BigIntegerField(default=0, editable=False)),
                ('off_at', models.DateTimeField(editable=False, null=True)),
                ('off_why', models.CharField(blank=True, choices=[('person', 'Switched off'), ('failed', 'Switched off: nothing was accepted for days'), ('gone', 'Switched off: the receiver answered 410, gone'), ('restored', 'Switched off: the clinic was put back from a backup')], default='', editable=False, max_length=10)),
                ('failing_since', models.DateTimeField(editable=False, null=True)),
                ('failures', models.PositiveIntegerField(default=0, editable=False)),
                ('paused_until', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
            ],
            options={
                'ordering': ('name', 'id'),
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('number', models.BigIntegerField()),
                ('event', models.CharField(choices=[('assessment.completed', 'An assessment was completed'), ('alert.raised', 'An alert was raised'), ('patient.changed', 'A patient was registered, changed, archived, restored or merged'), ('request.answered', 'A patient answered by a link')], max_length=40)),
                ('record_id', models.UUIDField()),
                ('data', models.JSONField()),
                ('at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('delivered', 'Delivered'), ('given_up', 'Given up'), ('dropped', 'Not sent: the webhook was switched off')], default='waiting', max_length=10)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('tried_at', models.DateTimeField(null=True)),
                ('next_at', models.DateTimeField(null=True)),
                ('answer', models.PositiveSmallIntegerField(null=True)),
                ('why', models.CharField(blank=True, default='', max_length=200)),
                ('webhook', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='webhooks.webhook')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['webhook', 'next_at', 'number'], name='webhook_delivery_next'), models.Index(condition=models.Q(('state', 'waiting')), fields=['webhook', 'record_id', 'number'], name='webhook_delivery_order'), models.Index(fields=['at'], name='webhook_delivery_by_time')],
                'constraints': [models.UniqueConstraint(fields=('webhook', 'number'), name='webhook_delivery_once')],
            },
        ),
    ]
