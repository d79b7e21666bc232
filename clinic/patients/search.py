"""Looking for patients in one box: what is typed decides, by its shape, which indexes are asked and in which order.

A date finds a date of birth, digits a phone number or a record number, and words names. Each way of matching is a
segment that one index gives in order, so that a search costs what it shows. Words are made comparable by the
database's `search_key`; here they are only told apart.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from clinic.patients.search_dates import birth_ranges
from clinic.tenancy.search_keys import MARKS, SEPARATORS
from clinic.ui.listing import Stage
from clinic.ui.segments import ROWS, Segment, Sql, Walk
from clinic.ui.selection import Search

T = '"patients_patient"'
FILED, GIVEN, KEY = f"{T}.filed_as", f"{T}.given_as", f"{T}.id"
LATER = (
    f"{T}.later_names",
    *(f"public.later_words({T}.later_names, {number})" for number in (1, 2, 3)),
)
CODE = f"public.code_key({T}.record_number)"
BY_NAME, BY_GIVEN = (FILED, GIVEN, KEY), (GIVEN, FILED, KEY)
END = chr(0x10FFFF)  # sorts behind every text that goes on
MARK, SEPARATOR = re.compile(f"[{MARKS}']"), re.compile(f"[{SEPARATORS}]+")
DIGITS = re.compile(r"[\d\s()+./-]+", re.ASCII)
NAMES = ((FILED, BY_NAME), (GIVEN, BY_GIVEN), *((later, (later, KEY)) for later in LATER[:3]))
MOST_WORDS = 20
SIMILAR_WORDS, SIMILAR_ROWS = 24, 8  # so many similar words, and so many rows of each


def words_of(text: str) -> list[str]:
    """The words of a text, as the database will tell them apart."""
    plain = MARK.sub("", unicodedata.normalize("NFKD", text))
    return [word for word in SEPARATOR.split(plain) if word][:MOST_WORDS]


def begins(column: str, text: str, end: str = END) -> Sql:
    """The rows whose column begins with what `text` comes to: a range, which a btree gives."""
    key = "NULLIF(public.search_key(%s), '')"
    return Sql(f"({column} >= {key} AND {column} < {key} || '{end}')", (text, text))


def both(*conditions: Sql) -> Sql:
    text = " AND ".join(condition.text for condition in conditions)
    return Sql(text, tuple(param for condition in conditions for param in condition.params))


def neither(conditions: Sequence[Sql]) -> Sql:
    """None of the conditions holds."""
    text = "".join(f" AND {condition.text} IS NOT TRUE" for condition in conditions)
    return Sql(f"TRUE{text}", tuple(param for condition in conditions for param in condition.params))


class Tiers:
    """Segments in the making: what matched in one is left out of those after it."""

    def __init__(self) -> None:
        self.conditions: list[Sql] = []

    def left(self) -> Sql:
        """What holds for the rows that nothing matched yet."""
        return neither(self.conditions)

    def add(self, condition: Sql, order: tuple[str, ...], reason: str = "", *, descending: bool = False) -> Segment:
        """The rows that `condition` adds."""
        where = both(condition, self.left())
        self.conditions.append(Sql(f"({condition.text})", condition.params))
        return Segment(order=order, where=where, reason=Sql("%s", (reason,)), descending=descending)

    def sum_up(self, since: int, condition: Sql) -> None:
        """From here on `condition` stands for those of the segments from `since` on; it holds for the same rows."""
        self.conditions[since:] = [Sql(f"({condition.text})", condition.params)]

    def add_walk(self, condition: Sql, order: tuple[str, ...], walk: Walk, reason: str = "''") -> Segment:
        """The rows that `walk` leads to, of which `condition` is true."""
        where = self.left()
        self.conditions.append(condition)
        return Segment(order=order, where=where, reason=Sql(reason), walk=walk)


def search_for(text: str) -> Search | None:
    """How to look for `text`; None where nothing is asked, a search without stages where it has no letter or digit."""
    if not text.strip():
        return None
    words = words_of(text)
    if not words:
        return Search((), Sql("FALSE"))
    tiers = Tiers()
    stages = [
        Stage(segments) for segments in (tuple(_by_number(tiers, text)), *_by_name(tiers, words)) if segments
    ]  # fmt: skip
    anywhere = " OR ".join(condition.text for condition in tiers.conditions)
    params = tuple(param for condition in tiers.conditions for param in condition.params)
    stages[-1] = Stage(stages[-1].segments, similar_segments(tiers, words))
    return Search(tuple(stages), Sql(f"({anywhere})", params))


def _by_number(tiers: Tiers, text: str) -> Iterator[Segment]:
    """What can only be meant by a text with figures in it: record numbers, dates of birth, phone numbers."""
    figures = "".join(re.findall(r"\d", unicodedata.normalize("NFKC", text), re.ASCII))
    only_figures = bool(figures) and DIGITS.fullmatch(text) is not None
    if only_figures and len(figures) <= 9:
        record = f"{T}.record_number"
        yield tiers.add(Sql(f"{record} = %s", (f"P-{int(figures):06d}",)), (record, KEY), "record number")
    for first, last in birth_ranges(text):
        born = Sql(f"{T}.date_of_birth BETWEEN %s AND %s", (first, last))
        yield tiers.add(born, (f"{T}.date_of_birth", KEY), "born")
    if only_figures and len(figures) >= 3:
        yield from _by_phone(tiers, national(text, figures))
    if figures and len(text.strip()) <= 40:
        code = "NULLIF(public.code_key(%s), '')"
        by_code = Sql(f"({CODE} >= {code} AND {CODE} < {code} || '{END}')", (text, text))
        yield tiers.add(by_code, (CODE, KEY), "record number")
    if only_figures and len(figures) >= 4:
        within = Sql(f"{T}.phone_digits LIKE %s", (f"%{national(text, figures)}%",))
        yield tiers.add(within, (f"{T}.phone_digits", KEY), "phone")


def national(text: str, figures: str) -> str:
    """The figures as they stand in a number with its country: without the zeros that are dialled before it."""
    if "(0)" in text:
        figures = "".join(re.findall(r"\d", text.replace("(0)", ""), re.ASCII))
    return figures.lstrip("0") or figures


def _by_phone(tiers: Tiers, figures: str) -> Iterator[Segment]:
    """The ends of both phone numbers: how people read numbers out, and all of one without its country."""
    end = figures[::-1]
    for column, reason in ((f"{T}.phone_number", "phone"), (f"{T}.second_phone_number", "second phone")):
        key = f"public.digits_key({column})"
        ends = Sql(f"({column} > '' AND {key} >= %s AND {key} < %s)", (end, end + END))
        yield tiers.add(ends, (key, KEY), reason)


def _by_name(tiers: Tiers, words: list[str]) -> list[tuple[Segment, ...]]:
    """Stages of names: how they are filed and given first, then wherever else a word begins, then inside words."""
    since, whole = len(tiers.conditions), " ".join(words)
    first = [tiers.add(begins(FILED, whole), BY_NAME)]
    for at in range(1, len(words) if len(words) <= 5 else 1):
        left, right = " ".join(words[:at]), " ".join(words[at:])
        for family, given in ((right, left), (left, right)):
            first.append(tiers.add(both(begins(FILED, family), begins(GIVEN, given)), BY_NAME))
    first.append(tiers.add(begins(GIVEN, whole), BY_GIVEN))
    each = both(*map(word_begins, words))
    elsewhere = [tiers.add(each, BY_NAME)] if len(words) > 1 else list(_later(tiers, whole))
    tiers.sum_up(since, each)
    if len(words) == 1:
        elsewhere += _inside(tiers, whole)
    return [tuple(first), tuple(elsewhere)]


def word_begins(word: str, column: str = f"{T}.name_words") -> Sql:
    """Some word of the name begins so; the trigram index finds several at once."""
    return Sql(f"{column} LIKE '%% ' || NULLIF(public.search_key(%s), '') || '%%'", (word,))


def _later(tiers: Tiers, word: str) -> Iterator[Segment]:
    """The second and later words of family and given names; of very long names the last ones are read through."""
    for column in LATER[:3]:
        yield tiers.add(begins(column, word), (column, KEY))
    deep = word_begins(
        word, column=f"({T}.name_words || '')"
    )  # nothing for the trigram index: the other is far smaller
    yield tiers.add(Sql(f"{LATER[3]} IS NOT NULL AND {deep.text}", deep.params), (LATER[3], KEY))


def _inside(tiers: Tiers, word: str) -> Iterator[Segment]:
    """Words with `word` inside, by the dictionary of words: "son" finds Johnson."""
    if len(word) < 3:
        return
    key = "NULLIF(public.search_key(%s), '')"
    source = Sql(
        f"SELECT DISTINCT word FROM patients_nameword WHERE word LIKE '%%' || {key} || '%%' "
        f"AND NOT (word >= {key} AND word < {key} || '{END}')",
        (word, word, word),
    )
    for column, order in NAMES:
        own = f"split_part({column}, ' ', 1)"
        walk = Walk(source, ("w.word",), word_range(column, "w.word"), (own,))
        yield tiers.add_walk(Sql(f"({own} LIKE '%%' || {key} || '%%')", (word,)), order, walk)


def word_range(column: str, word: str) -> str:
    """The column's first word is `word`; later names are indexed only where there are some."""
    there = f"{column} > '' AND " if column == LATER[0] else ""
    return f"{there}{column} >= {word} AND {column} < {word} || '!'"


