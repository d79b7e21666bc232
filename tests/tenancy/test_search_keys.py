"""What the functions of names give is held to what their first definitions gave, in plain SQL: both kept columns."""

from contextlib import closing
from random import Random

import psycopg2
from django.db import connections, transaction
from psycopg2.extras import execute_values

from clinic.text.keys import FUNCTIONS, SQL_FUNCTIONS, create_search_functions, drop_search_functions, rules
from clinic.text.names import create_functions, drop_functions
from tests.postgres import ADMIN_DSN

FIRST = {
    "name_key(name text)": r"""
        SELECT pg_catalog.lower(pg_catalog.btrim(
            pg_catalog.regexp_replace(pg_catalog.normalize(name, 'NFC'), '\s+', ' ', 'g'))
            COLLATE pg_catalog."{collation}")
    """,
    "search_key(content text)": """
        SELECT pg_catalog.left(pg_catalog.btrim(pg_catalog.regexp_replace(pg_catalog.translate(pg_catalog.lower(
            public.unaccent('public.unaccent'::pg_catalog.regdictionary,
                pg_catalog.regexp_replace(pg_catalog.normalize(content, 'NFKD'), '[{marks}'']', '', 'g'))
            COLLATE pg_catalog."{collation}"), '{same}', '{instead}'), '[{separators}]+', ' ', 'g')), {longest})
    """,
    "letters_key(content text)": r"""
        SELECT CASE WHEN words ~ '^[\x01-\x7f]*$' THEN words ELSE (
            SELECT pg_catalog.string_agg(
                CASE WHEN code < 128 THEN letter ELSE
                    pg_catalog.substr('{digits}', code / 1296 % 36 + 1, 1)
                    || pg_catalog.substr('{digits}', code / 36 % 36 + 1, 1)
                    || pg_catalog.substr('{digits}', code % 36 + 1, 1)
                END, '' ORDER BY place)
            FROM pg_catalog.regexp_split_to_table(words, '') WITH ORDINALITY AS split (letter, place),
                pg_catalog.ascii(letter) AS code
        ) END
        FROM (SELECT before.search_key(content) AS words OFFSET 0) keys
    """,
    "filed_key(full_name text, family_name text)": """
        SELECT CASE before.search_key(family_name) WHEN '' THEN before.search_key(full_name)
            ELSE before.search_key(family_name) END
    """,
    "given_key(full_name text, family_name text)": """
        SELECT CASE
            WHEN filed IN ('', words) THEN ''
            WHEN pg_catalog.right(words, pg_catalog.length(filed) + 1) = ' ' || filed
                THEN pg_catalog.left(words, -pg_catalog.length(filed) - 1)
            WHEN pg_catalog.left(words, pg_catalog.length(filed) + 1) = filed || ' '
                THEN pg_catalog.substr(words, pg_catalog.length(filed) + 2)
            ELSE words END
        FROM (SELECT before.search_key(full_name) AS words, before.search_key(family_name) AS filed OFFSET 0) keys
    """,
    "later_words(words text, skipped integer)": r"""
        SELECT pg_catalog.substring(words, '^(?:\S+ ){{' || skipped || '}}(.*)$')
    """,
    "later_key(full_name text, family_name text)": """
        SELECT pg_catalog.btrim(pg_catalog.concat_ws(' ', before.later_words(filed, 1), before.later_words(given, 1)))
        FROM (
            SELECT before.filed_key(full_name, family_name) AS filed, before.given_key(full_name, family_name) AS given
            OFFSET 0
        ) keys
    """,
    "words_key(full_name text, family_name text)": """
        SELECT CASE WHEN ' ' || words || ' ' LIKE '% ' || filed || ' %' OR filed = '' THEN ' ' || words || ' '
            ELSE ' ' || words || ' ' || filed || ' ' END
        FROM (SELECT before.letters_key(full_name) AS words, before.letters_key(family_name) AS filed OFFSET 0) keys
    """,
    "code_key(content text)": """
        SELECT pg_catalog.replace(before.search_key(content), ' ', '')
    """,
    "phones_key(one text, other text)": r"""
        SELECT pg_catalog.regexp_replace(one || ' ' || other, '[^0-9 ]', '', 'g')
    """,
}
CALLS = (
    "name_key(a)", "search_key(a)", "letters_key(a)", "code_key(a)", "later_words(a, 0)", "later_words(a, 1)",
    "later_words(a, 2)", "later_words(before.search_key(a), 1)", "phones_key(a, b)", "filed_key(a, b)",
    "given_key(a, b)", "later_key(a, b)", "words_key(a, b)",
)  # fmt: skip
SIGNS = [chr(code) for code in range(1, 128)] + list(
    "\u00a0\u0085\u00ad\u0301\u0308\u2000\u200b\u200d\u2019\u2028\u3000\ufeff\uff05\uff3f\ufdfa\U0001f600\U0010ffff"
    "ßæøłđðþıİœςىةéÉÅşĞöÇĄǅ½²Ⅳ℃李王明ひらカタ한국МариянаΓιώργοςשָׁלוֹםمُحَمَّد"
)
WORDS = [
    "Maria", "garcia", "O'Brien", "Jean-Luc", "Anna-", "-Lena", "d`Arc", "de", "la", "van", "der", "José", "Ángel",
    "李小明", "Мария", "محمد", "", " ", "\t", "\n", "\v", "\x1f", "-", "'", "`", ".", "_", "%", "\\", "1980", "(born",
    "P-000123", "+44 20 7946", "x" * 300, "é" * 260, "a " * 130, "\ufdfa" * 20, "x" * 249 + " y",
]  # fmt: skip


