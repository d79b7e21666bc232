"""Names that are nearly as typed: one letter more, less or other, or two changed round."""

from collections.abc import Sequence

from clinic.lists.reading.index_runs import ROWS, DrivingTable, IndexRun, Sql
from clinic.patients.search.grades import (
    BY_NAME,
    END,
    FILED,
    GIVEN,
    KEY,
    NAMES,
    T,
    Tiers,
    begins,
    key_of,
    word_range,
    words_begin,
)

SIMILAR_WORDS, SIMILAR_ROWS = 24, 8  # so many similar words, and so many rows of each
BESIDE = 8  # so many similar words beside others, each of which is looked up with those


def similar_segments(tiers: Tiers, words: list[str]) -> tuple[IndexRun, ...]:
    """Names of which one word is a letter off; of each such word some rows, so that no frequent one hides the rest."""
    shortest = 3 if len(words) == 1 else 4
    likely = [word for word in sorted(words, key=len, reverse=True)[:3] if len(word) >= shortest]
    found = [_alone(word) if len(words) == 1 else _beside(word, words) for word in likely]
    if not found:
        return ()
    text = (
        f"SELECT DISTINCT ON (a, b, id) * FROM ({' UNION ALL '.join(each.text for each in found)}) f "
        "ORDER BY a, b, id, word"
    )
    params = tuple(param for each in found for param in each.params)
    driving = DrivingTable(Sql(text, params), ("w.a", "w.b", "w.id"), f"{KEY} = w.id", BY_NAME)
    return (IndexRun(order=(KEY,), where=tiers.left(), reason=Sql("'similar to ' || w.word"), driving=driving),)


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


def _alone(word: str) -> Sql:
    """Any word of a name that is like `word`."""
    parts = [(Sql(f"@rows@ {word_range(column, 'n.word')}", (ROWS,)), order) for column, order in NAMES]
    return _rows_of(like_words(word), parts, most=len(parts) * SIMILAR_ROWS)


def _beside(word: str, words: list[str]) -> Sql:
    """One of several words, the others as they are. Of two the likeliest places are looked at first."""
    rest = [other for other in words if other != word]
    others = words_begin(rest)
    where = f"@rows@ {others.text} AND {T}.name_words LIKE '%% ' || public.letters_key(n.word) || ' %%'"
    parts: list[tuple[Sql, tuple[str, ...]]] = [(Sql(where, (ROWS, *others.params)), BY_NAME)]
    for mine, other in ((FILED, GIVEN), (GIVEN, FILED)) if len(rest) == 1 else ():
        begun = begins(other, rest[0])
        found = Sql(f"@rows@ {word_range(mine, 'n.word')} AND {begun.text}", (ROWS, *begun.params))
        parts.insert(0, (found, BY_NAME))
    like = like_words(word)
    return _rows_of(Sql(f"SELECT word FROM ({like.text}) l LIMIT {BESIDE}", like.params), parts, most=SIMILAR_ROWS)


def _rows_of(words: Sql, parts: Sequence[tuple[Sql, tuple[str, ...]]], *, most: int) -> Sql:
    """The first rows of each word, `n.word` among the parts' conditions, of each part in its order."""
    picked = [
        f"(SELECT {FILED} AS a, {GIVEN} AS b, {KEY} AS id{part.text} ORDER BY {', '.join(order)} LIMIT {SIMILAR_ROWS})"
        for part, order in parts
    ]
    text = (
        f"SELECT n.word, x.* FROM ({words.text}) n (word) "
        f"CROSS JOIN LATERAL (SELECT * FROM ({' UNION ALL '.join(picked)}) u LIMIT {most}) x"
    )
    return Sql(text, words.params + tuple(param for part, _ in parts for param in part.params))
