"""The kinds of index that patients have: one for every order of the list, and one for every way to find.

Each order ends with the key, so that equal values have an order and a page can begin after any row, and carries when a
patient was archived, so that lists are counted and jumped through without reading the rows. The list as it opens has
one of its own without that: a jump takes every entry that it passes to pieces, column by column.
"""

from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db.models import DecimalField, Func, Index, OrderBy, Q, UniqueConstraint
from django.db.models.functions import Cast, Collate, Substr
from django.db.models.indexes import IndexExpression
from django.db.models.lookups import Regex

from clinic.text.keys import CodeKey


def order(name: str, *fields: str, also: tuple[str, ...] = (), of: Q | None = None) -> Index:
    """The index of a sortable column, or of that part of an order whose rows are `of` a kind."""
    return Index(fields=[*fields, "id"], include=["archived_at", *also], name=name, condition=of)


# Patients of nobody yet: the end of the order by practitioner, and one name once among them. Two small indexes, since
# making the rule of names anew for all would write an index of every patient while nobody can be registered.
OF_NOBODY = Q(user=None)
NOBODY_ORDER = order("patient_of_nobody", "filed_as", "given_as", of=OF_NOBODY)
NOBODY_NAMES = UniqueConstraint(fields=("name_key",), condition=OF_NOBODY, name="patient_name_once_of_nobody")
# With a condition, which every practitioner's patient meets: without one PostgreSQL would take the name for a key that
# rows of other tables lead to, and whoever renames a patient would be waited for by all who write such a row.
USER_NAMES = UniqueConstraint(fields=("user", "name_key"), condition=~OF_NOBODY, name="patient_name_once_per_user")


def trigrams(name: str, what: str | Func, **more: Any) -> GinIndex:
    """A trigram index of a column or an expression, whose new rows wait in eight pages at most, which every search
    reads as well.

    A row has some 35 trigrams, and those of many rows cost less together than one by one.
    """
    ways = {"fastupdate": True, "gin_pending_list_limit": 64, "name": name, **more}
    if isinstance(what, str):
        return GinIndex(fields=[what], opclasses=["gin_trgm_ops"], **ways)
    return GinIndex(OpClass(what, name="gin_trgm_ops"), **ways)


# What django.contrib.postgres does as an app, of which nothing else is needed: operator classes of expressions.
IndexExpression.register_wrappers(OrderBy, OpClass, Collate)

# A clinic's own numbers are P-000001 and on. Up to P-999999 their order is that of their text, which is indexed; those
# with more digits, or in another spelling such as p12, have an index by what they come to. One sign is left for a
# number after the longest.
SIX_DIGITS = r"^P-\d{6}$"
CODE = CodeKey("record_number")
OTHERWISE_WRITTEN = ~Q(record_number__regex=SIX_DIGITS) & Q(Regex(CODE, r"^p\d{1,37}$"))
COUNT = Cast(Substr(CODE, 2), DecimalField(max_digits=38, decimal_places=0))
COUNT_INDEX = Index(COUNT, condition=OTHERWISE_WRITTEN, name="patient_by_other_count")
# The release before reads this one while both serve.
MORE_DIGITS = Q(record_number__regex=r"^P-\d{7,37}$")
COUNT_BEFORE = Index(
    Cast(Substr("record_number", 3), DecimalField(max_digits=38, decimal_places=0)),
    condition=MORE_DIGITS,
    name="patient_by_count",
)
# Nobody has a number that the search takes for another's, but for those who had it before that was a rule.
NUMBER_CODE = UniqueConstraint(CODE, condition=Q(shares_number=False), name="patient_record_number_code_once")

# Orders that rules of search go by as well.
FILED_ORDER = order("patient_by_name", "filed_as", "given_as", also=("gender", "date_of_birth"))
GIVEN_ORDER = order("patient_by_given", "given_as", "filed_as", also=("date_of_birth",))
BIRTH_ORDER = order("patient_by_birth", "date_of_birth")
PHONE_ORDER = order("patient_by_phone", "phone_number")
NUMBER_ORDER = UniqueConstraint(
    fields=("record_number",), include=("id", "archived_at"), name="patient_record_number_once"
)
