"""How text is brought into the one form in which it is searched and ordered, as SQL functions in `public`.

Generated columns and indexes of every clinic use them, so what a function here gives is never changed, only followed
by another; how it gets there may change. One that PostgreSQL cannot inline is PL/pgSQL: written in SQL it is parsed and
started anew in every statement, which made a quarter of an insert's CPU. Text of ASCII goes a shorter way.

`search_key` drops case, accents, points, hyphens and apostrophes and leaves words with single spaces between them:
"José-Ángel O'Brien" becomes "jose angel obrien". It works in any script, whatever the server's locale. `one_change`
gives the LIKE patterns of all words that are one letter more, less or other than a word, or have two changed round.

`letters_key` is the same with three Latin letters and digits in place of each letter of another script, in the same
order: trigram indexes know no other letters where the server's LC_CTYPE is C.

`alike_key` is all words of a name in Arabic letters, where each letter that keyboards of that script have as different
signs is one, and so is each digit: "كاظمي" and "کاظمی" are the same. It is NULL for every other name. The most frequent
letters become Latin capitals, of which it knows as well; no word that `search_key` leaves has such.
"""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Func, TextField

from clinic.text.names import collation

# Signs that do not part a word: accents, points of Hebrew and Arabic, marks of direction, joiners, apostrophes.
MARKS = (
    r"\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u1ab0-\u1aff\u1dc0-\u1dff"
    r"\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff`\u00b4\u2018\u2019\u02b9-\u02bf"
)
# What parts words: white space, hyphens and the rest of the punctuation.
SEPARATORS = r"\s!-/:-@\[-_{-~\u00a0-\u00bf\u2000-\u206f\u3000-\u303f"
# Letters that lower case and decomposition leave different although people take them for the same.
SAME = ("\u03c2\u0649\u0629", "\u03c3\u064a\u0647")
# Signs of the Arabic script that are the same to who reads them, the Persian one first; what else differs, as hamza on
# its carrier, `search_key` takes away.
SAME_LETTERS = {
    "A": "\u0627\u0671", "B": "\u0628", "P": "\u067e", "T": "\u062a", "J": "\u062c", "C": "\u0686", "X": "\u062d",
    "O": "\u062e", "D": "\u062f", "R": "\u0631", "Z": "\u0632", "S": "\u0633", "U": "\u0634", "V": "\u0635",
    "I": "\u0637", "E": "\u0639", "F": "\u0641", "Q": "\u0642", "K": "\u06a9\u0643\u06aa", "G": "\u06af", "L": "\u0644",
    "M": "\u0645", "N": "\u0646", "W": "\u0648", "H": "\u0647\u06c1\u06be\u06d5\u0629\u06c3", "Y": "\u06cc\u064a\u0649",
    **{str(digit): chr(0x06F0 + digit) + chr(0x0660 + digit) for digit in range(10)},
}  # fmt: skip
ALIKE = "".join(SAME_LETTERS.values()), "".join(one * len(signs) for one, signs in SAME_LETTERS.items())
ARABIC = r"\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc"
# One sign may decompose into eighteen; an index holds no more than this.
LONGEST = 250

