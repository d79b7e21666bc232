"""Every way to find a patient, one rule each. To add a way is to add a rule here, and the migration of its index.

What is typed decides by its shape which rules are asked. Their order is that of the list, the nearest first, and a
patient whom several rules find is shown where the first one does:

1. FIGURES: what figures can only mean. A record number is one patient, a date of birth few, a phone number some.
2. NAME: the text begins how somebody is filed, then what they are called: that is how a list of names is read.
3. ELSEWHERE: the words begin any words of a name, in any order. Where few are found, words that are nearly as typed
   follow, the likeliest mistake first: the first letter left out, one letter wrong, only a part typed. Three letters
   are one letter away from too many words, so of these what has them inside comes first. Before all of them come words
   together or apart: whoever writes a hyphen as nothing has made no mistake.
4. LAST: one of three words or more is wrong. This costs more, and is asked when nothing else was found.
5. TWICE: two words are wrong, each by a letter. This costs most, and is asked when nothing at all was found.

Rules of the first two places read a btree in its order and cost what they show. The others sort the few rows that an
index finds. `tests/patients/test_rules.py` holds each rule against its index.
"""

from django.db.models import Index, Q
from django.db.models.lookups import IsNull

from clinic.lists.reading.index_runs import Sql
from clinic.lists.reading.selection import Search
from clinic.patients.search import typed
from clinic.patients.search.conditions import (
    ALIKE_WORDS,
    BORN,
    BY_GIVEN,
    BY_NAME,
    CODE,
    FILED,
    GIVEN,
    IDENTIFIERS,
    KEY,
    LATER,
    LATER_2,
    NAME_WORDS,
    PHONE,
    PHONE_2,
    PHONE_2_END,
    PHONE_DIGITS,
    PHONE_END,
    RECORD,
    REST,
    SORTED_BY_NAME,
    T,
    begins,
    begins_apart,
    begins_code,
    between,
    born_on,
    contains,
    contains_letters,
    each_alike,
    each_alike_apart,
    each_alike_together,
    each_begins,
    each_begins_apart,
    each_begins_parted,
    each_begins_together,
    ends,
    equals,
    filed_and_given,
    has_identifier,
    has_later_word,
    holds_apart,
    leads_to,
    on_birthday,
    starts,
)
from clinic.patients.search.dates import dated
from clinic.patients.search.dictionary import (
    BUT_FIRST,
    HOLDS_BUT_FIRST,
    HOLDS_INSIDE,
    INSIDE,
    similar_names,
    twice_similar_names,
)
from clinic.patients.search.grades import Place, Rule, search_by
from clinic.patients.search.indexes import (
    BIRTH_ORDER,
    FILED_ORDER,
    GIVEN_ORDER,
    NUMBER_ORDER,
    PHONE_ORDER,
    trigrams,
)
from clinic.patients.search.numbered import has_number, numbered
from clinic.text.keys import AlikeKey, CodeKey, DigitsKey, LaterWords, LettersKey, SearchKey, WordsKey

FIGURES, NAME, ELSEWHERE, LAST, TWICE = Place
FEW = 5  # with fewer patients than this words are looked for that have the word inside, or are like it

SECOND, THIRD = LaterWords("later_names", 1), LaterWords("later_names", 2)
LATER_INDEX = Index(
    fields=["later_names", "id", "date_of_birth"], condition=Q(later_names__gt=""), name="patient_by_later_1"
)
LATER_2_INDEX = Index(SECOND, "id", condition=Q(IsNull(SECOND, False)), name="patient_by_later_2")
REST_INDEX = trigrams("patient_by_long_names", LettersKey(THIRD), condition=Q(IsNull(THIRD, False)))
WORDS_INDEX = trigrams("patient_by_words", "name_words")
DIGITS_INDEX = trigrams("patient_by_digits", "phone_digits")
PHONE_END_INDEX = Index(DigitsKey("phone_number"), "id", condition=Q(phone_number__gt=""), name="patient_by_phone_end")
PHONE_2_END_INDEX = Index(
    DigitsKey("second_phone_number"), "id", condition=Q(second_phone_number__gt=""), name="patient_by_phone_2_end"
)
IDENTIFIERS_INDEX = trigrams("patient_by_identifiers", "identifiers", condition=Q(identifiers__isnull=False))
CODE_INDEX = Index(CodeKey("record_number"), "id", name="patient_by_code")

# A preferred name beside the words of the full one; few patients have one, and only those are in its indexes.
PREFERRED = f"public.search_key({T}.preferred_name)"
CALLED = f"public.words_key({NAME_WORDS}, {T}.preferred_name)"
PREFERRED_INDEX = Index(
    SearchKey("preferred_name"), "id", condition=Q(preferred_name__isnull=False), name="patient_by_preferred_key"
)
BY_WISH = "preferred name"
CALLED_INDEX = trigrams(
    "patient_by_called", WordsKey("name_words", "preferred_name"), condition=Q(preferred_name__isnull=False)
)

