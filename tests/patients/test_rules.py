"""Each rule of search: its index answers it, and what it finds together with others is found once."""

import pytest
from django.db import connection

from clinic.patients.search.conditions import T
from clinic.patients.search.grades import RunMaker
from clinic.patients.search.rules import RULES, search_for
from clinic.patients.search.typed import Typed
from clinic.tenancy.scope import clinic_scope
from tests.plans import nodes, plan_of

TYPED = [
    "ana", "ana bell", "ana li bell", "mar", "Παπαδοπούλου", "o'brien", "42", "12/3/1961", "07700 900123", "P-42",
    "1961", "bell 07700", "p-42 ana", "كاظمي", "annemarie", "jk bell",
    "31/12", "kofy adyemi", "رضا كاظمي", "김민수", "김 민수",
]  # fmt: skip


def called(rule) -> str:
    how = getattr(rule.where or rule.driving, "__name__", "dictionary")
    return f"{rule.typed.__name__}-{how}-{rule.column.rpartition('.')[2]}"


@pytest.mark.parametrize("rule", RULES, ids=called)
def test_rule_takes_some_text_and_leaves_another(rule):
    taken = [text for text in TYPED if rule.typed(Typed.of(text))]
    assert 0 < len(taken) < len(TYPED)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.driving is None], ids=called)
def test_index_of_a_rule_answers_it(rule, filled, db):
    """Whatever the size of the table, so a table is not read through here."""
    typed = next(typed for text in TYPED if rule.typed(typed := Typed.of(text)))
    run = next(RunMaker().of(rule, typed))
    with clinic_scope(filled.clinic), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = plan_of(f"SELECT id FROM {T} WHERE {run.where.text}", run.where.params)
    assert rule.index.name in {node.get("Index Name") for node in nodes(plan)}, plan


@pytest.mark.parametrize("text", TYPED)
def test_stages_follow_the_places_of_the_rules_that_take_the_text(text):
    places = sorted({rule.place for rule in RULES if rule.typed(Typed.of(text))})
    search = search_for(text)
    assert [bool(grade.runs or grade.if_fewer) for grade in search.grades] == [True] * len(places)
    assert [grade.more for grade in search.grades] == [True] * (len(places) - 1) + [False]
