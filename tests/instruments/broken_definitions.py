"""Every way in which a definition is refused: the nearest that is allowed, the nearest that is not, and what is said.

A row changes one place of the sound definition, at a dotted path; SAME is what stands there already.
"""

from decimal import Decimal

from tests.instruments.broken import GONE, SOUND, TENTHS, options, row

SAME = object()
NUMBER = "This must be a number of at most 100,000 with at most two decimal places."
TABLE = "This must be a table of names and values."
TEXTS = "This must be a list of texts."
ADD_UP = "The items add up to 0 at least and 5 at most; “minimum” and “maximum” must say so."
RULES = "Bands are either for everybody, or for female and for male patients."
VARIANT = "A variant names another instrument, and the countries that it is made for."
FOLLOWS = "Another instrument follows a positive screen, which needs a cut-off."
FEMALE, MALE = {"sex": "female"}, {"sex": "male"}


def bands(*ends, low=0, **more):
    """Bands up to each of the ends."""
    starts = [low, *(end + 1 for end in ends)]
    return [
        {"from": start, "to": end, "word": "High" if end == ends[-1] else f"To {end}", "severity": at, **more}
        for at, (start, end) in enumerate(zip(starts, ends, strict=False))
    ]


def falling(*severities):
    """The bands of the sound definition, with other severities."""
    return [{**band, "severity": severity} for band, severity in zip(SOUND["bands"], severities, strict=False)]


def alerts(count):
    return [{"code": f"alert-{number}", "text": "Look", "severity": 1, "any_item": 2} for number in range(count)]


