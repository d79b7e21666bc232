"""The two keys of a name, as SQL functions in `public` that generated columns of every clinic use.

`fold` drops accents and case for search and order; `name_key` is what makes a full name unique: NFC, lower case,
single spaces, accents kept. They name their collation because under LC_ALL=C `lower` leaves É alone.
"""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Func, TextField


def collation(server_version: int) -> str:
    """The collation with Unicode case rules that every server of this version has (190001 is 19.1)."""
    return "pg_c_utf8" if server_version >= 170000 else "und-x-icu"


def create_functions(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    lower = f'lower(%s COLLATE pg_catalog."{collation(editor.connection.pg_version)}")'  # type: ignore[attr-defined]
    spaced = "pg_catalog.btrim(pg_catalog.regexp_replace(pg_catalog.normalize(name, 'NFC'), '\\s+', ' ', 'g'))"
    unaccented = f"public.unaccent('public.unaccent'::pg_catalog.regdictionary, {spaced})"
    plain = r"""name ~ '^[!-~]+( [!-~]+)*$' COLLATE pg_catalog."C" """
    name_key = f"""
        BEGIN
            IF {plain} THEN
                RETURN pg_catalog.lower(name COLLATE pg_catalog."C");
            END IF;
            RETURN pg_catalog.{lower % spaced};
        END
    """
    fold = f" SELECT pg_catalog.{lower % unaccented} "
    for function, language, body in (("name_key", "plpgsql COST 10", name_key), ("fold", "sql", fold)):
        editor.execute(
            f"CREATE OR REPLACE FUNCTION public.{function}(name text) RETURNS text "
            f"LANGUAGE {language} IMMUTABLE STRICT PARALLEL SAFE AS $function${body}$function$"
        )


def drop_functions(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    for function in ("name_key", "fold"):
        editor.execute(f"DROP FUNCTION IF EXISTS public.{function}(text)")


class NameKey(Func):
    """`public.name_key(text)`: two names with the same key are the same name."""

    function = "public.name_key"
    output_field = TextField(db_collation="C")


class Fold(Func):
    """`public.fold(text)`: how a name is searched and ordered."""

    function = "public.fold"
    output_field = TextField(db_collation="C")
