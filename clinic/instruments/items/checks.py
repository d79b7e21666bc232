"""Check that the items of a definition are sound: their answers, what is measured, and when they are asked."""

from collections.abc import Iterator
from decimal import Decimal

from clinic.instruments.definitions import Definition
from clinic.instruments.items.parts import (
    COMPARISONS,
    NUMBER,
    ONE,
    WITH_OPTIONS,
    WITH_POINTS,
    YES_NO,
    AskedIf,
    Condition,
    Item,
    Measure,
    Table,
)
from clinic.instruments.reading import Fault, Path


def check_items(definition: Definition) -> Iterator[Fault]:
    """Every fault of an item by itself, and of what it depends on."""
    for index, item in enumerate(definition.items):
        path: Path = ("items", index)
        yield from _kind(item, path)
        if item.measure is not None and item.kind == NUMBER and not item.options:
            yield from _measure(definition, item, item.measure, (*path, "measure"))
        if item.source and item.measure is None:
            yield Fault((*path, "source"), "What is taken from the record is a measure.")
        if item.asked_if is not None:
            yield from _asked_if(definition, index, item, item.asked_if)


def _kind(item: Item, path: Path) -> Iterator[Fault]:
    if item.kind in (ONE, NUMBER):
        if bool(item.options) == (item.measure is not None):
            yield Fault(path, "An item has either options or a measure.")
        elif (item.kind == NUMBER) != (item.measure is not None):
            yield Fault((*path, "kind"), "An item with a measure is of the kind “number”, with options “one”.")
    elif bool(item.options) != (item.kind in WITH_OPTIONS) or item.measure is not None:
        yield Fault(
            (*path, "kind"), "“several” has options, “text”, “date” and “yes_no” have neither these nor a measure."
        )
    if item.scored and item.kind not in WITH_POINTS:
        yield Fault((*path, "scored"), f"An item of the kind “{item.kind}” adds no points.")


def _asked_if(definition: Definition, index: int, item: Item, asked_if: AskedIf) -> Iterator[Fault]:
    path: Path = ("items", index, "asked_if")
    if item.source:
        yield Fault(path, "What is taken from the record is asked of nobody.")
    if not asked_if.conditions:
        yield Fault((*path, "conditions"), "Name at least one condition.")
    earlier = {other.code: other for other in definition.items[:index]}
    for number, condition in enumerate(asked_if.conditions):
        where: Path = (*path, "conditions", number)
        other = earlier.get(condition.item)
        if other is None:
            yield Fault((*where, "item"), f"“{condition.item}” is not the code of an earlier item.")
        elif not other.answers:
            yield Fault((*where, "item"), f"Item {other.code} has no list of answers to compare with.")
        elif not set(item.sexes) <= set(other.sexes):
            yield Fault((*where, "item"), f"Item {other.code} is not asked of everybody of whom item {item.code} is.")
        elif message := _compared(condition, other):
            yield Fault((*where, "answer"), message)


def _compared(condition: Condition, other: Item) -> str:
    """Why a condition can never be, as a sentence; else empty."""
    answer = condition.answer
    if condition.operator == "exists":
        return "" if isinstance(answer, bool) else "“exists” is true or false."
    if condition.operator in COMPARISONS:
        is_number = isinstance(answer, int | Decimal) and not isinstance(answer, bool)
        return "" if is_number and other.kind == ONE else "Only points are more or less than others."
    # True is equal to 1 in Python, and no points are true.
    same_kind = isinstance(answer, bool) == (other.kind == YES_NO)
    return "" if same_kind and other.stored(answer) in other.answers else f"Item {other.code} has no answer “{answer}”."


def _measure(definition: Definition, item: Item, measure: Measure, path: Path) -> Iterator[Fault]:
    if measure.minimum >= measure.maximum:
        yield Fault((*path, "minimum"), "The minimum must be less than the maximum.")
    if not measure.tables:
        if item.scored:
            yield Fault((*path, "points"), "A measure that is scored needs its points.")
        return
    for index, table in enumerate(measure.tables):
        where: Path = path if not table.when else (*path, "tables", index)
        yield from _tiles((*where, "points"), table, measure)
        yield from _conditions(definition, item, table, (*where, "when"))


def _tiles(path: Path, table: Table, measure: Measure) -> Iterator[Fault]:
    unit = Decimal(1).scaleb(-measure.decimals)
    ends = [measure.minimum - unit, *(end for row in table.rows for end in (row.low, row.high)), measure.maximum + unit]
    for index, (before, after) in enumerate(zip(ends[::2], ends[1::2], strict=True)):
        if after != before + unit:
            at: Path = (*path, min(index, len(table.rows) - 1))
            yield Fault(at, f"After {before} the next row must begin at {before + unit}, not at {after}.")
    for index, row in enumerate(table.rows):
        if row.low > row.high:
            yield Fault((*path, index), "A row's “from” must not be above its “to”.")


def _conditions(definition: Definition, item: Item, table: Table, path: Path) -> Iterator[Fault]:
    for code, points in table.when.items():
        other = definition.by_code.get(code)
        if other is None or other is item or other.kind != ONE:
            yield Fault((*path, code), f"“{code}” is not the code of another item with options.")
        elif points not in other.answers:
            yield Fault((*path, code), f"No option of item {code} has {points} points.")
        elif not set(item.sexes) <= set(other.sexes) or other.asked_if not in (None, item.asked_if):
            yield Fault((*path, code), f"Item {code} is not asked of everybody of whom item {item.code} is.")
