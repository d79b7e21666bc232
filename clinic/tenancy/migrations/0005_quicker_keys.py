from django.db import migrations

from clinic.text.names import create_functions
from clinic.text.keys import create_search_functions


# The functions of 0001 and 0004 with other bodies: what they give is the same, so no row is written anew.
class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', "0004_search_keys"),
    ]

    operations = [
        migrations.RunPython(create_functions, migrations.RunPython.noop),
        migrations.RunPython(create_search_functions, migrations.RunPython.noop),
    ]
