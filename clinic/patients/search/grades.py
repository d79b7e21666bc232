"""Conditions on the names of patients that an index answers, and tiers of them in which no row comes twice."""

import re
from collections.abc import Sequence

from clinic.lists.reading.index_runs import ALL, DrivingTable, IndexRun, Sql
from clinic.text.keys import LONGEST

T = '"patients_patient"'
FILED, GIVEN, KEY = f"{T}.filed_as", f"{T}.given_as", f"{T}.id"
LATER = (f"{T}.later_names", f"public.later_words({T}.later_names, 1)")
REST = f"public.later_words({T}.later_names, 2)"  # of long names what follows then
CODE = f"public.code_key({T}.record_number)"
BY_NAME, BY_GIVEN = (FILED, GIVEN, KEY), (GIVEN, FILED, KEY)
SORTED_BY_NAME = (f"({FILED} || '')", GIVEN, KEY)  # the same order, of few rows: no reason to driving all to find them
PLAIN = re.compile("[0-9A-Za-z]+(?: [0-9A-Za-z]+)*")
TAIL = 4  # so many letters at the end of a word are looked up
END = chr(0x10FFFF)  # sorts behind every text that goes on
NAMES = ((FILED, BY_NAME), (GIVEN, BY_GIVEN), *((later, (later, KEY)) for later in LATER))


def key_of(text: str, function: str = "search_key") -> Sql:
    """What `text` comes to, of which nothing may be left.

    Of plain letters it is the text itself. The planner would work it out wherever it stands in a statement: a third of
    its time with the many places of a search for one word.
    """
    if PLAIN.fullmatch(text):
        return Sql("%s::text", (text.lower()[:LONGEST],))
    return Sql(f"NULLIF(public.{function}(%s), '')", (text,))


def begins(column: str, text: str, function: str = "search_key") -> Sql:
    """The rows whose column begins with what `text` comes to: a range, which a btree gives."""
    key = key_of(text, function)
    return Sql(f"({column} >= {key.text} AND {column} < {key.text} || '{END}')", key.params * 2)


def both(*conditions: Sql) -> Sql:
    text = " AND ".join(condition.text for condition in conditions)
    return Sql(text, tuple(param for condition in conditions for param in condition.params))


def either(conditions: Sequence[Sql]) -> Sql:
    """One of the conditions holds, of which there is one at least."""
    text = " OR ".join(condition.text for condition in conditions)
    return Sql(f"({text})", tuple(param for condition in conditions for param in condition.params))


def neither(conditions: Sequence[Sql]) -> Sql:
    """None of the conditions holds."""
    text = "".join(f" AND {condition.text} IS NOT TRUE" for condition in conditions)
    return Sql(f"TRUE{text}", tuple(param for condition in conditions for param in condition.params))


class Tiers:
    """Index runs in the making: what matched in one is left out of those after it."""

    def __init__(self, among: Sql = ALL) -> None:
        """Tiers of the rows `among` which is true."""
        self.among = among
        self.conditions: list[Sql] = []
        self.certain = 0  # so many of the conditions hold for rows that are found however many there are

    def left(self) -> Sql:
        """What holds for the rows that nothing matched yet."""
        return both(self.among, neither(self.conditions))

    def add(self, condition: Sql, order: tuple[str, ...], reason: str = "", *, descending: bool = False) -> IndexRun:
        """The rows that `condition` adds."""
        where = both(condition, self.left())
        self.conditions.append(Sql(f"({condition.text})", condition.params))
        return IndexRun(order=order, where=where, reason=Sql("%s", (reason,)), descending=descending)

    def sum_up(self, since: int, condition: Sql) -> None:
        """From here on `condition` stands for those of the runs from `since` on; it holds for the same rows."""
        self.conditions[since:] = [Sql(f"({condition.text})", condition.params)]

    def only_for_few(self) -> None:
        """What is added from here on belongs to the list only where what was added before finds few rows."""
        self.certain = len(self.conditions)

    def add_walk(self, condition: Sql, order: tuple[str, ...], driving: DrivingTable, reason: str = "''") -> IndexRun:
        """The rows that `driving` leads to, of which `condition` is true."""
        where = self.left()
        self.conditions.append(condition)
        return IndexRun(order=order, where=where, reason=Sql(reason), driving=driving)


def words_begin(words: Sequence[str]) -> Sql:
    """Each of the words begins some word of the name.

    The trigram index intersects as many lists as it is given trigrams, and its time grows with their number more than
    it falls with fewer rows to look at. So of several long words each is looked up by two, of its last letters, which
    fewer names share than its first ones, and then compared as a whole: of a million names usually in half of the time.
    """
    parts, long = [], [word for word in words if len(word) >= TAIL and PLAIN.fullmatch(word)]
    for word in words:
        column, key = f"{T}.name_words", key_of(word, "letters_key")
        if len(long) > 1 and word in long:
            parts.append(Sql(f"{column} LIKE %s", (f"%{word[-TAIL:].lower()}%",)))
            column = f"({column} || '')"
        parts.append(Sql(f"{column} LIKE '%% ' || {key.text} || '%%'", key.params))
    return both(*parts)


def word_range(column: str, word: str) -> str:
    """The column's first word is `word`; later names are indexed only where there are some."""
    there = f"{column} > '' AND " if column == LATER[0] else ""
    return f"{there}{column} >= {word} AND {column} < {word} || '!'"