# What is read: kinds, limits and forms of single values.
READ = [
    ("title", SAME, GONE, "“title” is missing."),
    ("title", SAME, " ", "title: This must be text."),
    ("title", SAME, 5, "title: This must be text."),
    ("note", GONE, 5, "note: This must be text."),
    ("note", "", "a\nb", "note: This must be one line of at most 6000 characters."),
    ("exchange.notes", ["x" * 2000], ["x", "x" * 2001], "exchange, notes 2: This must be one line of at most 2000 "
     "characters."),
    ("exchange.codes.0.kind", "integer", "whole", "exchange, codes 1, kind: “whole” is none of: coding, integer, "
     "string, boolean."),
    ("type", SAME, "physic", "type: “physic” is none of: cognitive_status, physical, mental_health, "
     "functional_ability, social_support, other."),
    ("answered_by", GONE, "nurse", "answered_by: “nurse” is none of: patient, clinician."),
    ("cutoffs.0.sex", GONE, "other", "cutoffs 1, sex: “other” is none of: , female, male."),
    ("cutoffs.0.positive_from", SAME, GONE, "cutoffs 1: “positive_from” is missing."),
    ("change.reliable", 100_000, 100_001, f"change, reliable: {NUMBER}"),
    ("alerts.0.at_least", -100_000, -100_001, f"alerts 1, at_least: {NUMBER}"),
    ("change.reliable", 0.01, 0.001, f"change, reliable: {NUMBER}"),
    ("change.reliable", Decimal("0.10"), Decimal("0.101"), f"change, reliable: {NUMBER}"),
    ("change.reliable", 1, True, f"change, reliable: {NUMBER}"),
    ("change.reliable", GONE, "1", f"change, reliable: {NUMBER}"),
    ("change.reliable", 5, Decimal("nan"), f"change, reliable: {NUMBER}"),
    ("change.reliable", 5, float("nan"), f"change, reliable: {NUMBER}"),
    ("change.reliable", 5.0, float("inf"), f"change, reliable: {NUMBER}"),
    ("bands.0.severity", SAME, GONE, "bands 1: “severity” is missing."),
    ("bands.0.severity", 0, -1, "bands 1, severity: This must be a whole number from 0 to 4."),
    ("bands.0.severity", "none", "None", "bands 1, severity: This must be a whole number from 0 to 4, or “none”."),
    ("bands.2.severity", 4, 5, "bands 3, severity: This must be a whole number from 0 to 4."),
    ("alerts.0.severity", 1, True, "alerts 1, severity: This must be a whole number from 0 to 4."),
    ("alerts.0.severity", 1, 1.0, "alerts 1, severity: This must be a whole number from 0 to 4."),
    ("alerts.0.severity", 0, -1, "alerts 1, severity: This must be a whole number from 0 to 4."),
    ("alerts.0.severity", 4, 5, "alerts 1, severity: This must be a whole number from 0 to 4."),
    ("asked.youngest", 0, -1, "asked, youngest: This must be a whole number from 0 to 130."),
    ("asked.oldest", 130, 131, "asked, oldest: This must be a whole number from 0 to 130."),
    ("items.5.measure.decimals", 2, 3, "items 6, measure, decimals: This must be a whole number from 0 to 2."),
    ("items.5.measure.decimals", 0, -1, "items 6, measure, decimals: This must be a whole number from 0 to 2."),
    ("items.1.reversed", False, "no", "items 2, reversed: This must be true or false."),
    ("items.0.scored", True, 1, "items 1, scored: This must be true or false."),
    ("asked.sexes", ["other"], [], f"asked, sexes: {TEXTS}"),
    ("asked.sexes", GONE, "female", f"asked, sexes: {TEXTS}"),
    ("sections.1.items", ["3"], [""], f"sections 2, items: {TEXTS}"),
    ("asked.sexes", ["female"], ["women"], "asked, sexes: “women” is none of: female, male, other, unknown."),
    ("asked.sexes", ["female", "male"], ["male", "male"], "asked, sexes: Something is named twice."),
    ("change", {}, [], f"change: {TABLE}"),
    ("asked", GONE, {1: 2}, f"asked: {TABLE}"),
    ("bands.0", SAME, "Low", f"bands 1: {TABLE}"),
    ("cutoffs", [], {}, "cutoffs: This must be a list of at most 30."),
    ("alerts", alerts(30), alerts(31), "alerts: This must be a list of at most 30."),
    ("options.unused", options(30), options(31), "options, unused: This must be a list of at most 30."),
    ("id", "a-1", "a--1", "id: “a--1” is not as it must be: small letters, digits and single hyphens."),
    ("id", "a", "A", "id: “A” is not as it must be: small letters, digits and single hyphens."),
    ("alerts.0.code", "item-9", "item 9", "alerts 1, code: “item 9” is not as it must be: small letters, digits "
     "and single hyphens."),
    ("version", "9999", "10000", "version: “10000” is not as it must be: a whole number from 1 on."),
    ("version", "1", "0", "version: “0” is not as it must be: a whole number from 1 on."),
    ("loinc.panel", "1234567-8", "12345678-9", "loinc, panel: “12345678-9” is not a LOINC code."),
    ("loinc.total", "LA123456-7", "LA1234567-8", "loinc, total: “LA1234567-8” is not a LOINC code."),
    ("items.0.loinc", "1-2", "1-23", "items 1, loinc: “1-23” is not a LOINC code."),
    ("options.often.1.points", SAME, 0, "options, often 2, points: Two options have 0 points, so that they do not say "
     "which was chosen."),
    ("items.7.options.1.code", SAME, GONE, "items 8, options 2, points: Two options have 0 points, so that they do "
     "not say which was chosen."),
    ("items.7.options.1.code", "c", "a", "items 8, options 2, code: Two options have the same code."),
    ("items.6.kind", "date", "day", "items 7, kind: “day” is none of: one, several, number, text, date, yes_no."),
    ("items.6.asked_if.behaviour", GONE, "some", "items 7, asked_if, behaviour: “some” is none of: all, any."),
    ("items.7.asked_if.counts_as", 1, "none", f"items 8, asked_if, counts_as: {NUMBER}"),
    ("items.6.asked_if.conditions.0.operator", "<=", "==", "items 7, asked_if, conditions 1, operator: “==” is none "
     "of: =, !=, <, <=, >, >=, exists."),
    ("items.6.asked_if.conditions.0.answer", 1, GONE, "items 7, asked_if, conditions 1: “answer” is missing."),
    ("items.6.asked_if.conditions.0.answer", 1, [1], "items 7, asked_if, conditions 1, answer: This must be the "
     "points or the code of an answer, or true or false."),
    ("items.2.options.1.text", SAME, "Answer 0", "items 3, options 2, text: Two options have the same text."),
    ("items.0.options", SAME, "seldom", "items 1, options: There are no options called “seldom”."),
    ("items.4.measure.tables.0.when", SAME, {"3": "0"}, "items 5, measure, tables 1, when, 3: This must be the points "
     "of an answer."),
    ("translations", {}, {"en": SOUND["translations"]["de"]}, "translations, en: “en” is not the code of another "
     "language than English, such as de or pt-br."),
    ("translations", {"pt-br": SOUND["translations"]["de"]}, {"pt_br": SOUND["translations"]["de"]}, "translations, "
     "pt_br: “pt_br” is not the code of another language than English, such as de or pt-br."),
]  # fmt: skip

