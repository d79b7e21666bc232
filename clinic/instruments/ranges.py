"""The totals that a definition can reach, whatever the responses are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product

from clinic.instruments.definitions import Definition, Item, Number, Section, Table


def step(numbers: Iterable[Number]) -> Number:
    """The finest decimal place of the numbers: 1, 0.1 or 0.01."""
    places = max((-int(Decimal(number).normalize().as_tuple().exponent) for number in numbers), default=0)
    return Decimal(1).scaleb(-places) if places > 0 else 1


def fitting(item: Item, values: Mapping[str, Number]) -> Table:
    """The table of a measurement that counts under these responses to other items."""
    return item.tables[0] if len(item.tables) == 1 else next(table for table in item.tables if table.fits(values))


def item_range(item: Item, values: Mapping[str, Number]) -> tuple[Number, Number]:
    """The least and the most that the item adds. `values` holds its response, if it is known."""
    known = values.get(item.code)
    if item.measure is None:
        return (item.lowest, item.highest) if known is None else (known * item.weight, known * item.weight)
    table = fitting(item, values)
    if known is not None:
        points = table.points_of(known) * item.weight
        return points, points
    counted = [row.points * item.weight for row in table.rows]
    return min(counted), max(counted)


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


def assignments(definition: Definition, values: Mapping[str, Number]) -> Iterator[Mapping[str, Number]]:
    """`values` with every possible combination of the missing responses that decide how other items count."""
    unknown = [code for code in definition.by_code if code in definition.controls and code not in values]
    if not unknown:
        yield values
        return
    for answers in product(*(sorted(definition.by_code[code].choices) for code in unknown)):
        yield {**values, **dict(zip(unknown, answers, strict=True))}


def finest(definition: Definition) -> Number:
    """The finest decimal place that a total can have."""
    return step(points * definition.multiply for item in definition.items if item.scored for points in item.reachable)


def whole_range(definition: Definition) -> tuple[Number, Number]:
    """The least and the most of the total if all items are asked."""
    if definition.rule == "none":
        return 0, 0
    found = []
    for values in assignments(definition, {}):
        ranges = {item.code: item_range(item, values) for item in definition.items if item.scored}
        low, high = added(ranges, definition.sections)
        found += [low * definition.multiply, high * definition.multiply]
    return min(found), max(found)
