from django.db import migrations

# The web's role writes no password. This does, as the owner of the table, and only in place of one that the asker knows
# the hash of: so none is set blindly, and of two who come with one link the second is refused.
CREATE = """
CREATE OR REPLACE FUNCTION public.change_password(key uuid, former text, latter text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE accounts_user SET password = latter WHERE id = key AND password = former;
    RETURN found;
END
$$
"""
DROP = "DROP FUNCTION IF EXISTS public.change_password(uuid, text, text)"


class Migration(migrations.Migration):

    dependencies = [("accounts", "0013_stored_session_keys")]

    operations = [migrations.RunSQL(CREATE, DROP)]