# Each strict and immutable; the first ones in PL/pgSQL.
FUNCTIONS = {
    "search_key(content text)": r"""
        DECLARE
            lowered text := pg_catalog.lower(content COLLATE pg_catalog."C");
        BEGIN
            IF lowered ~ '^[a-z0-9]+( [a-z0-9]+)*$' COLLATE pg_catalog."C" THEN
                RETURN pg_catalog.left(lowered, {longest});
            ELSIF lowered ~ '^[ -~]*$' COLLATE pg_catalog."C" THEN
                RETURN pg_catalog.left(pg_catalog.btrim(pg_catalog.regexp_replace(
                    pg_catalog.translate(lowered, '`''', ''), '[^a-z0-9]+', ' ', 'g')), {longest});
            END IF;
            RETURN pg_catalog.left(pg_catalog.btrim(pg_catalog.regexp_replace(pg_catalog.translate(pg_catalog.lower(
                public.unaccent('public.unaccent'::pg_catalog.regdictionary,
                    pg_catalog.regexp_replace(pg_catalog.normalize(content, 'NFKD'), '[{marks}'']', '', 'g'))
                COLLATE pg_catalog."{collation}"), '{same}', '{instead}'), '[{separators}]+', ' ', 'g')), {longest});
        END
    """,
    "letters_key(content text)": """
        DECLARE
            words text := public.search_key(content);
        BEGIN
            IF pg_catalog.octet_length(words) = pg_catalog.length(words) THEN
                RETURN words;
            END IF;
            RETURN (
                SELECT pg_catalog.string_agg(
                    CASE WHEN code < 128 THEN letter ELSE
                        pg_catalog.substr('{digits}', code / 1296 % 36 + 1, 1)
                        || pg_catalog.substr('{digits}', code / 36 % 36 + 1, 1)
                        || pg_catalog.substr('{digits}', code % 36 + 1, 1)
                    END, '' ORDER BY place)
                FROM pg_catalog.regexp_split_to_table(words, '') WITH ORDINALITY AS split (letter, place),
                    pg_catalog.ascii(letter) AS code
            );
        END
    """,
    "filed_key(full_name text, family_name text)": """
        DECLARE
            filed text := public.search_key(family_name);
        BEGIN
            RETURN CASE filed WHEN '' THEN public.search_key(full_name) ELSE filed END;
        END
    """,
    "given_key(full_name text, family_name text)": """
        DECLARE
            words text := public.search_key(full_name);
            filed text := public.search_key(family_name);
        BEGIN
            RETURN CASE
                WHEN filed IN ('', words) THEN ''
                WHEN pg_catalog.right(words, pg_catalog.length(filed) + 1) = ' ' || filed
                    THEN pg_catalog.left(words, -pg_catalog.length(filed) - 1)
                WHEN pg_catalog.left(words, pg_catalog.length(filed) + 1) = filed || ' '
                    THEN pg_catalog.substr(words, pg_catalog.length(filed) + 2)
                ELSE words END;
        END
    """,
    "later_words(words text, skipped integer)": r"""
        BEGIN
            IF skipped > 0 AND pg_catalog.strpos(words, ' ') = 0 THEN
                RETURN NULL;
            END IF;
            RETURN pg_catalog.substring(words, '^(?:\S+ ){{' || skipped || '}}(.*)$');
        END
    """,
    "later_key(full_name text, family_name text)": """
        BEGIN
            RETURN pg_catalog.btrim(pg_catalog.concat_ws(' ',
                public.later_words(public.filed_key(full_name, family_name), 1),
                public.later_words(public.given_key(full_name, family_name), 1)));
        END
    """,
    "words_key(full_name text, family_name text)": """
        DECLARE
            words text := public.letters_key(full_name);
            filed text := public.letters_key(family_name);
        BEGIN
            RETURN CASE WHEN ' ' || words || ' ' LIKE '% ' || filed || ' %' OR filed = '' THEN ' ' || words || ' '
                ELSE ' ' || words || ' ' || filed || ' ' END;
        END
    """,
    "alike_key(filed text, given text)": """
        DECLARE
            words text := ' ' || given || ' ' || filed || ' ';
        BEGIN
            RETURN CASE WHEN words ~ '[{arabic}]' THEN pg_catalog.translate(words, '{alike}', '{as_one}') END;
        END
    """,
    "code_key(content text)": """
        BEGIN
            RETURN pg_catalog.replace(public.search_key(content), ' ', '');
        END
    """,
    "phones_key(one text, other text)": """
        BEGIN
            RETURN pg_catalog.regexp_replace(one || ' ' || other, '[^0-9 ]', '', 'g');
        END
    """,
}
SQL_FUNCTIONS = {
    "digits_key(content text)": r"""
        SELECT pg_catalog.reverse(pg_catalog.regexp_replace(content, '[^0-9]', '', 'g'))
    """,
    "one_change(word text)": """
        SELECT pg_catalog.array_agg(pattern) FROM (
            SELECT pg_catalog.left(word, at) || '_' || pg_catalog.substr(word, at + 2)
                FROM pg_catalog.generate_series(0, pg_catalog.length(word) - 1) at
            UNION SELECT pg_catalog.left(word, at) || '_' || pg_catalog.substr(word, at + 1)
                FROM pg_catalog.generate_series(0, pg_catalog.length(word)) at
            UNION SELECT pg_catalog.left(word, at) || pg_catalog.substr(word, at + 2)
                FROM pg_catalog.generate_series(0, pg_catalog.length(word) - 1) at
            UNION SELECT pg_catalog.left(word, at) || pg_catalog.substr(word, at + 2, 1)
                || pg_catalog.substr(word, at + 1, 1) || pg_catalog.substr(word, at + 3)
                FROM pg_catalog.generate_series(0, pg_catalog.length(word) - 2) at
        ) changes (pattern)
    """,
}

