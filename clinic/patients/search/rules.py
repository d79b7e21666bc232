"""Looking for patients in one box: what is typed decides, by its shape, which indexes are asked and in which order.

A date finds a date of birth, digits a phone number or a record number, and words names. Each way of matching is a
run that one index gives in order, so that a search costs what it shows. Words are made comparable by the
database's `search_key`; here they are only told apart.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import partial

from django.conf import settings
from phonenumbers import country_code_for_region

from clinic.lists.reading.index_runs import DrivingTable, IndexRun, Sql
from clinic.lists.reading.listing import Stage
from clinic.lists.reading.selection import Search, Stages
from clinic.patients.search.dates import Range, birth_ranges, dated
from clinic.patients.search.grades import (
    BY_GIVEN,
    BY_NAME,
    CODE,
    END,
    FILED,
    GIVEN,
    KEY,
    LATER,
    NAMES,
    PLAIN,
    REST,
    SORTED_BY_NAME,
    T,
    Tiers,
    begins,
    both,
    either,
    key_of,
    word_range,
    words_begin,
)
from clinic.patients.search.similar import similar_segments
from clinic.text.keys import MARKS, SEPARATORS

MARK, SEPARATOR = re.compile(f"[{MARKS}']"), re.compile(f"[{SEPARATORS}]+")
DIGITS = re.compile(r"[\d\s()+./-]+", re.ASCII)
MOST_WORDS = 20
FEW = 5  # with fewer matches than this words are looked for that have the word inside, or are like it
INFIX = 3  # the shortest word that is looked for inside others; of longer ones the similar words come first
HOME = country_code_for_region(settings.PHONENUMBER_DEFAULT_REGION)  # what numbers dialled without a country have


def words_of(text: str) -> list[str]:
    """The words of a text, as the database will tell them apart."""
    plain = MARK.sub("", unicodedata.normalize("NFKD", text))
    return list(dict.fromkeys(word for word in SEPARATOR.split(plain) if word))[:MOST_WORDS]


def search_for(text: str) -> Search | None:
    """How to look for `text`; None where nothing is asked, a search without stages where it has no letter or digit."""
    if not text.strip():
        return None
    name, days = dated(text)
    words = words_of(name)
    if not words:
        return Search((), lambda: Sql("FALSE"), lambda: Sql("FALSE"))
    tiers = Tiers(_born(days))
    stages = Stages(_stages(tiers, name, words))

    def found(*, few: bool) -> Sql:
        list(stages)  # which are made with their conditions
        return both(either(tiers.conditions if few else tiers.conditions[: tiers.certain]), tiers.among)

    return Search(stages, partial(found, few=False), partial(found, few=True))


def _stages(tiers: Tiers, text: str, words: list[str]) -> Iterator[Stage]:
    if numbers := tuple(_by_number(tiers, text)):
        yield Stage(numbers, more=True)
    if DIGITS.fullmatch(text):
        yield _by_digits(tiers, text, words)
    else:
        yield from _by_name(tiers, words)


def _born(days: list[Range]) -> Sql:
    """Born on one of the days; always true where there are none."""
    if not days:
        return Sql("TRUE")
    spans = " OR ".join([f"{T}.date_of_birth BETWEEN %s AND %s"] * len(days))
    return Sql(f"({spans})", tuple(day for first_and_last in days for day in first_and_last))


def _by_number(tiers: Tiers, text: str) -> Iterator[IndexRun]:
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
        yield from _by_phone(tiers, text, figures)
    if figures and len(text.strip()) <= 40:
        code = "NULLIF(public.code_key(%s), '')"
        by_code = Sql(f"({CODE} >= {code} AND {CODE} < {code} || '{END}')", (text, text))
        yield tiers.add(by_code, (CODE, KEY), "record number")


def _by_digits(tiers: Tiers, text: str, words: list[str]) -> Stage:
    """What else digits can be: in a name, such as "(born 1961)", or where the ends of numbers gave few, within one."""
    in_names = [tiers.add(words_begin(words), SORTED_BY_NAME)] if any(len(word) > 2 for word in words) else []
    figures = "".join(re.findall(r"\d", unicodedata.normalize("NFKC", text), re.ASCII))
    tiers.only_for_few()
    if len(figures) < 4:
        return Stage(tuple(in_names))
    within = tiers.add(Sql(f"{T}.phone_digits LIKE %s", (f"%{figures}%",)), (KEY,), "phone")
    return Stage(tuple(in_names), ((FEW, (within,)),))


def national(text: str, figures: str) -> str:
    """The figures as they stand in a number with its country: without the zeros that are dialled before it."""
    if "(0)" in text:
        figures = "".join(re.findall(r"\d", text.replace("(0)", ""), re.ASCII))
    return figures.lstrip("0") or figures


def _by_phone(tiers: Tiers, text: str, figures: str) -> Iterator[IndexRun]:
    """The ends of both phone numbers, which is also a whole one without its country; then how a number begins."""
    number = national(text, figures)
    for column, reason in ((f"{T}.phone_number", "phone"), (f"{T}.second_phone_number", "second phone")):
        key, end = f"public.digits_key({column})", number[::-1]
        ends = Sql(f"({column} > '' AND {key} >= %s AND {key} < %s)", (end, end + END))
        yield tiers.add(ends, (key, KEY), reason)
    for start in (f"+{number}", f"+{HOME}{number}"):
        begun = Sql(f"({T}.phone_number >= %s AND {T}.phone_number < %s)", (start, start + END))
        yield tiers.add(begun, (f"{T}.phone_number", KEY), "phone")


def _by_name(tiers: Tiers, words: list[str]) -> Iterator[Stage]:
    """Stages of names: how they are filed and given first, then wherever else a word begins, then inside words."""
    since, whole = len(tiers.conditions), " ".join(words)
    first = [tiers.add(begins(FILED, whole), BY_NAME)]
    for at in range(1, len(words) if len(words) <= 5 else 1):
        left, right = " ".join(words[:at]), " ".join(words[at:])
        for family, given in ((right, left), (left, right)):
            first.append(tiers.add(both(begins(FILED, family), begins(GIVEN, given)), BY_NAME))
    first.append(tiers.add(begins(GIVEN, whole), BY_GIVEN))
    yield Stage(tuple(first), more=True)
    each = words_begin(words)
    elsewhere = [tiers.add(each, SORTED_BY_NAME)] if len(words) > 1 else _later(tiers, whole)
    tiers.sum_up(since, each)
    tiers.only_for_few()
    if len(words) > 1:
        if_none = ((1, similar_segments(tiers, words)),)
        if len(words) == 2:
            yield Stage(tuple(elsewhere), if_none)
            return
        yield Stage(tuple(elsewhere), more=True)
        yield Stage((), if_none)
        return
    around, inside = _around(tiers, whole), _inside(tiers, whole)
    similar = similar_segments(tiers, words)
    meant = (*around, *similar, *inside) if len(whole) > INFIX else (*around, *inside, *similar)
    yield Stage(tuple(elsewhere), ((FEW, meant),))


def _later(tiers: Tiers, word: str) -> list[IndexRun]:
    """The second and later words of family and given names, of long names the last ones by their letters."""
    letters, key = f"public.letters_key({REST})", key_of(word, "letters_key")
    like = f"({letters} LIKE {key.text} || '%%' OR {letters} LIKE '%% ' || {key.text} || '%%')"
    last = Sql(f"{REST} IS NOT NULL AND {like}", key.params * 2)
    made = [tiers.add(begins(column, word), (column, KEY)) for column in LATER]
    return [*made, tiers.add(last, SORTED_BY_NAME)]


def _around(tiers: Tiers, word: str) -> tuple[IndexRun, ...]:
    """Words that are `word` with a letter before it: whose first letter was left out, they are what is meant."""
    return tuple(_walked(tiers, word, "= 1")) if len(word) >= INFIX and PLAIN.fullmatch(word) else ()


def _inside(tiers: Tiers, word: str) -> tuple[IndexRun, ...]:
    """Words with `word` inside: "son" finds Johnson. In later names they are found by their letters.

    So they are in another script, whose letters no index of the dictionary knows.
    """
    if len(word) < INFIX:
        return ()
    driven = _walked(tiers, word, "> 1") if PLAIN.fullmatch(word) else ()
    key = key_of(word, "letters_key")
    letters = Sql(f"{T}.name_words LIKE '%%' || {key.text} || '%%'", key.params)
    return (*driven, tiers.add(letters, SORTED_BY_NAME))


def _walked(tiers: Tiers, word: str, longer: str) -> Iterator[IndexRun]:
    """By the dictionary of words those with `word` inside that are so much longer, the shortest first."""
    key, params = key_of(word)
    source = Sql(
        f"SELECT DISTINCT word, length(word) AS size FROM patients_nameword WHERE word LIKE '%%' || {key} || '%%' "
        f"AND NOT (word >= {key} AND word < {key} || '{END}') AND length(word) - length({key}) {longer}",
        params * 4,
    )
    for column, order in NAMES[:2]:
        own = f"split_part({column}, ' ', 1)"
        driving = DrivingTable(source, ("w.size", "w.word"), word_range(column, "w.word"), (f"length({own})", own))
        held = f"({own} LIKE '%%' || {key} || '%%' AND length({own}) - length({key}) {longer})"
        yield tiers.add_walk(Sql(held, params * 2), order, driving)
