"""What of a patient is compared with what was typed, as SQL, and the conditions that an index of it answers.

"smith" begins how a patient is filed where `filed_as >= 'smith' AND filed_as < 'smith' || END`: a range, which a btree
gives in order. A word inside a text is a LIKE, which a trigram index answers. What "smith ann" adds as a beginning of a
name, to the patients who were found before:

    (filed_as >= 'smith ann' AND filed_as < 'smith ann' || END)
    (filed_as >= 'ann' AND filed_as < 'ann' || END AND given_as >= 'smith' AND given_as < 'smith' || END)
      AND (filed_as >= 'smith ann' AND filed_as < 'smith ann' || END) IS NOT TRUE
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from clinic.lists.reading.index_runs import ALL, Sql, either
from clinic.patients.search.dates import Birthday
from clinic.text.keys import ALIKE, LONGEST

T = '"patients_patient"'
KEY, RECORD, BORN = f"{T}.id", f"{T}.record_number", f"{T}.date_of_birth"
PRECISION = f"{T}.date_of_birth_precision"
PHONE, PHONE_2, PHONE_DIGITS = f"{T}.phone_number", f"{T}.second_phone_number", f"{T}.phone_digits"
CODE = f"public.code_key({RECORD})"
PHONE_END, PHONE_2_END = f"public.digits_key({PHONE})", f"public.digits_key({PHONE_2})"
FILED, GIVEN = f"{T}.filed_as", f"{T}.given_as"
LATER, LATER_2 = f"{T}.later_names", f"public.later_words({T}.later_names, 1)"
REST = f"public.later_words({T}.later_names, 2)"  # of long names what follows then
NAME_WORDS = f"{T}.name_words"
ALIKE_WORDS = f"public.alike_key({FILED}, {GIVEN})"
IDENTIFIERS = f"{T}.identifiers"
BY_NAME, BY_GIVEN = (FILED, GIVEN, KEY), (GIVEN, FILED, KEY)
SORTED_BY_NAME = (
    f"({FILED} || '')",
    GIVEN,
    KEY,
)  # the same order, of few rows: no reason to read all names to find them
PLAIN = re.compile("[0-9A-Za-z]+(?: [0-9A-Za-z]+)*")
TAIL = 4  # so many letters at the end of a word are looked up
LETTERS = 3  # a word of so many may be initials
BEFORE_NAMES = {"vanden": "van den", "vander": "van der", "vonder": "von der", "dela": "de la", "delos": "de los"}
END = chr(0x10FFFF)  # sorts behind every text that goes on


def key_of(text: str, function: str = "search_key") -> Sql:
    """What `text` comes to, of which nothing may be left.

    Of plain letters it is the text itself. The planner would work it out wherever it stands in a statement: a third of
    its time with the many places of a search for one word.
    """
    if PLAIN.fullmatch(text):
        return Sql("%s::text", (text.lower()[:LONGEST],))
    return Sql(f"NULLIF(public.{function}(%s), '')", (text,))


def both(*conditions: Sql) -> Sql:
    text = " AND ".join(condition.text for condition in conditions)
    return Sql(text, tuple(param for condition in conditions for param in condition.params))


def neither(conditions: Sequence[Sql]) -> Sql:
    """None of the conditions holds."""
    text = "".join(f" AND {condition.text} IS NOT TRUE" for condition in conditions)
    return Sql(f"TRUE{text}", tuple(param for condition in conditions for param in condition.params))


def equals(column: str, value: Any) -> Sql:
    return Sql(f"{column} = %s", (value,))


def between(column: str, days: tuple[date, date]) -> Sql:
    return Sql(f"{column} BETWEEN %s AND %s", days)


def born_on(days: Sequence[tuple[date, date]]) -> Sql:
    """Born on one of the days; always true where there are none."""
    return either([between(BORN, each) for each in days]) if days else ALL


def on_birthday(column: str, birthday: Birthday) -> Sql:
    """Born on that day of any year, each of which the index of the whole date is asked for.

    The first of January that stands for a year alone is nobody's birthday.
    """
    days = ",".join(day.isoformat() for day in birthday.dates())
    return Sql(f"({column} = ANY (CAST(%s AS date[])) AND {PRECISION} IN ('exact', 'estimated'))", (f"{{{days}}}",))


def starts(column: str, text: str) -> Sql:
    """The column begins with the text as it is."""
    return Sql(f"({column} >= %s AND {column} < %s)", (text, text + END))


def begins(column: str, text: str, function: str = "search_key") -> Sql:
    """The column begins with what `text` comes to."""
    key = key_of(text, function)
    return Sql(f"({column} >= {key.text} AND {column} < {key.text} || '{END}')", key.params * 2)


def begins_code(column: str, text: str) -> Sql:
    code = "NULLIF(public.code_key(%s), '')"
    return Sql(f"({column} >= {code} AND {column} < {code} || '{END}')", (text, text))


def leads_to(column: str, text: str) -> Sql:
    """The record number of the patient to whom the number of a merged record leads."""
    merged = (
        "SELECT m.into_id FROM patients_mergedpatient m WHERE public.code_key(m.record_number) = public.code_key(%s)"
    )
    found = f"SELECT p.record_number FROM patients_patient p WHERE p.id = ({merged} ORDER BY m.merged_at DESC LIMIT 1)"
    return Sql(f"{column} = ({found})", (text,))


def ends(column: str, figures: str) -> Sql:
    """The phone number ends with the figures; its digits are indexed from the last to the first."""
    key = f"public.digits_key({column})"
    return Sql(f"({column} > '' AND {key} >= %s AND {key} < %s)", (figures[::-1], figures[::-1] + END))


def filed_and_given(column: str, pair: tuple[str, str]) -> Sql:
    """The filed name, which is the column, begins with the one and the given name with the other."""
    return both(begins(column, pair[0]), begins(GIVEN, pair[1]))


def contains(column: str, figures: str) -> Sql:
    return Sql(f"{column} LIKE %s", (f"%{figures}%",))


def has_identifier(column: str, value: str) -> Sql:
    """One of the column's lines, "Hospital: AB-123", ends with the whole value; the index finds where it stands."""
    like = "".join(f"\\{sign}" if sign in "%_\\" else sign for sign in value)
    return Sql(f"({column} ILIKE %s AND {column} || '\n' ILIKE %s)", (f"%: {like}%", f"%: {like}\n%"))


