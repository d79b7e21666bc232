from django.db import migrations

from clinic.text.keys import create_search_functions, drop_search_functions


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', "0003_bin"),
    ]

    operations = [
        migrations.RunPython(create_search_functions, drop_search_functions),
    ]