def texts(random: Random) -> list[str]:
    """Every sign and word, and many of several: whole words, printable ASCII, few signs that part or vanish, any."""
    made = [*SIGNS, *WORDS]
    for _ in range(1000):
        made += (
            " ".join(random.choices(WORDS, k=random.randint(1, 5))),
            "".join(chr(random.randint(32, 126)) for _ in range(random.randint(0, 12))),
            "".join(random.choices("ab Z'-`.\t%_\\", k=random.randint(0, 10))),
            "".join(random.choices(SIGNS, k=random.randint(1, 10))),
        )
    return made


def pairs(random: Random) -> list[tuple[str, str]]:
    """Full names, with a family name that is the last word, the first, two, all of it, none, or another."""
    full = texts(random)
    return [
        (name, random.choice([name.split()[-1:], name.split()[:1], name.split()[-2:], [name], [], [other]]))
        for name, other in zip(full, random.sample(full, len(full)), strict=True)
    ]


def test_values_are_those_of_the_first_definitions(django_db_setup):
    names = [(name, " ".join(family)) for name, family in pairs(Random(7))]  # noqa: S311
    with closing(psycopg2.connect(ADMIN_DSN)) as connection, connection.cursor() as cursor:
        filled = rules(connection.server_version)
        cursor.execute("CREATE SCHEMA before")
        for signature, body in FIRST.items():
            head = f"CREATE FUNCTION before.{signature} RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE"
            cursor.execute(f"{head} AS $function${body.format(**filled)}$function$")
        cursor.execute('CREATE TEMPORARY TABLE names (a text COLLATE "C", b text)')
        execute_values(cursor, "INSERT INTO names VALUES %s", names, page_size=1000)
        for call in CALLS:
            cursor.execute(
                f"SELECT a, b, public.{call}, before.{call} FROM names "
                f"WHERE public.{call} IS DISTINCT FROM before.{call}"
            )
            assert cursor.fetchall() == [], call
        cursor.execute("SELECT count(DISTINCT public.search_key(a)), count(public.later_words(a, 2)) FROM names")
        assert min(cursor.fetchone()) > len(names) // 10


def own_functions(cursor) -> dict[str, str]:
    """What the functions of this release are in `public`, by their signatures."""
    names = ["name_key", "fold", *(signature.partition("(")[0] for signature in {**FUNCTIONS, **SQL_FUNCTIONS})]
    cursor.execute(
        "SELECT oid::regprocedure::text, pg_get_functiondef(oid) FROM pg_proc "
        "WHERE pronamespace = 'public'::regnamespace AND proname = ANY (%s)",
        [names],
    )
    return dict(cursor.fetchall())


def test_functions_come_and_go_with_their_migrations(django_db_setup, django_db_blocker):
    """Beside those that the columns of clinics are made by, which have other names meanwhile."""
    with django_db_blocker.unblock(), transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        there = own_functions(cursor)
        for signature in there:
            cursor.execute(f"ALTER FUNCTION public.{signature} RENAME TO kept_{signature.partition('(')[0]}")
        found = [own_functions(cursor)]
        with connections["owner"].schema_editor(atomic=False) as editor:
            for change in (create_functions, create_search_functions, drop_search_functions, drop_functions):
                change(None, editor)
                found.append(own_functions(cursor))
        transaction.set_rollback(True, using="owner")
    of_names = {signature: there[signature] for signature in ("fold(text)", "name_key(text)")}
    assert found == [{}, of_names, there, of_names, {}]