# What somebody was called before or is elsewhere: words of any of these, beside those of the full name.
ELSEWHERE_NAMED = f"public.words_key({NAME_WORDS}, {T}.other_names)"
ELSEWHERE_INDEX = trigrams(
    "patient_by_other_names", WordsKey("name_words", "other_names"), condition=Q(other_names__isnull=False)
)
BY_OTHER = "other name"

# Names in Arabic letters, of which few clinics outside of some countries have any, in one form of each letter.
ALIKE = AlikeKey("filed_as", "given_as")
ALIKE_INDEX = trigrams("patient_by_alike_letters", ALIKE, condition=Q(IsNull(ALIKE, False)))

# The place, what is typed, how it is compared, with what, the index that answers, the reason that is shown, the order.
FIGURE_RULES = (
    Rule(FIGURES, typed.own_number, equals, RECORD, NUMBER_ORDER, "record number"),
    Rule(FIGURES, typed.whole_number, leads_to, RECORD, NUMBER_ORDER, "record number of before"),
    Rule(FIGURES, typed.identifier, has_identifier, IDENTIFIERS, IDENTIFIERS_INDEX, "identifier", (KEY,)),
    Rule(FIGURES, typed.birth_days, between, BORN, BIRTH_ORDER, "born"),
    Rule(FIGURES, typed.birthday, on_birthday, BORN, BIRTH_ORDER, "born {}"),
    Rule(FIGURES, typed.phone_end, ends, PHONE, PHONE_END_INDEX, "phone", (PHONE_END, KEY)),
    Rule(FIGURES, typed.phone_end, ends, PHONE_2, PHONE_2_END_INDEX, "second phone", (PHONE_2_END, KEY)),
    Rule(FIGURES, typed.phone_starts, starts, PHONE, PHONE_ORDER, "phone"),
    Rule(FIGURES, typed.record_code, begins_code, CODE, CODE_INDEX, "record number"),
    Rule(ELSEWHERE, typed.figures_of_a_name, each_begins, NAME_WORDS, WORDS_INDEX, "", SORTED_BY_NAME),
    Rule(ELSEWHERE, typed.number_inside, contains, PHONE_DIGITS, DIGITS_INDEX, "phone", (KEY,), few=FEW),
)
NAME_RULES = (
    Rule(NAME, typed.whole_name, begins, FILED, FILED_ORDER, "", BY_NAME, words=NAME_WORDS),
    Rule(NAME, typed.split_name, filed_and_given, FILED, FILED_ORDER, "", BY_NAME, words=NAME_WORDS),
    Rule(NAME, typed.whole_name, begins, GIVEN, GIVEN_ORDER, "", BY_GIVEN, words=NAME_WORDS),
    Rule(ELSEWHERE, typed.one_word, begins, LATER, LATER_INDEX, words=NAME_WORDS),
    Rule(ELSEWHERE, typed.one_word, begins, LATER_2, LATER_2_INDEX, words=NAME_WORDS),
    Rule(ELSEWHERE, typed.one_word, has_later_word, REST, REST_INDEX, "", SORTED_BY_NAME, words=NAME_WORDS),
    Rule(ELSEWHERE, typed.several_words, each_begins, NAME_WORDS, WORDS_INDEX, "", SORTED_BY_NAME, words=NAME_WORDS),
    Rule(NAME, typed.whole_name, begins, PREFERRED, PREFERRED_INDEX, BY_WISH, words=CALLED),
    Rule(ELSEWHERE, typed.whole_name, each_begins, CALLED, CALLED_INDEX, BY_WISH, SORTED_BY_NAME, words=CALLED),
    Rule(
        ELSEWHERE, typed.whole_name, each_begins, ELSEWHERE_NAMED, ELSEWHERE_INDEX, BY_OTHER, SORTED_BY_NAME,
        words=ELSEWHERE_NAMED,
    ),
)  # fmt: skip
# Misspelt words are looked for wherever the rules of names look: in their columns, and among their words.
NAMES = list(dict.fromkeys(rule.words for rule in NAME_RULES))
SIMILAR = similar_names(
    [(rule.column, rule.order or (rule.column, KEY)) for rule in NAME_RULES if rule.where is begins], NAMES
)
BOTH_SIMILAR = twice_similar_names(NAMES)
SIMILAR_TO, AS_FOUND = "similar to {word}", (KEY,)
NEAR_RULES = (
    Rule(ELSEWHERE, typed.plain_part, HOLDS_BUT_FIRST, FILED, FILED_ORDER, "", BY_NAME, NAME_WORDS, FEW, BUT_FIRST),
    Rule(ELSEWHERE, typed.plain_part, HOLDS_BUT_FIRST, GIVEN, GIVEN_ORDER, "", BY_GIVEN, NAME_WORDS, FEW, BUT_FIRST),
    Rule(ELSEWHERE, typed.long_misspelt, None, FILED, FILED_ORDER, SIMILAR_TO, AS_FOUND, few=FEW, driving=SIMILAR),
    Rule(ELSEWHERE, typed.plain_part, HOLDS_INSIDE, FILED, FILED_ORDER, "", BY_NAME, NAME_WORDS, FEW, INSIDE),
    Rule(ELSEWHERE, typed.plain_part, HOLDS_INSIDE, GIVEN, GIVEN_ORDER, "", BY_GIVEN, NAME_WORDS, FEW, INSIDE),
    Rule(ELSEWHERE, typed.part_of_word, contains_letters, NAME_WORDS, WORDS_INDEX, "", SORTED_BY_NAME, few=FEW),
    Rule(ELSEWHERE, typed.part_of_word, contains_letters, CALLED, CALLED_INDEX, BY_WISH, SORTED_BY_NAME, few=FEW),
    Rule(ELSEWHERE, typed.short_misspelt, None, FILED, FILED_ORDER, SIMILAR_TO, AS_FOUND, few=FEW, driving=SIMILAR),
    Rule(ELSEWHERE, typed.one_of_two_misspelt, None, FILED, WORDS_INDEX, SIMILAR_TO, AS_FOUND, few=1, driving=SIMILAR),
    Rule(LAST, typed.one_of_many_misspelt, None, FILED, WORDS_INDEX, SIMILAR_TO, AS_FOUND, few=1, driving=SIMILAR),
    Rule(TWICE, typed.two_misspelt, None, FILED, WORDS_INDEX, SIMILAR_TO, AS_FOUND, few=1, driving=BOTH_SIMILAR),
)
# The same name written otherwise, which is nearer than a misspelt one. Letters that look the same make no other name,
# so they are looked for at once: of one keyboard by the order of the list, of several in one name by their one form.
# Words together or apart are looked for where few are found, since each has many ways.
TOGETHER, APART = "written together", "written apart"
EACH_TOGETHER, EACH_APART = each_begins_together, each_begins_apart
OTHERWISE_RULES = (
    Rule(NAME, typed.other_letters, begins, FILED, FILED_ORDER, "", BY_NAME),
    Rule(NAME, typed.other_letters, begins, GIVEN, GIVEN_ORDER, "", BY_GIVEN),
    Rule(ELSEWHERE, typed.arabic_letters, each_alike, ALIKE_WORDS, ALIKE_INDEX, "", SORTED_BY_NAME),
    Rule(
        ELSEWHERE, typed.several_arabic_words, each_alike_together, ALIKE_WORDS, ALIKE_INDEX, TOGETHER, SORTED_BY_NAME,
        few=FEW,
    ),
    Rule(ELSEWHERE, typed.arabic_words, each_alike_apart, ALIKE_WORDS, ALIKE_INDEX, APART, SORTED_BY_NAME, few=FEW),
    Rule(ELSEWHERE, typed.long_word, begins_apart, FILED, FILED_ORDER, APART, SORTED_BY_NAME, few=FEW),
    Rule(ELSEWHERE, typed.long_word, begins_apart, GIVEN, GIVEN_ORDER, APART, SORTED_BY_NAME, few=FEW),
    Rule(ELSEWHERE, typed.long_word, holds_apart, NAME_WORDS, WORDS_INDEX, APART, SORTED_BY_NAME, few=FEW),
    Rule(ELSEWHERE, typed.unspaced_word, each_begins_parted, NAME_WORDS, WORDS_INDEX, APART, SORTED_BY_NAME, few=FEW),
    Rule(ELSEWHERE, typed.unspaced_words, EACH_TOGETHER, NAME_WORDS, WORDS_INDEX, TOGETHER, SORTED_BY_NAME, few=FEW),
    Rule(ELSEWHERE, typed.plain_words, EACH_TOGETHER, NAME_WORDS, WORDS_INDEX, TOGETHER, SORTED_BY_NAME, few=FEW),
    Rule(ELSEWHERE, typed.plain_words, EACH_APART, NAME_WORDS, WORDS_INDEX, APART, SORTED_BY_NAME, few=1),
)  # fmt: skip
RULES = (*FIGURE_RULES, *NAME_RULES, *OTHERWISE_RULES, *NEAR_RULES)