# How the parts fit together.
FIT = [
    ("items", SAME, [], "items: An instrument needs at least one item."),
    ("items.1.code", SAME, "1", "items 2, code: Another item has the code “1”.|items 7, asked_if, conditions 2, "
     "item: “2” is not the code of an earlier item.|sections 1, items: There is no item "
     "“2”.|subscales 1, items: There is no item “2”.|translations, de, items, 2: There is no item “2”."),
    ("items.3.measure", SAME, GONE, "items 4: An item has either options or a measure."),
    ("items.3.options", GONE, options(2), "items 4: An item has either options or a measure."),
    ("items.0.source", GONE, "age", "items 1, source: What is taken from the record is a measure."),
    ("items.5.measure.minimum", 129, 130, "items 6, measure, minimum: The minimum must be less than the maximum."),
    ("items.5.scored", False, True, "items 6, measure, points: A measure that is scored needs its points."),
    ("items.3.measure.points.0.from", 0, 1, "items 4, measure, points 1: After -1 the next row must begin at 0, not "
     "at 1."),
    ("items.3.measure.points.1.from", 50, 51, "items 4, measure, points 2: After 49 the next row must begin at 50, "
     "not at 51."),
    ("items.3.measure.points.1.from", 50, 49, "items 4, measure, points 2: After 49 the next row must begin at 50, "
     "not at 49."),
    ("items.3.measure.points.1.to", 99, 98, "items 4, measure, points 2: After 98 the next row must begin at 99, not "
     "at 100."),
    ("items.3.measure.points", [row(0, 48, 0), row(49, 49, 1), row(50, 99, 1)],
     [row(0, 49, 0), row(50, 49, 1), row(50, 99, 1)], "items 4, measure, points 2: A row's “from” must not be above "
     "its “to”."),
    ("items.4.measure.tables.0.points.1.from", 5, 6, "items 5, measure, tables 1, points 2: After 4.9 the next row "
     "must begin at 5.0, not at 6."),
    ("items.4.measure.tables.1.points.1.to", TENTHS, 9, "items 5, measure, tables 2, points 2: After 9 the next row "
     "must begin at 9.1, not at 10.0."),
    ("items.4.measure.tables.0.when", SAME, {"7": 0}, "items 5, measure, tables 1, when, 7: “7” is not the code of "
     "another item with options."),
    ("items.4.measure.tables.0.when", SAME, {"9": 0}, "items 5, measure, tables 1, when, 9: “9” is not the code of "
     "another item with options."),
    ("items.2.asked_if", GONE, {"conditions": [{"item": "1", "operator": ">", "answer": 0}]}, "items 5, measure, "
     "tables 1, "
     "when, 3: Item 3 is not asked of everybody of whom item 5 is.|items 5, measure, tables 2, when, 3: Item 3 is not "
     "asked of everybody of whom item 5 is."),
    ("items.3.kind", "number", "one", "items 4, kind: An item with a measure is of the kind “number”, with options "
     "“one”."),
    ("items.6.kind", "yes_no", "several", "items 7, kind: “several” has options, “text”, “date” and “yes_no” have "
     "neither these nor a measure."),
    ("items.7.kind", "several", "date", "items 8, kind: “several” has options, “text”, “date” and “yes_no” have "
     "neither these nor a measure."),
    ("items.6.scored", False, True, "items 7, scored: An item of the kind “text” adds no points."),
    ("items.5.asked_if", GONE, {"conditions": [{"item": "1", "operator": "=", "answer": 0}]}, "items 6, asked_if: "
     "What is taken from the record is asked of nobody."),
    ("items.6.asked_if.conditions", [{"item": "1", "operator": "=", "answer": 0}], [], "items 7, asked_if, "
     "conditions: Name at least one condition."),
    ("items.6.asked_if.conditions.0.item", "2", "9", "items 7, asked_if, conditions 1, item: “9” is not the code of an "
     "earlier item."),
    ("items.6.asked_if.conditions.0.item", "2", "7", "items 7, asked_if, conditions 1, item: “7” is not the code of an "
     "earlier item."),
    ("items.6.asked_if.conditions.0.item", "2", "8", "items 7, asked_if, conditions 1, item: “8” is not the code of an "
     "earlier item."),
    ("items.6.asked_if.conditions.0.item", "2", "4", "items 7, asked_if, conditions 1, item: Item 4 has no list of "
     "answers to compare with."),
    ("items.7.sexes", ["female", "male", "other"], GONE, "items 8, asked_if, conditions 1, item: Item 3 is not asked "
     "of everybody of whom item 8 is."),
    ("items.7.asked_if.conditions.0.answer", False, 1, "items 8, asked_if, conditions 1, answer: “exists” is true or "
     "false."),
    ("items.6.asked_if.conditions.1.answer", 1, True, "items 7, asked_if, conditions 2, answer: Only points are more "
     "or less than others."),
    ("items.6.asked_if.conditions.0.answer", 1, 3, "items 7, asked_if, conditions 1, answer: Item 1 has no answer "
     "“3”."),
    ("items.6.asked_if.conditions.0.answer", 1, True, "items 7, asked_if, conditions 1, answer: Item 1 has no answer "
     "“True”."),
    ("items.4.measure.tables.0.when", SAME, {"5": 0}, "items 5, measure, tables 1, when, 5: “5” is not the code of "
     "another item with options."),
    ("items.4.measure.tables.0.when", SAME, {"4": 0}, "items 5, measure, tables 1, when, 4: “4” is not the code of "
     "another item with options."),
    ("items.4.measure.tables.1.when", {"3": 1}, {"3": 2}, "items 5, measure, tables 2, when, 3: No option of item 3 "
     "has 2 points."),
    ("items.4.sexes", ["female", "male", "other"], GONE, "items 5, measure, tables 1, when, 3: Item 3 is not asked of "
     "everybody of whom item 5 is.|items 5, measure, tables 2, when, 3: Item 3 is not asked of everybody of whom item "
     "5 is."),
    ("sections.1.items", ["3"], GONE, "sections 2, items: Name at least one item."),
    ("sections.1.items", ["3", "7"], ["3", "9"], "sections 2, items: There is no item “9”."),
    ("sections.1.items", ["3"], ["3", "2"], "sections 2, items: Item 2 is in an earlier section."),
    ("displays.0.before", "8", "9", "displays 1, before: There is no item “9”."),
    ("exchange.items", {"8": {"link_id": "/8"}}, {"9": {}}, "exchange, items, 9: There is no item “9”."),
    ("exchange.items.1.options", [{"code": "a"}] * 3, [{"code": "a"}] * 2, "exchange, items, 1, options: There must be "
     "one for each option of the item."),
    ("subscales.0.items", ["1", "3"], ["1", "4"], "subscales 1, items: A subscale is made of items with options."),
    ("subscales.0.items", ["1", "8"], ["1", "9"], "subscales 1, items: There is no item “9”."),
    ("subscales.0.needs", 2, 3, "subscales 1, needs: “needs” goes with “at_least”, and is at most the number of "
     "items."),
    ("subscales.0.at_least", 1, GONE, "subscales 1, needs: “needs” goes with “at_least”, and is at most the number of "
     "items."),
    ("subscales.0.needs", 1, 0, "subscales 1, needs: “needs” goes with “at_least”, and is at most the number of "
     "items.|scoring, pattern: A pattern needs subscales with “needs”."),
    ("subscales.0.positive_from", GONE, 2, "subscales 1, positive_from: A subscale is one criterion: “needs”, or a "
     "least sum."),
    ("variant_of", GONE, "other", f"variant_of: {VARIANT}"),
    ("countries", GONE, ["GB"], f"variant_of: {VARIANT}"),
    ("countries", GONE, ["UK"], f"variant_of: {VARIANT}|countries: “UK” is no country's code of two letters, such as "
     "GB."),
    ("follow_up", {"positive": "other"}, {"positive": "sound"}, f"follow_up, positive: {FOLLOWS}"),
    ("follow_up", {}, {"negative": "other"}, "follow_up, negative: There is no such entry here."),
    ("subscales.0", SAME, {"code": "A", "title": "Scale", "items": ["1"]}, "scoring, pattern: A pattern needs "
     "subscales with “needs”."),
    ("translations.de.instruction", SAME, GONE, "translations, de, instruction: The instruction is in one of the two "
     "languages only."),
    ("instruction", SAME, GONE, "translations, de, instruction: The instruction is in one of the two languages only."),
    ("translations.de.items.3", SAME, GONE, "translations, de, items: The item “3” is not translated."),
    ("translations.de.options.Often 1", SAME, GONE, "translations, de, options: The option “Often 1” is not "
     "translated."),
    ("translations.de.items.9", GONE, "Neun", "translations, de, items, 9: There is no item “9”."),
    ("translations.de.options.Seldom", GONE, "Selten", "translations, de, options, Seldom: There is no option "
     "“Seldom”."),
    ("items.4.measure.tables.1", SAME, GONE, "items 5, measure: For each answer of what it depends on, one table must "
     "count."),
    ("items.4.measure.tables.1.when", {"3": 1}, {"3": 0}, "items 5, measure: For each answer of what it depends on, "
     "one table must count."),
    ("items.4.measure.tables.1.when", SAME, {}, "items 5, measure: For each answer of what it depends on, "
     "one table must count."),
    ("scoring.minimum", 0, -1, f"scoring, minimum: {ADD_UP}|bands 1, from: The band must begin at -1."),
    ("scoring.maximum", 5, 4, f"scoring, maximum: {ADD_UP}|bands 3, to: The last band must end at 4."),
    ("scoring.maximum", 5, 6, f"scoring, maximum: {ADD_UP}|bands 3, to: The last band must end at 6."),
    ("scoring.multiply", 1, 0, "scoring, multiply: The total is multiplied by a number above 0."),
    ("scoring.multiply", 1, -1, "scoring, multiply: The total is multiplied by a number above 0."),
    ("asked.youngest", 65, 66, "asked, youngest: “youngest” must not be above “oldest”."),
]  # fmt: skip