RETURNS = {"one_change(word text)": "text[]"}


def rules(server_version: int) -> dict[str, object]:
    """What the definitions leave open."""
    return {
        "collation": collation(server_version),
        "marks": MARKS,
        "separators": SEPARATORS,
        "same": SAME[0],
        "instead": SAME[1],
        "alike": ALIKE[0],
        "as_one": ALIKE[1],
        "arabic": ARABIC,
        "longest": LONGEST,
        "digits": "0123456789abcdefghijklmnopqrstuvwxyz",
    }


def create_search_functions(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    filled = rules(editor.connection.pg_version)  # type: ignore[attr-defined]
    for language, functions in (("plpgsql COST 10", FUNCTIONS), ("sql", SQL_FUNCTIONS)):
        for signature, body in functions.items():
            editor.execute(
                f"CREATE OR REPLACE FUNCTION public.{signature} RETURNS {RETURNS.get(signature, 'text')} "
                f"LANGUAGE {language} IMMUTABLE STRICT PARALLEL SAFE AS $function${body.format(**filled)}$function$",
                None,
            )


def drop_search_functions(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    for signature in (*SQL_FUNCTIONS, *FUNCTIONS):
        editor.execute(f"DROP FUNCTION IF EXISTS public.{signature}", None)


class TextKey(Func):
    """A function of this module over text; the result sorts byte by byte, as PostgreSQL's prefix searches need."""

    output_field = TextField(db_collation="C")


class SearchKey(TextKey):
    function = "public.search_key"


class LettersKey(TextKey):
    function = "public.letters_key"


class FiledKey(TextKey):
    """Of a full name and a family name: how a record is filed, by the full name where there is no family name."""

    function = "public.filed_key"


class GivenKey(TextKey):
    """Of a full name and a family name: what of the full name is left beside the family name."""

    function = "public.given_key"


class LaterKey(TextKey):
    """Of a full name and a family name: the words that neither the filed nor the given name begins with."""

    function = "public.later_key"


class LaterWords(TextKey):
    """Of words and a number: what follows after so many of them; NULL where there are not that many."""

    function = "public.later_words"


class WordsKey(TextKey):
    """Of a full name and a family name: every word, each with a space before and behind it."""

    function = "public.words_key"


class AlikeKey(TextKey):
    """Of a filed and a given name: every word, its Arabic letters in one form; NULL where it has none."""

    function = "public.alike_key"


class CodeKey(TextKey):
    """Of a record number: without what people leave out or write differently."""

    function = "public.code_key"


class DigitsKey(TextKey):
    """Of a phone number: its digits from the last to the first."""

    function = "public.digits_key"


class PhonesKey(TextKey):
    """Of two phone numbers: the digits of both."""

    function = "public.phones_key"
