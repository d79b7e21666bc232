"""Check that the parts of a definition fit together: no score is wrong, and every question can be answered."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from clinic.instruments.definitions import RULED_SEXES, Band, Definition
from clinic.instruments.items.checks import check_items
from clinic.instruments.items.parts import ONE, WITH_POINTS
from clinic.instruments.ranges import MOST_ASSIGNMENTS, assignments, finest, step, ways_to_decide, whole_range
from clinic.instruments.reading import Fault, Path
from clinic.text.countries import COUNTRIES


def check(definition: Definition) -> list[Fault]:
    """Everything that does not fit. The path of a fault leads into the data of the definition."""
    if not definition.items:
        return [Fault(("items",), "An instrument needs at least one item.")]
    faults = [*_codes(definition), *check_items(definition), *_references(definition)]
    faults += [*_translations(definition), *_texts(definition), *_others(definition)]
    # The next checks add up points, which needs sound items.
    return faults or [
        *_range(definition),
        *_bands(definition),
        *_cutoffs(definition),
        *_alerts(definition),
        *_change(definition),
    ]


def _codes(definition: Definition) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, item in enumerate(definition.items):
        if item.code in seen:
            yield Fault(("items", index, "code"), f"Another item has the code “{item.code}”.")
        seen.add(item.code)


def _references(definition: Definition) -> Iterator[Fault]:
    placed: set[str] = set()
    for index, section in enumerate(definition.sections):
        yield from _known(definition, section.items, ("sections", index, "items"))
        if twice := placed & set(section.items):
            yield Fault(("sections", index, "items"), f"Item {min(twice)} is in an earlier section.")
        placed |= set(section.items)
    for index, scale in enumerate(definition.subscales):
        yield from _known(definition, scale.items, ("subscales", index, "items"))
        if any(code in definition.by_code and definition.by_code[code].kind != ONE for code in scale.items):
            yield Fault(("subscales", index, "items"), "A subscale is made of items with options.")
        if scale.needs > len(scale.items) or (scale.needs > 0) != (scale.at_least is not None):
            yield Fault(
                ("subscales", index, "needs"), "“needs” goes with “at_least”, and is at most the number of items."
            )
        if scale.needs and scale.positive_from is not None:
            yield Fault(("subscales", index, "positive_from"), "A subscale is one criterion: “needs”, or a least sum.")
    if definition.pattern and not any(scale.needs for scale in definition.subscales):
        yield Fault(("scoring", "pattern"), "A pattern needs subscales with “needs”.")


def _others(definition: Definition) -> Iterator[Fault]:
    """Faults of what is said about other instruments."""
    if bool(definition.variant_of) != bool(definition.countries) or definition.variant_of == definition.id:
        yield Fault(("variant_of",), "A variant names another instrument, and the countries that it is made for.")
    for code in definition.countries:
        if code not in COUNTRIES:
            yield Fault(("countries",), f"“{code}” is no country's code of two letters, such as GB.")
    if definition.follow_up and (not definition.cutoffs or definition.follow_up == definition.id):
        yield Fault(("follow_up", "positive"), "Another instrument follows a positive screen, which needs a cut-off.")


def _translations(definition: Definition) -> Iterator[Fault]:
    """Faults of translations that lack a text or have one too many; the page would show English, or nothing."""
    options = {option.text for item in definition.items for option in item.options}
    for language, translation in definition.translations.items():
        path: Path = ("translations", language)
        if bool(translation.instruction) != bool(definition.instruction):
            yield Fault((*path, "instruction"), "The instruction is in one of the two languages only.")
        for name, own, there in (
            ("item", translation.items, set(definition.by_code)),
            ("option", translation.options, options),
        ):
            if missing := sorted(there - set(own)):
                yield Fault((*path, f"{name}s"), f"The {name} “{missing[0]}” is not translated.")
            for strange in sorted(set(own) - there):
                yield Fault((*path, f"{name}s", strange), f"There is no {name} “{strange}”.")


def _texts(definition: Definition) -> Iterator[Fault]:
    """Faults of texts between the items, and of what other programs call the items."""
    for index, display in enumerate(definition.displays):
        if display.before and display.before not in definition.by_code:
            yield Fault(("displays", index, "before"), f"There is no item “{display.before}”.")
    for code, known in definition.exchange.items.items():
        item = definition.by_code.get(code)
        if item is None:
            yield Fault(("exchange", "items", code), f"There is no item “{code}”.")
        elif known.options and len(known.options) != len(item.options):
            yield Fault(("exchange", "items", code, "options"), "There must be one for each option of the item.")


def _known(definition: Definition, codes: Sequence[str], path: Path) -> Iterator[Fault]:
    if not codes:
        yield Fault(path, "Name at least one item.")
    for code in codes:
        if code not in definition.by_code:
            yield Fault(path, f"There is no item “{code}”.")


def _range(definition: Definition) -> Iterator[Fault]:
    if ways_to_decide(definition) > MOST_ASSIGNMENTS:
        yield Fault(("items",), "Too many answers decide how other items count.")
        return
    for index, item in enumerate(definition.items):
        for values in assignments(definition, {}):
            if (
                item.tables
                and definition.is_asked(item, values)
                and sum(table.fits(values) for table in item.tables) != 1
            ):
                yield Fault(("items", index, "measure"), "For each answer of what it depends on, one table must count.")
                return
    if definition.multiply <= 0:
        yield Fault(("scoring", "multiply"), "The total is multiplied by a number above 0.")
        return
    low, high = whole_range(definition)
    if (definition.low, definition.high) != (low, high):
        message = f"The items add up to {low} at least and {high} at most; “minimum” and “maximum” must say so."
        yield Fault(("scoring", "minimum" if definition.low != low else "maximum"), message)
    for sex in definition.sexes:
        least, most = whole_range(definition, (sex,))
        if (definition.low, definition.high) == (low, high) and not low <= least <= most <= high:
            yield Fault(("items",), f"The total of {sex} patients, who are not asked every item, could be {least}.")
    if definition.youngest is not None and definition.oldest is not None and definition.youngest > definition.oldest:
        yield Fault(("asked", "youngest"), "“youngest” must not be above “oldest”.")


def _bands(definition: Definition) -> Iterator[Fault]:
    indexed = list(enumerate(definition.bands))
    sexes = {band.sex for band in definition.bands if band.peak is None}
    if sexes not in (set(), {""}, set(RULED_SEXES)):
        yield Fault(("bands",), "Bands are either for everybody, or for female and for male patients.")
    for sex in sorted(sexes):
        yield from _tiling(definition, [(i, band) for i, band in indexed if band.sex == sex and band.peak is None])
    for index, band in indexed:
        if band.peak is None:
            continue
        if not definition.low <= band.low <= band.high <= definition.high:
            yield Fault(("bands", index), "The band lies outside what the items add up to.")
        elif band.severity is None:
            yield Fault(("bands", index, "severity"), "A band of one high item has a severity.")
        elif not any(band.stands_for(other) for other in definition.bands):
            yield Fault(("bands", index), "The band stands in the place of no other.")


def _tiling(definition: Definition, bands: list[tuple[int, Band]]) -> Iterator[Fault]:
    unit = step([finest(definition), *(end for _, band in bands for end in (band.low, band.high))])
    expected = definition.low
    for index, band in bands:
        if band.low != expected:
            yield Fault(("bands", index, "from"), f"The band must begin at {expected}.")
        if band.high < band.low:
            yield Fault(("bands", index, "to"), "A band's “from” must not be above its “to”.")
        expected = band.high + unit
    if bands and bands[-1][1].high != definition.high:
        yield Fault(("bands", bands[-1][0], "to"), f"The last band must end at {definition.high}.")
    rises = [second.rank - first.rank for (_, first), (_, second) in pairwise(bands)]
    if any(rise < 0 for rise in rises) and any(rise > 0 for rise in rises):
        yield Fault(("bands",), "Severity must rise from band to band, or fall from band to band.")


def _cutoffs(definition: Definition) -> Iterator[Fault]:
    sexes = [cutoff.sex for cutoff in definition.cutoffs]
    if sorted(sexes) not in ([], [""], sorted(RULED_SEXES)):
        yield Fault(("cutoffs",), "There is one cut-off for everybody, or one for female and one for male patients.")
    for index, cutoff in enumerate(definition.cutoffs):
        start = cutoff.positive_from if cutoff.uncertain_from is None else cutoff.uncertain_from
        if not definition.low < start <= cutoff.positive_from <= definition.high:
            yield Fault(("cutoffs", index, "positive_from"), "The cut-off lies outside what the items add up to.")


def _alerts(definition: Definition) -> Iterator[Fault]:
    words = {band.word for band in definition.bands}
    codes: set[str] = set()
    for index, alert in enumerate(definition.alerts):
        path: Path = ("alerts", index)
        if alert.code in codes:
            yield Fault((*path, "code"), f"Another alert has the code “{alert.code}”.")
        codes.add(alert.code)
        if [bool(alert.item), bool(alert.band), alert.peak is not None].count(True) != 1:
            yield Fault(path, "An alert is for one of: an item, a band, any item.")
        elif alert.band and alert.band not in words:
            yield Fault((*path, "band"), f"There is no band “{alert.band}”.")
        elif alert.item and alert.item not in definition.by_code:
            yield Fault((*path, "item"), f"There is no item “{alert.item}”.")
        elif alert.item and definition.by_code[alert.item].kind not in WITH_POINTS:
            yield Fault((*path, "item"), f"Item {alert.item} has no points.")


def _change(definition: Definition) -> Iterator[Fault]:
    change = definition.change
    case, remission = change.case_from, change.remission_below
    if case is not None and not definition.low < case <= definition.high:
        yield Fault(("change", "case_from"), "The case threshold lies outside what the items add up to.")
    # Remission without a threshold is in a released file. It is read, and never said.
    if remission is not None and not definition.low < remission <= (definition.high if case is None else case):
        yield Fault(("change", "remission_below"), "Remission lies below the case threshold.")
    if change.reliable is not None and change.reliable <= 0:
        yield Fault(("change", "reliable"), "A reliable change is a difference above 0.")
    if (case, remission, change.reliable) != (None, None, None) and not change.source:
        yield Fault(("change",), "“source” is missing.")
