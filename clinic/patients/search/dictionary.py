"""The dictionary of all words of names, which leads from words nearly as typed to patients.

Whoever saves a patient fills it: the model and its querysets call `note_words`, and what writes rows past them, as
COPY does, `note_every_word`. It holds fewer words than there are names, so what is inside a word or like it is found
without reading these.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import combinations
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from clinic.lists.reading.index_runs import ALL, ROWS, DrivingTable, Sql
from clinic.patients.search.conditions import (
    BY_NAME,
    END,
    FILED,
    GIVEN,
    KEY,
    begins,
    each_begins,
    has_word,
    key_of,
    word_range,
)

SIMILAR_WORDS, SIMILAR_ROWS = 24, 8  # so many similar words, and so many rows of each
BESIDE = 8  # so many similar words beside others, each of which is looked up with those
NAMESAKES = 25  # so many rows of two similar words: a page

Column = tuple[str, tuple[str, ...]]  # a column and the order in which its index gives the rows of one first word


# Nothing waits for another writer: two who bring the same word at once both add it. A coordinator numbers the rows of
# the outer SELECT, so that DISTINCT is inside; and it asks the worker for what is known by constants alone. OFFSET 0
# has these asked for once: planned into the join, each word is compared with all others.
NOTE_WORDS = """
INSERT INTO patients_nameword (word)
SELECT found FROM (SELECT DISTINCT found FROM unnest(%(names)s::text[]) AS name
    CROSS JOIN string_to_table(public.search_key(name), ' ') AS found) AS said
LEFT JOIN (SELECT word FROM patients_nameword WHERE word = ANY (
        string_to_array(public.search_key(array_to_string(%(names)s::text[], ' ')), ' ')) OFFSET 0) AS known
    ON known.word = found
WHERE found <> '' AND known.word IS NULL
"""
NOTE_EVERY_WORD = """
INSERT INTO patients_nameword (word)
SELECT found FROM (SELECT DISTINCT found FROM patients_patient
    CROSS JOIN string_to_table(concat_ws(' ', {keys}), ' ') AS found) AS said
LEFT JOIN patients_nameword AS known ON known.word = found WHERE found <> '' AND known.word IS NULL
"""


def note_words(names: Sequence[str], *, using: str | None = None) -> None:
    """Add the words of `names` to the dictionary of the active clinic."""
    with connections[using or DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(NOTE_WORDS, {"names": list(names)})


def note_every_word(cursor: Any, names: Sequence[str]) -> None:
    """Add the words of all patients' names, columns, to the dictionary of the clinic that `cursor` writes to."""
    cursor.execute(NOTE_EVERY_WORD.format(keys=", ".join(f"public.search_key({name})" for name in names)))


def holds_part(column: str, word: str, *, longer: str) -> Sql:
    """The first word of the column has `word` inside, and is so much longer."""
    own, (key, params) = f"split_part({column}, ' ', 1)", key_of(word)
    return Sql(f"({own} LIKE '%%' || {key} || '%%' AND length({own}) - length({key}) {longer})", params * 2)


def words_around(column: str, word: str, *, longer: str) -> DrivingTable:
    """By the dictionary's words with `word` inside that are so much longer, the shortest first."""
    own, (key, params) = f"split_part({column}, ' ', 1)", key_of(word)
    source = Sql(
        f"SELECT DISTINCT word, length(word) AS size FROM patients_nameword WHERE word LIKE '%%' || {key} || '%%' "
        f"AND NOT (word >= {key} AND word < {key} || '{END}') AND length(word) - length({key}) {longer}",
        params * 4,
    )
    return DrivingTable(source, ("w.size", "w.word"), word_range(column, "w.word"), (f"length({own})", own))


# Somebody left out the first letter, or typed a part.
HOLDS_BUT_FIRST, BUT_FIRST = partial(holds_part, longer="= 1"), partial(words_around, longer="= 1")
HOLDS_INSIDE, INSIDE = partial(holds_part, longer="> 1"), partial(words_around, longer="> 1")


def similar_names(columns: Sequence[Column], names: Sequence[str]) -> Callable[[str, str], DrivingTable]:
    """By names of which one word is a letter off; of each such word some rows, so that no frequent one hides the rest.

    A single word is looked for at the beginning of the `columns`, one of several among the words of `names`.
    """

    def driving(_: str, text: str) -> DrivingTable:
        words = text.split(" ")
        shortest = 3 if len(words) == 1 else 4
        likely = _likely(words, shortest)
        return _by_name([_alone(word, columns) if len(words) == 1 else _beside(word, words, names) for word in likely])

    return driving


def twice_similar_names(names: Sequence[str]) -> Callable[[str, str], DrivingTable]:
    """By names of which two words are a letter off each, and the others as they are."""

    def driving(_: str, text: str) -> DrivingTable:
        words = text.split(" ")
        return _by_name([_both(one, other, words, names) for one, other in combinations(_likely(words, 4), 2)])

    return driving