def search_for(text: str) -> Search | None:
    """How to look for `text`; None where nothing is asked, a search without grades where it has no letter or digit."""
    if not text.strip():
        return None
    name, days, birthday = dated(text)
    looked_for = typed.Typed.of(name, text)
    if not looked_for.words:
        return Search((), lambda: Sql("FALSE"), lambda: Sql("FALSE"))
    if birthday:
        return search_by(RULES, looked_for, on_birthday(BORN, birthday), why=f"born {birthday}")
    beside, number = ("", "") if looked_for.born or looked_for.birthday or days else numbered(text)
    if not number:
        return search_by(RULES, looked_for, born_on(days))
    words = typed.words_of(beside)
    return search_by(RULES, looked_for._replace(words=words, name=words), has_number(number, text))


def search_indexes() -> tuple[Index, ...]:
    """The index of every rule, each once."""
    found = {rule.index.name: rule.index for rule in RULES if isinstance(rule.index, Index)}
    return tuple(found.values())


def search_uses() -> dict[str, str]:
    """Which columns each of them finds patients by, by its name."""
    return {index.name: f"search by {_found_by(index.name)}" for index in search_indexes()}


def _found_by(name: str) -> str:
    columns = dict.fromkeys(rule.column.removeprefix(f"{T}.") for rule in RULES if rule.index.name == name)
    return ", ".join(columns)