# Bands, cut-offs and alerts; a band or an alert that is not the only fault is named with the others.
MARKS = [
    ("bands", [*bands(2, 5, **FEMALE), *bands(3, 5, **MALE)], bands(2, 5, **FEMALE), f"bands: {RULES}"),
    ("bands", SAME, [*bands(2, 5), *bands(2, 5, **FEMALE)], f"bands: {RULES}"),
    ("bands.1.from", 3, 4, "bands 2, from: The band must begin at 3."),
    ("bands.1.from", 3, 2, "bands 2, from: The band must begin at 3."),
    ("bands.0.from", 0, 1, "bands 1, from: The band must begin at 0."),
    ("bands.2.to", 5, 4, "bands 3, to: A band's “from” must not be above its “to”.|bands 3, to: The last band must end "
     "at 5."),
    ("bands.2.to", 5, 6, "bands 3, to: The last band must end at 5."),
    ("bands.1.severity", 1, 0, "bands: Severity must rise from band to band, or fall from band to band."),
    ("bands.1.severity", 3, 4, "bands: Severity must rise from band to band, or fall from band to band."),
    ("bands", falling(2, 1, 1), falling(2, 1, 2), "bands: Severity must rise from band to band, or fall from band to "
     "band."),
    ("bands", falling(2, 1, "none"), falling(2, "none", 1), "bands: Severity must rise from band to band, or fall from "
     "band to band."),
    ("bands.1.severity", 1, "none", "bands: Severity must rise from band to band, or fall from band to band."),
    ("bands.3.severity", 0, "none", "bands 4, severity: A band of one high item has a severity."),
    ("bands.3.from", 0, -1, "bands 4: The band lies outside what the items add up to."),
    ("bands.3.to", 5, 6, "bands 4: The band lies outside what the items add up to."),
    ("bands.3.from", 0, 3, "bands 4: The band lies outside what the items add up to."),
    ("bands.3.from", 0, 1, "bands 4: The band stands in the place of no other."),
    ("bands.3.to", 2, 1, "bands 4: The band stands in the place of no other."),
    ("bands.3.sex", GONE, "female", "bands 4: The band stands in the place of no other."),
    ("cutoffs", [{"positive_from": 2, **FEMALE}, {"positive_from": 3, **MALE}], [{"positive_from": 2, **FEMALE}],
     "cutoffs: There is one cut-off for everybody, or one for female and one for male patients."),
    ("cutoffs", [{"positive_from": 2}], [{"positive_from": 2}, {"positive_from": 3}],
     "cutoffs: There is one cut-off for everybody, or one for female and one for male patients."),
    ("cutoffs.0.uncertain_from", 1, 0, "cutoffs 1, positive_from: The cut-off lies outside what the items add up to."),
    ("cutoffs.0.uncertain_from", 3, 4, "cutoffs 1, positive_from: The cut-off lies outside what the items add up to."),
    ("cutoffs.0.positive_from", 5, 6, "cutoffs 1, positive_from: The cut-off lies outside what the items add up to."),
    ("cutoffs", [{"positive_from": 1}], [{"positive_from": 0}], "cutoffs 1, positive_from: The cut-off lies outside "
     "what the items add up to."),
    ("change.case_from", 5, 6, "change, case_from: The case threshold lies outside what the items add up to."),
    ("change", {"case_from": 1, "source": "Made up"}, {"case_from": 0, "source": "Made up"},
     "change, case_from: The case threshold lies outside what the items add up to."),
    ("change.case_from", 2, 1, "change, remission_below: Remission lies below the case threshold."),
    ("change.remission_below", 1, 0, "change, remission_below: Remission lies below the case threshold."),
    ("change.reliable", Decimal("0.01"), 0, "change, reliable: A reliable change is a difference above 0."),
    ("change", {}, {"reliable": 1}, "change: “source” is missing."),
    ("change", {}, {"case_from": 1}, "change: “source” is missing."),
    ("change.case", GONE, 3, "change, case: There is no such entry here."),
    ("alerts.1.code", "other", "item", "alerts 2, code: Another alert has the code “item”."),
    ("alerts.0.item", SAME, GONE, "alerts 1: An alert is for one of: an item, a band, any item."),
    ("alerts.0.band", GONE, "High", "alerts 1: An alert is for one of: an item, a band, any item."),
    ("alerts.1.any_item", GONE, 1, "alerts 2: An alert is for one of: an item, a band, any item."),
    ("alerts.1.band", "One high", "Lowest", "alerts 2, band: There is no band “Lowest”."),
    ("alerts.0.item", "2", "9", "alerts 1, item: There is no item “9”."),
    ("alerts.0.item", "2", "7", "alerts 1, item: Item 7 has no points."),
]  # fmt: skip