def _likely(words: Sequence[str], shortest: int) -> list[str]:
    """The words in which a letter is the likeliest wrong, and with which few others are alike."""
    return [word for word in sorted(words, key=len, reverse=True)[:3] if len(word) >= shortest]


def _by_name(found: Sequence[Sql]) -> DrivingTable:
    """By the rows that any of these found, each once."""
    text = (
        f"SELECT DISTINCT ON (a, b, id) * FROM ({' UNION ALL '.join(each.text for each in found)}) f "
        "ORDER BY a, b, id, word"
    )
    params = tuple(param for each in found for param in each.params)
    return DrivingTable(Sql(text, params), ("w.a", "w.b", "w.id"), f"{KEY} = w.id", BY_NAME)


def like_words(word: str) -> Sql:
    """The dictionary's words that are one letter more, less or other than `word`, or have two of it changed round.

    One change leaves the first or the last part of a word whole, and both are indexed.
    """
    part = max(1, (len(word) - 1) // 2)
    key, params = key_of(word)
    start, end = f"left({key}, {part})", f"left(reverse({key}), {part})"
    text = (
        f"SELECT DISTINCT word FROM patients_nameword WHERE ((word >= {start} AND word < {start} || '{END}') "
        f"OR (reverse(word) >= {end} AND reverse(word) < {end} || '{END}')) "
        f"AND word LIKE ANY (public.one_change({key})) AND NOT (word >= {key} AND word < {key} || '{END}') "
        f"ORDER BY word LIMIT {SIMILAR_WORDS}"
    )
    return Sql(text, params * 7)


def _alone(word: str, columns: Sequence[Column]) -> Sql:
    """Any word of a name that is like `word`."""
    parts = [(Sql(f"@rows@ {word_range(column, 'n.word')}", (ROWS,)), order) for column, order in columns]
    return _rows_of(like_words(word), parts, most=len(parts) * SIMILAR_ROWS)


def _beside(word: str, words: list[str], names: Sequence[str]) -> Sql:
    """One of several words, the others as they are. Of two the likeliest places are looked at first."""
    rest = [other for other in words if other != word]
    parts: list[tuple[Sql, tuple[str, ...]]] = []
    for mine, other in ((GIVEN, FILED), (FILED, GIVEN)) if len(rest) == 1 else ():
        begun = begins(other, rest[0])
        parts.append((Sql(f"@rows@ {word_range(mine, 'n.word')} AND {begun.text}", (ROWS, *begun.params)), BY_NAME))
    for name in names:
        others = each_begins(name, " ".join(rest))
        parts.append((Sql(f"@rows@ {others.text} AND {has_word(name, 'n.word')}", (ROWS, *others.params)), BY_NAME))
    return _rows_of(_few_like(word), parts, most=SIMILAR_ROWS)


def _few_like(word: str) -> Sql:
    like = like_words(word)
    return Sql(f"SELECT word FROM ({like.text}) l LIMIT {BESIDE}", like.params)


def _both(one: str, other: str, words: list[str], names: Sequence[str]) -> Sql:
    """Two of several words, the others as they are. `n.word` says both: "adeyemi kofi"."""
    rest = [word for word in words if word not in (one, other)]
    here, there = _few_like(one), _few_like(other)
    pairs = (
        f"SELECT h.word || ' ' || t.word AS word, h.word AS one, t.word AS other FROM ({here.text}) h, ({there.text}) t"
    )
    parts: list[tuple[Sql, tuple[str, ...]]] = []
    for name in names:
        also = each_begins(name, " ".join(rest)) if rest else ALL
        of_name = f"@rows@ {also.text} AND {has_word(name, 'n.one')} AND {has_word(name, 'n.other')}"
        parts.append((Sql(of_name, (ROWS, *also.params)), BY_NAME))
    return _rows_of(Sql(pairs, here.params + there.params), parts, most=NAMESAKES, each=NAMESAKES)


def _rows_of(words: Sql, parts: Sequence[tuple[Sql, tuple[str, ...]]], *, most: int, each: int = SIMILAR_ROWS) -> Sql:
    """The first rows of each word, `n.word` among the parts' conditions, of each part in its order."""
    picked = [
        f"(SELECT {FILED} AS a, {GIVEN} AS b, {KEY} AS id{part.text} ORDER BY {', '.join(order)} LIMIT {each})"
        for part, order in parts
    ]
    text = (
        f"SELECT n.word, x.* FROM ({words.text}) n "
        f"CROSS JOIN LATERAL (SELECT * FROM ({' UNION ALL '.join(picked)}) u LIMIT {most}) x"
    )
    return Sql(text, words.params + tuple(param for part, _ in parts for param in part.params))
