"""The functions of 0004 with another one beside them: names in Arabic letters, in one form of each."""

from django.db import migrations

from clinic.text.keys import create_search_functions


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0015_colour_and_icon")]

    operations = [migrations.RunPython(create_search_functions, migrations.RunPython.noop)]