def similar_segments(tiers: Tiers, words: list[str]) -> tuple[Segment, ...]:
    """Names of which one word is a letter off; of each such word some rows, so that no frequent one hides the rest."""
    if len(words) == 1:
        return (_similar_alone(tiers, words[0]),) if len(words[0]) >= 3 else ()
    made = []
    for at, word in enumerate(words[:5]):
        if len(word) >= 3:
            rest = [*words[:at], *words[at + 1 :]]
            made.append(_similar_pair(tiers, word, rest[0]) if len(rest) == 1 else _similar_among(tiers, word, rest))
    return tuple(made)


def like_words(word: str) -> Sql:
    """The dictionary's words that are one letter more, less or other than `word`, or have two of it changed round.

    One change leaves the first or the last part of a word whole, and both are indexed.
    """
    part = max(1, (len(word) - 1) // 2)
    key = "public.search_key(%s)"
    start, end = f"left({key}, {part})", f"left(reverse({key}), {part})"
    text = (
        f"SELECT DISTINCT word FROM patients_nameword WHERE ((word >= {start} AND word < {start} || '{END}') "
        f"OR (reverse(word) >= {end} AND reverse(word) < {end} || '{END}')) "
        f"AND word LIKE ANY (public.one_change({key})) AND NOT (word >= {key} AND word < {key} || '{END}') "
        f"ORDER BY word LIMIT {SIMILAR_WORDS}"
    )
    return Sql(text, (word,) * 7)


def _similar_alone(tiers: Tiers, word: str) -> Segment:
    """Any word of a name that is like `word`."""
    parts = [(Sql(f"@rows@ {word_range(column, 'n.word')}", (ROWS,)), order) for column, order in NAMES]
    return tiers.add_walk(Sql("FALSE"), (KEY,), _rows_of(like_words(word), *parts), "'similar to ' || w.word")


def _similar_pair(tiers: Tiers, word: str, rest: str) -> Segment:
    """One of two words: filed under its like and given the other, or the other way round."""
    parts = []
    for mine, other in ((FILED, GIVEN), (GIVEN, FILED)):
        begun = begins(other, rest)
        parts.append((Sql(f"@rows@ {word_range(mine, 'n.word')} AND {begun.text}", (ROWS, *begun.params)), BY_NAME))
    return tiers.add_walk(_alike(word), (KEY,), _rows_of(like_words(word), *parts), "'similar to ' || w.word")


def _similar_among(tiers: Tiers, word: str, rest: list[str]) -> Segment:
    """One of several words: among the names that have all the others."""
    others, like = both(*map(word_begins, rest)), like_words(word)
    where = f"@rows@ {others.text} AND string_to_array(btrim({T}.name_words), ' ') && ARRAY({like.text})"
    part = Sql(where, (ROWS, *others.params, *like.params))
    return tiers.add_walk(_alike(word), (KEY,), _rows_of(Sql("SELECT ''"), (part, BY_NAME)), "'similar spelling'")


def _alike(word: str) -> Sql:
    """Some word of the name is like `word`."""
    return Sql(
        f"EXISTS (SELECT FROM string_to_table({T}.name_words, ' ') x "
        "WHERE x LIKE ANY (public.one_change(public.search_key(%s))))",
        (word,),
    )


def _rows_of(words: Sql, *parts: tuple[Sql, tuple[str, ...]]) -> Walk:
    """A walk over the first rows of each word, `n.word` among the parts' conditions, of each part in its order."""
    picked = [
        f"(SELECT {FILED} AS a, {GIVEN} AS b, {KEY} AS id{part.text} ORDER BY {', '.join(order)} LIMIT {SIMILAR_ROWS})"
        for part, order in parts
    ]
    text = (
        f"SELECT DISTINCT ON (x.a, x.b, x.id) n.word, x.* FROM ({words.text}) n (word) "
        f"CROSS JOIN LATERAL ({' UNION ALL '.join(picked)}) x ORDER BY x.a, x.b, x.id, n.word"
    )
    params = words.params + tuple(param for part, _ in parts for param in part.params)
    return Walk(Sql(text, params), ("w.a", "w.b", "w.id"), f"{KEY} = w.id", BY_NAME)
