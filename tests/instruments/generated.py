"""Definitions of every shape that the checker allows, made at random as plain data, and answers to them."""

from decimal import Decimal

from hypothesis import strategies as st

from tests.instruments.verdicts import ALL, RULES, choices_of, deciding, options_of, possible, rows_of, scores

ABOUT = {
    "id": "made",
    "version": "1",
    "title": "Made",
    "name": "Made at random",
    "type": "other",
    "source": "Made at random",
    "licence": "Nobody's",
    "licence_class": "free",
}
QUARTER = st.sampled_from([True, False, False, False])
PLACES = (1, Decimal("0.1"), Decimal("0.01"))
WEIGHTS = st.sampled_from([2, Decimal("0.5")])


def rows(points):
    """One row of ten values for each number of points, without a gap."""
    return [{"from": 10 * at, "to": 10 * at + 9, "points": number} for at, number in enumerate(points)]


def options(draw, most):
    return [{"points": points, "text": f"Answer {points}"} for points in range(draw(st.integers(0, most)) + 1)]


def measured(draw, code, control):
    """A measurement, perhaps by another table for each answer of the item that decides."""
    size = draw(st.integers(2, 4))
    orders = st.permutations(range(size)).map(list)
    measure = {"minimum": 0, "maximum": 10 * size - 1}
    if control is None:
        measure["points"] = rows(draw(orders))
    else:
        measure["tables"] = [
            {"when": {control["code"]: option["points"]}, "points": rows(draw(orders))} for option in control["options"]
        ]
    weight = {"weight": draw(WEIGHTS)} if draw(QUARTER) else {}
    return {"code": code, "text": f"Measure {code}", "measure": measure, **weight}


UNSCORED = ({"kind": "text"}, {"kind": "date"}, {"kind": "yes_no"}, {"kind": "several"})
EXAMPLES = {"text": "Since May", "date": "2026-05-01"}


def coded(options):
    """The options with codes of their own, the last two with equal points."""
    with_codes = [{**option, "code": f"c{option['points']}"} for option in options]
    return [*with_codes, {**with_codes[-1], "text": "Another", "code": "another"}]


def condition(draw, other):
    """A condition on an item, of any operator that it takes."""
    if other.get("kind") == "yes_no":
        answer, operator = draw(st.booleans()), draw(st.sampled_from(["=", "!=", "exists"]))
    else:
        operator = draw(st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "exists"]))
        option = draw(st.sampled_from(other["options"]))
        named = option.get("code", option["points"]) if operator in ("=", "!=") else option["points"]
        answer = draw(st.booleans()) if operator == "exists" else named
    return {"item": other["code"], "operator": operator, "answer": answer}


def asked_if(draw, item, earlier):
    """Perhaps conditions on earlier items that are asked of the same people."""
    others = [
        other
        for other in earlier
        if other.get("kind", "one") in ("one", "yes_no")
        and set(item.get("sexes", ALL)) <= set(other.get("sexes", ALL))
        and "reversed" not in other
    ]
    if not others or not draw(QUARTER):
        return {}
    chosen = draw(st.lists(st.sampled_from(others), min_size=1, max_size=2))
    rule = {
        "conditions": [condition(draw, other) for other in chosen],
        "behaviour": draw(st.sampled_from(["all", "any"])),
    }
    # Of others than these it would not count, and their totals could lie below those of everybody.
    counts_as = {"counts_as": draw(st.integers(0, 3))} if draw(st.booleans()) and "sexes" not in item else {}
    return {"asked_if": {**rule, **counts_as}}


@st.composite
def items_of(draw):
    made = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        item = {"code": str(number), "text": f"Question {number}", "options": options(draw, 3)}
        if draw(QUARTER):
            item["options"] = coded(item["options"])
        if made and draw(QUARTER):
            kind = draw(st.sampled_from(UNSCORED))
            made.append(
                {**item, **kind} if kind["kind"] == "several" else {"code": item["code"], "text": "Well?", **kind}
            )
            made[-1] |= asked_if(draw, made[-1], made[:-1])
            continue
        if draw(QUARTER):
            item["scored"] = False
        if draw(QUARTER):
            item["reversed"] = True
        if draw(QUARTER):
            item["weight"] = draw(WEIGHTS)
        if draw(QUARTER):
            item["sexes"] = draw(st.sampled_from([["female"], ["male"], ["female", "other", "unknown"]]))
        made.append(item | asked_if(draw, item, made))
    plain = [item for item in made if len({"sexes", "asked_if", "kind"} & set(item)) == 0]
    controls = [item for item in plain if "code" not in item["options"][0]]
    if draw(st.booleans()):
        control = draw(st.sampled_from(controls)) if controls and draw(st.booleans()) else None
        made.append(measured(draw, "m", control))
    if draw(QUARTER):
        made.append({**measured(draw, "age", None), "source": "age"})
    return made


def subscales(draw, made):
    codes = [item["code"] for item in made if "options" in item and "kind" not in item]
    for code in "AB"[: draw(st.integers(0, 2))]:
        inside = draw(st.lists(st.sampled_from(codes), min_size=1, unique=True))
        needs = {"at_least": draw(st.integers(0, 3)), "needs": draw(st.integers(1, len(inside)))}
        criterion = draw(st.sampled_from([{}, needs, {"positive_from": draw(st.integers(0, 6))}]))
        yield {"code": code, "title": f"Scale {code}", "items": inside, **criterion}


