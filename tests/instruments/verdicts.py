"""What an instrument's file says of answers, whole or in part; it shares nothing with the engine that is tested.

A verdict is read from the plain data of a file. Answers that are missing are given in every possible way: items are
independent of each other, so the pairs (sum so far, points of the highest item so far) stand for all ways.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

ALL = ("female", "male", "other", "unknown")
RULES = ("female", "male")
Data = Mapping[str, Any]
Responses = Mapping[str, Any]
Reached = tuple[Any, Any]  # a total, and the points of the highest item


def choices_of(data: Data, item: Data) -> list[tuple]:
    """What is sent for each option, and its points as they count: the points, or codes where two have the same."""
    named = item.get("options", [])
    options = data["options"][named] if isinstance(named, str) else named
    points = [option["points"] for option in options]
    if item.get("reversed"):
        points = [min(points) + max(points) - number for number in points]
    if len(set(points)) == len(points):
        return [(number, number) for number in points]
    return [(option["code"], number) for option, number in zip(options, points, strict=True)]


def options_of(data: Data, item: Data) -> list:
    """What can be answered."""
    return [True, False] if item.get("kind") == "yes_no" else [sent for sent, _ in choices_of(data, item)]


def rows_of(item: Data, answers: Responses) -> list[Data]:
    """The rows of a measurement that count under these answers."""
    measure = item["measure"]
    for table in measure.get("tables", []):
        if [answers[code] for code in table["when"]] == list(table["when"].values()):
            return table["points"]
    return measure["points"]


def asked(data: Data, sex: str) -> list[Data]:
    return [item for item in data["items"] if sex in item.get("sexes", ALL)]


def conditions(item: Data) -> list[Data]:
    return list(item.get("asked_if", {}).get("conditions", []))


def adding(data: Data) -> set[str]:
    """Items that add to the total or to a subscale."""
    if data["scoring"].get("rule") == "none":
        return set()
    inside = {code for scale in data.get("subscales", []) for code in scale["items"]}
    return {item["code"] for item in data["items"] if scores(item) or item["code"] in inside}


def deciding(data: Data) -> set[str]:
    """Items that decide about others that count, and those that decide whether these are asked."""
    tables = [table for item in data["items"] for table in item.get("measure", {}).get("tables", [])]
    found = {code for table in tables for code in table["when"]}
    start = adding(data)
    for _ in data["items"]:
        found |= {each["item"] for item in data["items"] if item["code"] in start | found for each in conditions(item)}
    return found


def scores(item: Data) -> bool:
    return bool(item.get("scored", item.get("kind", "one") in ("one", "number")))


def meets(data: Data, condition: Data, known: Responses) -> bool:
    """Whether what is known of an item meets a condition, as FHIR words its operators."""
    operator, wanted = condition["operator"], condition["answer"]
    given = known.get(condition["item"])
    if operator == "exists":
        return (given is not None) is wanted
    if operator == "!=":
        return given is None or not same(data, condition, given)
    if given is None:
        return False
    if operator == "=":
        return same(data, condition, given)
    points = worth(data, condition["item"], given)
    return {"<": points < wanted, "<=": points <= wanted, ">": points > wanted, ">=": points >= wanted}[operator]


def same(data: Data, condition: Data, given: Any) -> bool:
    wanted = condition["answer"]
    if isinstance(wanted, str) or isinstance(given, bool):
        return bool(given == wanted)
    return bool(worth(data, condition["item"], given) == wanted)


def worth(data: Data, code: str, given: Any) -> Any:
    """The points of an answer, which is a code where two have equal points."""
    item = next(item for item in data["items"] if item["code"] == code)
    return dict(choices_of(data, item)).get(given, given)


def is_asked(data: Data, item: Data, known: Responses) -> bool:
    found = [meets(data, each, known) for each in conditions(item)]
    return not found or (any(found) if item["asked_if"].get("behaviour") == "any" else all(found))


def standing(data: Data, known: Responses) -> dict:
    """What is left of the answers without those to items that are not asked."""
    left: dict = {}
    for item in data["items"]:
        if item["code"] in known and is_asked(data, item, left):
            left[item["code"]] = known[item["code"]]
    return left


def counted(data: Data, sex: str, known: Responses) -> list[Data]:
    left = standing(data, known)
    every = data["scoring"].get("rule") == "none"
    due = [item for item in asked(data, sex) if every or scores(item) or item["code"] in deciding(data)]
    return [item for item in due if is_asked(data, item, left)]


def with_age(data: Data, answers: Responses, age: int | None) -> dict:
    """The answers that are there, and the age where an item takes it, within the limits of its measure."""
    known = {code: value for code, value in answers.items() if value is not None}
    for item in data["items"]:
        if item.get("source") == "age" and age is not None:
            measure = item["measure"]
            known[item["code"]] = sorted((measure["minimum"], age, measure["maximum"]))[1]
    return known


def ways(data: Data, known: Responses) -> Iterator[dict]:
    """The known answers with every way to answer the items that decide about others, without what is not asked."""
    by_code = {item["code"]: item for item in data["items"]}
    open_codes = sorted(deciding(data) - set(known))
    for values in product(*(options_of(data, by_code[code]) for code in open_codes)):
        yield standing(data, {**known, **dict(zip(open_codes, values, strict=True))})


def points_of(data: Data, item: Data, known: Responses) -> set:
    """What the item may add, each way to answer it where it is not known."""
    weight, code = item.get("weight", 1), item["code"]
    if not is_asked(data, item, known):
        return {item["asked_if"]["counts_as"] * weight}
    if "measure" not in item:
        return {points * weight for sent, points in choices_of(data, item) if known.get(code, sent) == sent}
    rows = rows_of(item, known)
    fitting = [row for row in rows if code not in known or row["from"] <= known[code] <= row["to"]]
    return {row["points"] * weight for row in fitting}


def reached(data: Data, items: list[Data], known: Responses) -> set[Reached]:
    """Every total of these items, with the points of the highest of them."""
    highest = [section["items"] for section in data.get("sections", []) if section.get("counts") == "highest"]
    groups: list[list[Data]] = [[item for item in items if item["code"] in codes] for codes in highest]
    together = {code for codes in highest for code in codes}
    groups += [[item] for item in items if item["code"] not in together]
    found: set[Reached] = {(0, None)}
    for group in filter(None, groups):
        most = {max(points) for points in product(*(points_of(data, item, known) for item in group))}
        found = {
            (total + added, added if peak is None else max(peak, added)) for total, peak in found for added in most
        }
    return {(total * data["scoring"].get("multiply", 1), peak or 0) for total, peak in found}


def possible(data: Data, known: Responses, sex: str) -> set[Reached]:
    items = [item for item in asked(data, sex) if scores(item)]
    return {pair for answers in ways(data, known) for pair in reached(data, adds(data, items, answers), answers)}


def adds(data: Data, items: list[Data], known: Responses) -> list[Data]:
    """Those that count: one that is not asked only where its file says as what."""
    return [item for item in items if is_asked(data, item, known) or "counts_as" in item["asked_if"]]


def word_of(data: Data, total: Any, peak: Any, rule: str) -> str | None:
    """The band of a total by the rule of that sex, or the one that stands in its place for a single high item."""
    bands = [band for band in data.get("bands", []) if band.get("sex", "") in ("", rule)]
    for band in bands:
        if "any_item" not in band and band["from"] <= total <= band["to"]:
            for other in bands:
                covers = other["from"] <= band["from"] and band["to"] <= other["to"]
                if "any_item" in other and covers and peak >= other["any_item"]:
                    return other["word"]
            return band["word"]
    return None


def cut(cutoff: Data, total: Any) -> str:
    if total >= cutoff["positive_from"]:
        return "positive"
    return "uncertain" if total >= cutoff.get("uncertain_from", cutoff["positive_from"]) else "negative"


def cutoff_of(data: Data, totals: set, rules: tuple[str, ...]) -> str | None:
    """What all totals and rules agree on; of a single total "uncertain" where the rules do not agree."""
    cutoffs = [cutoff for cutoff in data.get("cutoffs", []) if cutoff.get("sex", "") in ("", *rules)]
    found = {cut(cutoff, total) for cutoff in cutoffs for total in totals}
    if len(found) == 1:
        return found.pop()
    return "uncertain" if found and len(totals) == 1 else None


def subscale(data: Data, scale: Data, known: Responses, sex: str) -> tuple:
    """Code, title, total, lowest and highest possible total, how many items reach its points, and whether enough do."""
    inside = [item for item in asked(data, sex) if item["code"] in scale["items"]]
    each_way = list(ways(data, known))
    found = [[points_of(data, item, way) for item in adds(data, inside, way)] for way in each_way]
    low, high = min(sum(map(min, points)) for points in found), max(sum(map(max, points)) for points in found)
    due = {item["code"] for way in each_way for item in inside if is_asked(data, item, way)}
    total = high if due <= set(known) and low == high else None
    if "positive_from" in scale:
        enough = {reached >= scale["positive_from"] for reached in (low, high)}
        return scale["code"], scale["title"], total, low, high, 0, enough.pop() if len(enough) == 1 else None
    if "at_least" not in scale:
        return scale["code"], scale["title"], total, low, high, 0, None
    sure = min(sum(min(each) >= scale["at_least"] for each in points) for points in found)
    most = max(sum(max(each) >= scale["at_least"] for each in points) for points in found)
    met = {True} if sure >= scale["needs"] else {False} if most < scale["needs"] else {True, False}
    return scale["code"], scale["title"], total, low, high, sure, met.pop() if len(met) == 1 else None


def alerts_of(data: Data, known: Responses, peaks: set, word: str | None) -> list[str]:
    """Those for answers that were given, and those that are certain in every way to give the others."""
    found = []
    for alert in data.get("alerts", []):
        answer = known.get(alert.get("item", ""))
        stands = any(alert.get("item") in way for way in ways(data, known))
        points = worth(data, alert["item"], answer) if stands and answer is not None else None
        given = points is not None and points >= alert.get("at_least", 0)
        of_band = "band" in alert and alert["band"] == word
        if given or of_band or ("any_item" in alert and peaks and min(peaks) >= alert["any_item"]):
            found.append(alert["code"])
    return found


def written(number: Any) -> str:
    """Whole numbers without a place behind the point."""
    return str(int(number)) if number == int(number) else str(number)


def summary(answered: int, asked_items: int, total: Any, low: Any, high: Any) -> str:
    text = f"{answered} of {asked_items} answered"
    if low is None:
        return text
    if total is not None:
        return f"{text}, total {written(total)}"
    return f"{text}, total between {written(low)} and {written(high)}, not scored"


def verdict(data: Data, answers: Responses, sex: str, age: int | None) -> dict[str, Any]:
    """Everything that can be said of the answers."""
    known = with_age(data, answers, age)
    due = counted(data, sex, known)
    given = sum(item["code"] in known for item in due)
    said: dict[str, Any] = dict.fromkeys(("total", "low", "high", "band", "cutoff", "pattern"))
    said |= {"answered": given, "asked": len(due), "complete": given == len(due), "subscales": [], "notes": []}
    said["aside"] = [code for code in known if not any(code in way for way in ways(data, known))]
    if data["scoring"].get("rule", "sum") == "none":
        return said | {"alerts": alerts_of(data, known, set(), None), "summary": summary(given, len(due), *[None] * 3)}
    pairs = possible(data, known, sex)
    totals = {total for total, _ in pairs}
    rules = (sex,) if sex in RULES else RULES
    words = {word_of(data, *pair, rule) for pair in pairs for rule in rules}
    word = next(iter(words)) if len(words) == 1 else None
    scales = [subscale(data, scale, known, sex) for scale in data.get("subscales", [])]
    met = {scale[-1] for scale in scales}
    total = max(totals) if said["complete"] else None
    said |= {"total": total, "low": min(totals), "high": max(totals), "band": word, "subscales": scales}
    said["cutoff"] = cutoff_of(data, totals, rules)
    if data["scoring"].get("pattern"):
        said["pattern"] = False if False in met else None if None in met else True
    if said["complete"] and len(words) > 1:
        by_rule = [f"{word_of(data, *next(iter(pairs)), rule)} by the rule for {rule} patients" for rule in rules]
        unsaid = "The patient's record does not say which rule counts."
        said["notes"] = [f"{data['title']}: {', '.join(by_rule)}. {unsaid}"]
    said["alerts"] = alerts_of(data, known, {peak for _, peak in pairs}, word)
    return said | {"summary": summary(given, len(due), total, min(totals), max(totals))}
