from django.db import migrations

# Models are called what the glossary calls them. Tables keep their names, so that no clinic is sent a statement and the
# release before goes on working beside this one.
RENAMED = (
    ('Plan', 'Schedule', 'assessments_plan'),
    ('RiskAlert', 'Alert', 'assessments_riskalert'),
    ('OwnInstrument', 'CustomInstrument', 'assessments_owninstrument'),
)


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0006_scored_by'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                operation
                for old, new, table in RENAMED
                for operation in (migrations.RenameModel(old, new), migrations.AlterModelTable(new, table))
            ],
        ),
    ]
