from django.db import migrations, models

# The answer stood only in the text: "PHQ-9, item 9, “Several days”: Assess the risk."
ANSWERS = """
UPDATE assessments_riskalert SET answer = substring(text from ', item [^,]+, “([^”]+)”: ')
WHERE answer = '' AND text ~ ', item [^,]+, “[^”]+”: '
"""


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0014_order_of_lists'),
    ]

    operations = [
        migrations.AddField(
            model_name='alert',
            name='answer',
            field=models.CharField(blank=True, db_default='', default='', max_length=500),
        ),
        migrations.RunSQL(ANSWERS, migrations.RunSQL.noop),
    ]