def contains_letters(column: str, word: str) -> Sql:
    key = key_of(word, "letters_key")
    return Sql(f"{column} LIKE '%%' || {key.text} || '%%'", key.params)


def has_later_word(column: str, word: str) -> Sql:
    """A word of the column begins so; of the few rows that have it, by their letters."""
    letters, key = f"public.letters_key({column})", key_of(word, "letters_key")
    like = f"({letters} LIKE {key.text} || '%%' OR {letters} LIKE '%% ' || {key.text} || '%%')"
    return Sql(f"{column} IS NOT NULL AND {like}", key.params * 2)


def each_begins(column: str, text: str) -> Sql:
    """Each word of the text begins some word of the column, which has a space before and behind each of its words.

    The trigram index intersects as many lists as it is given trigrams, and its time grows with their number more than
    it falls with fewer rows to look at. So of several long words each is looked up by two, of its last letters, which
    fewer names share than its first ones, and then compared as a whole: of a million names usually in half of the time.
    """
    parts, words = [], text.split(" ")
    long = [word for word in words if len(word) >= TAIL and PLAIN.fullmatch(word)]
    for word in words:
        compared, key = column, key_of(word, "letters_key")
        if len(long) > 1 and word in long:
            parts.append(Sql(f"{column} LIKE %s", (f"%{word[-TAIL:].lower()}%",)))
            compared = f"({column} || '')"
        parts.append(Sql(f"{compared} LIKE '%% ' || {key.text} || '%%'", key.params))
    return both(*parts)


def apart(word: str) -> list[str]:
    """The word written as two, and as three where it begins with two that stand before a family name."""
    splits = [f"{word[:at]} {word[at:]}" for at in range(2, len(word) - 1)]
    before = [f"{words} {word[len(one) :]}" for one, words in BEFORE_NAMES.items() if word.lower().startswith(one)]
    return splits + [text for text in before if not text.endswith(" ")]


def begins_apart(column: str, word: str) -> Sql:
    """The column begins with the word written as two: "annemarie" as "anne marie"."""
    return either([begins(column, text) for text in apart(word)])


def holds_apart(column: str, word: str) -> Sql:
    """The column has the word written as two beside each other, wherever: "distefano" as "ana di stefano"."""
    keys = [key_of(text, "letters_key") for text in apart(word)]
    return either([Sql(f"{column} LIKE '%% ' || {key.text} || '%%'", key.params) for key in keys])


def each_begins_parted(column: str, word: str) -> Sql:
    """As `each_begins`, with the word parted anywhere, in scripts that write names without spaces."""
    return either([each_begins(column, f"{word[:at]} {word[at:]}") for at in range(1, len(word))])


def together(words: list[str]) -> list[str]:
    """The words with two or more of them written as one, in every way."""
    found = [words[0]]
    for word in words[1:]:
        found = [f"{text}{gap}{word}" for text in found for gap in ("", " ")]
    return found[:-1]


def each_begins_together(column: str, text: str) -> Sql:
    """As `each_begins`, with words written as one: "van den berg" as "vandenberg"."""
    return either([each_begins(column, other) for other in together(text.split(" "))])


def each_begins_apart(column: str, text: str) -> Sql:
    """As `each_begins`, with one word written as two, or as its letters: "annemarie bell", "jk rowling"."""
    words, found = text.split(" "), []
    for at, word in enumerate(words):
        for parts in apart(word) if len(word) > LETTERS else [" ".join(word)] if len(word) > 1 else []:
            found.append(each_begins(column, " ".join([*words[:at], parts, *words[at + 1 :]])))
    return either(found) if found else Sql("FALSE")


def each_alike(column: str, text: str) -> Sql:
    """As `each_begins`, of words in Arabic letters and a column that `alike_key` gives."""
    key = f"NULLIF(pg_catalog.translate(public.search_key(%s), '{ALIKE[0]}', '{ALIKE[1]}'), '')"
    return both(*(Sql(f"{column} LIKE '%% ' || {key} || '%%'", (word,)) for word in text.split(" ")))


def each_alike_together(column: str, text: str) -> Sql:
    return either([each_alike(column, other) for other in together(text.split(" "))])


def each_alike_apart(column: str, text: str) -> Sql:
    """With one word written as two; nobody writes initials so."""
    words = text.split(" ")
    ways = [" ".join([*words[:at], two, *words[at + 1 :]]) for at, word in enumerate(words) for two in apart(word)]
    return either([each_alike(column, way) for way in ways]) if ways else Sql("FALSE")


def has_word(column: str, word: str) -> str:
    """A whole word of the column is `word`, another column in the form of the dictionary."""
    return f"{column} LIKE '%% ' || public.letters_key({word}) || ' %%'"


def word_range(column: str, word: str) -> str:
    """The column's first word is `word`; later names are indexed only where there are some."""
    there = f"{column} > '' AND " if column == LATER else ""
    return f"{there}{column} >= {word} AND {column} < {word} || '!'"
