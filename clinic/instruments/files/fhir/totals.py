"""How a Questionnaire is scored: by the formulas of its totals, or by adding up all points if it has none.

A formula is kept as weights, reversed items and a factor of the total. One that cannot be kept so is named in a note,
and nothing is scored.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from clinic.instruments.files.fhir.formulas import WHOLE, Linear, NotLinear, linear
from clinic.instruments.reading import exact

ADDED_UP = "The file does not say how the total is made: the points of all answers are added up."
NOT_SAID = "The file has several numbers and does not say how they are made, so that nothing is scored."
LONGEST_SHOWN = 1000


@dataclass(frozen=True)
class Formula:
    """A calculated item: how notes name it, its formula, and its text, linkId and LOINC code."""

    where: str
    expression: str
    text: str
    link_id: str
    loinc: str

    def note(self, end: str) -> str:
        shown = " ".join(self.expression.split())[:LONGEST_SHOWN]
        return f"{self.where} is left out, with its formula “{shown}”: {end}"


@dataclass(frozen=True)
class Scoring:
    """What the formulas make of the items: the changed items, and parts of the definition beside them."""

    items: list[dict[str, Any]]
    parts: dict[str, Any]
    notes: list[str]


def scoring(
    items: list[dict[str, Any]],
    links: list[str],
    kinds: Mapping[str, str],
    formulas: list[Formula],
    variables: Mapping[str, str],
    numbers: int,
    conditional: Set[str],
) -> Scoring:
    """Score `items`, which are called `links`; `kinds` are those with points, see `formulas.linear`.

    Of a file with several `numbers` without a formula nobody knows which are totals, and of what. A sum of named
    items has no value in FHIRPath while one is not asked, so that a formula over `conditional` items must add up all.
    """
    unscored = [{**item, "scored": False} for item in items]
    if not formulas and kinds and numbers > 1:
        return Scoring(unscored, {}, [NOT_SAID])
    if not formulas:
        return Scoring(items, {}, [ADDED_UP] if kinds else [])
    try:
        sums = [linear(each.expression, variables, kinds) for each in formulas]
        if any(conditional & set(each.factors) for each in sums) and not all(map(_adds_all, formulas)):
            raise NotLinear
        return _by_formulas(items, links, formulas, sums)
    except NotLinear:
        end = "it is not understood, so that nothing is scored."
        return Scoring(unscored, {}, [formula.note(end) for formula in formulas])


def _adds_all(formula: Formula) -> bool:
    return WHOLE.fullmatch("".join(formula.expression.split())) is not None


def _by_formulas(items: list[dict[str, Any]], links: list[str], formulas: list[Formula], sums: list[Linear]) -> Scoring:
    """The sum of the most items is the total, the others are its subscales; raises NotLinear."""
    total = max(sums, key=lambda each: len(each.factors))
    whole, named = _factor(total), dict(zip(links, items, strict=True))
    _check(total, named)
    subscales = [
        _subscale(formula, each, total, whole, named)
        for formula, each in zip(formulas, sums, strict=True)
        if each is not total
    ]
    changed = [_weighted(item, total.factors.get(link), whole) for item, link in zip(items, links, strict=True)]
    loinc = formulas[sums.index(total)].loinc
    parts = {"multiply": _number(whole), "subscales": subscales, **({"total": loinc} if loinc else {})}
    return Scoring(changed, parts, [formula.note("it is counted here in the same way.") for formula in formulas])


def _factor(total: Linear) -> Fraction:
    """The factor of the whole total: that of its items if it is the same for all."""
    sizes = {abs(factor) for factor in total.factors.values()}
    if not sizes or 0 in sizes:
        raise NotLinear
    return sizes.pop() if len(sizes) == 1 else Fraction(1)


def _weighted(item: dict[str, Any], factor: Fraction | None, whole: Fraction) -> dict[str, Any]:
    if factor is None:
        return {**item, "scored": False}
    weight = abs(factor) / whole
    return item | ({"weight": _number(weight)} if weight != 1 else {}) | ({"reversed": True} if factor < 0 else {})


def _ends(item: dict[str, Any]) -> Fraction:
    """The least and the most points of an item together, from which its reversed points are counted down."""
    points = [Fraction(option["points"]) for option in item["options"]]
    return min(points) + max(points)


def _check(each: Linear, items: Mapping[str, dict[str, Any]]) -> None:
    """Raise NotLinear if the constant of a sum is not that of its reversed items."""
    reversed_ones = [(link, factor) for link, factor in each.factors.items() if factor < 0]
    if each.constant != sum(-factor * _ends(items[link]) for link, factor in reversed_ones):
        raise NotLinear


def _subscale(
    formula: Formula, each: Linear, total: Linear, whole: Fraction, items: Mapping[str, dict[str, Any]]
) -> dict[str, Any]:
    """A sum of some items of the total, each counted as there."""
    _check(each, items)
    if not each.factors or any(total.factors.get(link, 0) != factor * whole for link, factor in each.factors.items()):
        raise NotLinear
    title = formula.text or formula.link_id or "Part"
    codes = [items[link]["code"] for link in each.factors]
    return {"code": formula.link_id[:20] or "part", "title": title[:200], "items": codes}


def _number(value: Fraction) -> int | Decimal:
    """The exact number; raises NotLinear if it needs more decimal places than a definition holds."""
    found = exact(Decimal(value.numerator) / Decimal(value.denominator))
    if found is None or Fraction(found) != value:
        raise NotLinear
    return found