def bands(draw, totals, parts, sex):
    """Bands that leave no gap, of severities that rise or fall; each begins with a total that can be reached."""
    unit = next(unit for unit in PLACES if not any(number % unit for number in (*totals, *parts)))
    starts = sorted({totals[0], *draw(st.lists(st.sampled_from(totals), max_size=3))})
    severities = range(len(starts)) if draw(st.booleans()) else range(len(starts) - 1, -1, -1)
    for start, end, severity in zip(starts, [*starts[1:], totals[-1] + unit], severities, strict=True):
        yield {"from": start, "to": end - unit, "word": f"Level {severity}", "severity": severity, **sex}


def parts_of(data):
    """Everything that an item could add, whether or not it is ever asked: bands are as fine as these."""
    factor = data["scoring"].get("multiply", 1)
    for item in filter(scores, data["items"]):
        rows_there = [row for table in [item.get("measure", {}), *item.get("measure", {}).get("tables", [])]
                      for row in table.get("points", [])]  # fmt: skip
        added = [points for _, points in choices_of(data, item)] + [row["points"] for row in rows_there]
        added += [item["asked_if"]["counts_as"]] if "counts_as" in item.get("asked_if", {}) else []
        yield from (points * item.get("weight", 1) * factor for points in added)


def all_bands(draw, totals, parts):
    sexes = draw(st.sampled_from([[{}], [{}], [{"sex": sex} for sex in RULES]]))
    made = [band for sex in sexes for band in bands(draw, totals, parts, sex)]
    if draw(st.booleans()):
        covered = draw(st.sampled_from(made))
        sex = draw(st.sampled_from([{}, {"sex": covered["sex"]}])) if "sex" in covered else {}
        peak = {"word": "One high", "severity": 4, "any_item": draw(st.integers(1, 3)), **sex}
        made.append({"from": totals[0], "to": covered["to"], **peak})
    return made


def cutoffs(draw, totals):
    for sex in draw(st.sampled_from([[], [{}], [{"sex": "female"}, {"sex": "male"}]])) if totals[1:] else []:
        start = draw(st.sampled_from(totals[1:]))
        earlier = [total for total in totals[1:] if total <= start]
        uncertain = {"uncertain_from": draw(st.sampled_from(earlier))} if draw(st.booleans()) else {}
        yield {"positive_from": start, **uncertain, **sex}


def alerts(draw, data):
    item = draw(st.sampled_from([item for item in data["items"] if "kind" not in item]))
    rules = [{"item": item["code"], "at_least": draw(st.integers(0, 3))}, {"any_item": draw(st.integers(1, 3))}]
    rules += [{"band": draw(st.sampled_from(data["bands"]))["word"]}] if data["bands"] else []
    for number, rule in enumerate(draw(st.lists(st.sampled_from(rules), max_size=3)), 1):
        yield {"code": f"alert-{number}", "text": "Look", "severity": 3, **rule}


@st.composite
def definitions(draw):
    """A definition in which every total from the least to the most can be reached."""
    made = draw(items_of())
    data = {**ABOUT, "items": made, "scoring": {}, "options": {}, "bands": []}
    if draw(QUARTER):
        data["sections"] = [{"title": "Most", "items": [item["code"] for item in made[:2]], "counts": "highest"}]
    data["subscales"] = list(subscales(draw, made))
    if any("needs" in scale for scale in data["subscales"]):
        data["scoring"]["pattern"] = "Enough of each"
    everybody = [{name: value for name, value in item.items() if name != "sexes"} for item in made]
    data["scoring"]["multiply"] = draw(st.sampled_from([1, 1, 1, 2, Decimal("0.5")]))
    totals = sorted({total for total, _ in possible({**data, "items": everybody}, {}, "unknown")})
    if draw(QUARTER) and len(totals) == 1:
        data["scoring"] = {"rule": "none"}
    else:
        data["scoring"] |= {"minimum": totals[0], "maximum": totals[-1]}
        data["bands"] = all_bands(draw, totals, tuple(parts_of(data))) if draw(st.booleans()) else []
        data["cutoffs"] = list(cutoffs(draw, totals))
    data["alerts"] = list(alerts(draw, data))
    return data


def values_of(data, item, answers):
    """Every answer that an item takes; of a measurement both ends of every row."""
    kind = item.get("kind", "one")
    if kind == "several":
        return [(sent,) for sent in options_of(data, item)] + [tuple(options_of(data, item))]
    if kind in EXAMPLES:
        return [EXAMPLES[kind]]
    if "measure" not in item:
        return options_of(data, item)
    return sorted({end for row in rows_of(item, answers) for end in (row["from"], row["to"])})


@st.composite
def assessments(draw):
    """A definition and answers of somebody, from none of the items to all."""
    data = draw(definitions())
    sex = draw(st.sampled_from(ALL))
    due = [item for item in data["items"] if sex in item.get("sexes", ALL) and "source" not in item]
    given = {}
    for item in due:
        decided = given | {code: 0 for code in deciding(data) if code not in given}
        given[item["code"]] = draw(st.sampled_from(values_of(data, item, decided)))
    missing = draw(st.one_of(st.just([]), st.lists(st.sampled_from(sorted(given)), unique=True))) if given else []
    age = draw(st.sampled_from([None, 0, 9, 10, 35, 90]))
    return data, {code: value for code, value in given.items() if code not in missing}, sex, age
