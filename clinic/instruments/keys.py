"""The keys that choose an option. A digit is the points that the option adds to the total; a letter is only a key.

The keys of an item are all digits or all letters. Pages and their script take the keys from here.
"""

from clinic.instruments.definitions import Definition
from clinic.instruments.items.parts import Item, Number

# Without j, k, n, r and x, which are shortcuts on every page (static/js/lists.js).
LETTERS = "ABCDEFGHILMOPQSTUVWYZ"


def keys_of(definition: Definition, item: Item) -> list[str]:
    """A key for each option of the item, in their order; empty for options after the last letter."""
    points = added_points(definition, item)
    if points and all(number in range(10) for number in points) and len(set(points)) == len(points):
        return [str(int(number)) for number in points]
    return [LETTERS[place : place + 1] for place in range(len(item.options))]


def added_points(definition: Definition, item: Item) -> list[Number]:
    """What each option adds to the total; empty if the item adds nothing, or if other items decide what it adds."""
    shared = any(section.highest and item.code in section.items for section in definition.sections)
    if definition.rule == "none" or not item.scored or shared:
        return []
    return [option.points * item.weight * definition.multiply for option in item.options]
