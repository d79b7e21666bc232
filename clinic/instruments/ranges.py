"""The totals that a definition can reach, whatever the responses are."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from math import prod

from clinic.instruments.definitions import Definition, Section
from clinic.instruments.items.parts import ONE, Answer, Item, Number, Table

MOST_ASSIGNMENTS = 512


def ways_to_decide(definition: Definition) -> int:
    """In how many ways the items can be answered that decide about others."""
    return prod(len(definition.by_code[code].answers) for code in definition.controls)


def step(numbers: Iterable[Number]) -> Number:
    """The finest decimal place of the numbers: 1, 0.1 or 0.01."""
    places = max((-int(Decimal(number).normalize().as_tuple().exponent) for number in numbers), default=0)
    return Decimal(1).scaleb(-places) if places > 0 else 1


def fitting(item: Item, values: Mapping[str, Answer]) -> Table:
    """The table of a measurement that counts under these responses to other items."""
    return item.tables[0] if len(item.tables) == 1 else next(table for table in item.tables if table.fits(values))


def item_range(item: Item, values: Mapping[str, Answer]) -> tuple[Number, Number]:
    """The least and the most that an item adds if it is asked. `values` holds its response, if it is known."""
    known = values.get(item.code)
    if item.kind == ONE:
        if known is None:
            return item.lowest, item.highest
        points = item.amount(known) * item.weight
        return points, points
    table = fitting(item, values)
    if known is not None:
        points = table.points_of(item.amount(known)) * item.weight
        return points, points
    counted = [row.points * item.weight for row in table.rows]
    return min(counted), max(counted)


def counted_ranges(
    definition: Definition, items: Iterable[Item], values: Mapping[str, Answer]
) -> dict[str, tuple[Number, Number]]:
    """The ranges of the items that count, by code. One that is not asked counts as its file says, or not at all."""
    found = {}
    for item in items:
        if definition.is_asked(item, values):
            found[item.code] = item_range(item, values)
        elif item.asked_if is not None and item.asked_if.counts_as is not None:
            points = item.asked_if.counts_as * item.weight
            found[item.code] = (points, points)
    return found


def added(ranges: Mapping[str, tuple[Number, Number]], sections: Sequence[Section]) -> tuple[Number, Number]:
    """The range of the sum of items. A section with `highest` adds its highest item once."""
    left = dict(ranges)
    low: Number = 0
    high: Number = 0
    for section in sections:
        if section.highest:
            inside = [left.pop(code) for code in section.items if code in left]
            low += max((least for least, _ in inside), default=0)
            high += max((most for _, most in inside), default=0)
    low += sum(least for least, _ in left.values())
    high += sum(most for _, most in left.values())
    return low, high


def assignments(definition: Definition, values: Mapping[str, Answer]) -> list[Mapping[str, Answer]]:
    """Every way to give the missing responses that decide how other items count, or whether they are asked.

    Each is `values` with these responses, and without those to items that are not asked then.
    """
    ways: list[Mapping[str, Answer]] = [values]
    for item in definition.items:
        if item.asked_if is not None:
            ways = [way if definition.is_asked(item, way) else _without(item, way) for way in ways]
        if item.code in definition.controls:
            ways = [answered for way in ways for answered in _answered(definition, item, way)]
    return ways


def _without(item: Item, values: Mapping[str, Answer]) -> Mapping[str, Answer]:
    return {code: value for code, value in values.items() if code != item.code}


def _answered(definition: Definition, item: Item, values: Mapping[str, Answer]) -> list[Mapping[str, Answer]]:
    if item.code in values or not definition.is_asked(item, values):
        return [values]
    return [{**values, item.code: answer} for answer in item.answers]


def finest(definition: Definition) -> Number:
    """The finest decimal place that a total can have."""
    return step(points * definition.multiply for item in definition.items if item.scored for points in item.reachable)


def whole_range(definition: Definition, sexes: Iterable[str] = ()) -> tuple[Number, Number]:
    """The least and the most of the total if all items are asked, or those that somebody of one of the sexes is."""
    items = [item for item in definition.items if item.scored and (not sexes or set(sexes) & set(item.sexes))]
    if definition.rule == "none":
        return 0, 0
    found = []
    for values in assignments(definition, {}):
        ranges = counted_ranges(definition, items, values)
        low, high = added(ranges, definition.sections)
        found += [low * definition.multiply, high * definition.multiply]
    return min(found), max(found)
