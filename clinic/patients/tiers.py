"""Conditions on the names of patients that an index answers, and tiers of them in which no row comes twice."""

from collections.abc import Sequence

from clinic.ui.segments import ALL, Segment, Sql, Walk

T = '"patients_patient"'
FILED, GIVEN, KEY = f"{T}.filed_as", f"{T}.given_as", f"{T}.id"
LATER = (f"{T}.later_names", *(f"public.later_words({T}.later_names, {number})" for number in (1, 2)))
CODE = f"public.code_key({T}.record_number)"
BY_NAME, BY_GIVEN = (FILED, GIVEN, KEY), (GIVEN, FILED, KEY)
SORTED_BY_NAME = (f"({FILED} || '')", GIVEN, KEY)  # the same order, of few rows: no reason to walk all to find them
END = chr(0x10FFFF)  # sorts behind every text that goes on
NAMES = ((FILED, BY_NAME), (GIVEN, BY_GIVEN), *((later, (later, KEY)) for later in LATER[:2]))


def begins(column: str, text: str, key: str = "search_key") -> Sql:
    """The rows whose column begins with what `text` comes to: a range, which a btree gives."""
    made = f"NULLIF(public.{key}(%s), '')"
    return Sql(f"({column} >= {made} AND {column} < {made} || '{END}')", (text, text))


def both(*conditions: Sql) -> Sql:
    text = " AND ".join(condition.text for condition in conditions)
    return Sql(text, tuple(param for condition in conditions for param in condition.params))


def neither(conditions: Sequence[Sql]) -> Sql:
    """None of the conditions holds."""
    text = "".join(f" AND {condition.text} IS NOT TRUE" for condition in conditions)
    return Sql(f"TRUE{text}", tuple(param for condition in conditions for param in condition.params))


class Tiers:
    """Segments in the making: what matched in one is left out of those after it."""

    def __init__(self, among: Sql = ALL) -> None:
        """Tiers of the rows `among` which is true."""
        self.among = among
        self.conditions: list[Sql] = []

    def left(self) -> Sql:
        """What holds for the rows that nothing matched yet."""
        return both(self.among, neither(self.conditions))

    def add(self, condition: Sql, order: tuple[str, ...], reason: str = "", *, descending: bool = False) -> Segment:
        """The rows that `condition` adds."""
        where = both(condition, self.left())
        self.conditions.append(Sql(f"({condition.text})", condition.params))
        return Segment(order=order, where=where, reason=Sql("%s", (reason,)), descending=descending)

    def sum_up(self, since: int, condition: Sql) -> None:
        """From here on `condition` stands for those of the segments from `since` on; it holds for the same rows."""
        self.conditions[since:] = [Sql(f"({condition.text})", condition.params)]

    def add_read(self, condition: Sql, among: str, order: tuple[str, ...]) -> Segment:
        """The same for rows that are read one by one, the few that an index has `among` them."""
        left = self.left()
        text = f"{among} AND CASE WHEN {condition.text} THEN {left.text} ELSE FALSE END"
        self.conditions.append(Sql(f"({among} AND {condition.text})", condition.params))
        return Segment(order=order, where=Sql(text, (*condition.params, *left.params)), reason=Sql("''"))

    def add_walk(self, condition: Sql, order: tuple[str, ...], walk: Walk, reason: str = "''") -> Segment:
        """The rows that `walk` leads to, of which `condition` is true."""
        where = self.left()
        self.conditions.append(condition)
        return Segment(order=order, where=where, reason=Sql(reason), walk=walk)


def word_begins(word: str, column: str = f"{T}.name_words") -> Sql:
    """Some word of the name begins so; the trigram index finds several at once."""
    return Sql(f"{column} LIKE '%% ' || NULLIF(public.letters_key(%s), '') || '%%'", (word,))


def words_begin(words: Sequence[str]) -> Sql:
    """Each of the words begins some word of the name."""
    return both(*map(word_begins, words))


def word_range(column: str, word: str) -> str:
    """The column's first word is `word`; later names are indexed only where there are some."""
    there = f"{column} > '' AND " if column == LATER[0] else ""
    return f"{there}{column} >= {word} AND {column} < {word} || '!'"
