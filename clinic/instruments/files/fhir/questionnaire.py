"""Read a FHIR R4 Questionnaire as the data of a definition: everything is kept, named in a note, or refused by name.

Questions are items, groups are sections, displayed texts stay in their places. Totals and what nobody can be asked here
are left out with a note. Points come from the extensions ordinalValue and itemWeight, or from an option that is a whole
number; without points an item is not scored.
"""

from typing import Any

from clinic.instruments.files.fhir.conditions import When, not_kept, when_of, with_conditions
from clinic.instruments.files.fhir.layout import Layout
from clinic.instruments.files.fhir.numbering import numbered
from clinic.instruments.files.fhir.options import SAID, Answer, Answers
from clinic.instruments.files.fhir.totals import Formula, scoring
from clinic.instruments.files.fhir.typed import NUMBERS, TYPED, NotAsked, reason_for, typed_item
from clinic.instruments.files.fhir.understood import (
    CALCULATED,
    HIDDEN,
    VARIABLE,
    dicts,
    extension,
    extension_name,
    modifiers,
    place,
    strange,
)
from clinic.instruments.files.fhir.wording import clean, codes_of, loinc_of, text_of, wording
from clinic.instruments.items.parsing import MOST_ITEMS
from clinic.instruments.items.parts import SEVERAL, YES_NO

DEEPEST = 6
NO_LICENCE = "The Questionnaire does not say who may use it."
CHOICES = ("choice", "coding", "boolean")
ALWAYS = When()


class NotUsable(Exception):
    """The Questionnaire gives no instrument. `messages` says why."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__(" ".join(messages))
        self.messages = messages


class Reading:
    """What is found so far. `known` is what other programs call each item, and `problems` refuse the file."""

    def __init__(self, resource: dict[str, Any]) -> None:
        self.problems: list[str] = []
        self.answers = Answers(resource.get("contained"), self.problems)
        self.layout = Layout()
        self.items: list[dict[str, Any]] = []
        self.known: list[dict[str, Any]] = []
        self.whens: list[tuple[str, When]] = []
        self.others: list[dict[str, Any]] = []
        self.kinds: dict[str, str] = {}
        self.formulas: list[Formula] = []
        self.left_out: dict[str, str] = {}  # by linkId why nobody is asked it
        self.totals = self.measures = 0  # numbers without a formula that are left out, and those without a unit
        self.variables: dict[str, str] = {}
        self.notes: list[str] = []
        self.links: set[str] = set()

    def walk(self, value: Any, *, depth: int = 0, group: int | None = None, around: When = ALWAYS) -> None:
        if depth > DEEPEST or len(self.items) > MOST_ITEMS:
            self.problems.append("The Questionnaire is nested too deeply or too long.")
            return
        for part in dicts(value):
            where, kind = place(part), part.get("type")
            self._identity(part, where)
            if kind == "group":
                self._part(part, where)
                inner = self.layout.enter(wording(part), group)
                self._other(part)
                when = when_of(part, around, where, self.problems)
                self.walk(part.get("item"), depth=depth + 1, group=inner, around=when)
                if when.conditions and self.layout.waiting:
                    self.problems.append(f"{where} ends with a text that depends on other answers, which {SAID}.")
            elif kind == "display":
                self._display(part, where, group)
            elif kind in TYPED:
                self._typed(part, where, group, around)
            elif kind in CHOICES and _is_calculated(part):
                self._left_out(part, where, "it is calculated")
            elif kind == "boolean":
                self._item(part, where, group, around, {"kind": YES_NO}, [])
            elif kind in CHOICES:
                self._choice(part, where, group, around)
            else:
                self.problems.append(f"{where} is of the type “{str(kind)[:30]}”; only single choices can be scored.")

    def _identity(self, part: dict[str, Any], where: str) -> None:
        link = clean(part, "linkId")
        if link and link in self.links:
            self.problems.append(f"{where} has the linkId of an earlier part of the file.")
        self.links.add(link)
        self.name_variables(part)

    def name_variables(self, part: dict[str, Any]) -> None:
        """Note the variables of a part. A name with two meanings has none."""
        for found in dicts(part.get("extension")):
            if extension_name(found) == VARIABLE:
                name, expression = name_and_expression(found)
                self.variables[name] = expression if self.variables.get(name, expression) == expression else ""

    def _part(self, part: dict[str, Any], where: str, *, left_out: bool = False) -> None:
        """Refuse what cannot be kept of a question, a group or a text."""
        is_text, may_repeat = part.get("type") == "display", part.get("type") in ("choice", "coding")
        if not left_out and part.get("repeats") is True and not may_repeat:
            self.problems.append(f"{where} may be answered more than once.")
        if not left_out and part.get("enableWhen") and is_text:
            self.problems.append(f"{where} depends on other answers, which {SAID} of a text.")
        if part.get("readOnly") is True and not left_out and part.get("type") != "display":
            self.problems.append(f"{where} is read-only: nobody answers it.")
        for name in strange(part, "item", left_out=left_out):
            reason = reason_for(name)
            self.problems.append(f"{where} has “{name}”{f': {reason}' if reason else f', which {SAID}'}.")

    def _display(self, part: dict[str, Any], where: str, group: int | None) -> None:
        hidden = extension(part, HIDDEN)
        self._part(part, where, left_out=hidden is not None)
        if not (text := wording(part)):
            self.problems.append(f"{where} is a text without words.")
        if part.get("item"):
            self.problems.append(f"{where} has questions under it, which {SAID}.")
        if hidden is not None and hidden.get("valueBoolean") is not False:
            self.notes.append(f"{where} is left out: it is hidden.")
        else:
            self.layout.text(text, group)
        self._other(part)

    def _typed(self, part: dict[str, Any], where: str, group: int | None, around: When) -> None:
        """Keep a question whose answer is typed, or leave it out for a reason."""
        try:
            found = typed_item(part)
            if reason := not_kept(part, around, self.items, self.known, self.left_out):
                raise NotAsked(reason)
        except NotAsked as error:
            self._left_out(part, where, str(error))
            return
        self.measures += "measure" in found and "unit" not in found["measure"]
        self._item(part, where, group, around, found, [])

    def _left_out(self, part: dict[str, Any], where: str, reason: str) -> None:
        """Leave out what nobody answers here, with a note."""
        formulas = [found for name in CALCULATED if (found := extension(part, name)) is not None]
        self._part(part, where, left_out=True)
        self._help(part, where, left_out=True)
        self._other(part)
        self.left_out[clean(part, "linkId")] = reason
        if part.get("type") in NUMBERS and formulas:
            _, expression = name_and_expression(formulas[0])
            loinc = loinc_of(part)
            self.formulas.append(Formula(where, expression, text_of(part), clean(part, "linkId"), loinc))
        elif formulas:
            self.notes.append(
                f"{where} is left out: it is calculated by “{name_and_expression(formulas[0])[1][:1000]}”."
            )
        else:
            self.totals += part.get("type") in NUMBERS
            self.notes.append(f"{where} is left out: {reason}.")

    def _help(self, part: dict[str, Any], where: str, *, left_out: bool = False) -> str:
        """The help texts below a question; anything else there is refused."""
        texts = []
        for inner in dicts(part.get("item")):
            below = place(inner)
            self._identity(inner, below)
            if inner.get("type") != "display" or inner.get("item"):
                self.problems.append(f"{where} has questions under it, such as {below}, which {SAID}.")
            else:
                self._part(inner, below, left_out=left_out)
                self._other(inner)
                texts.append(text_of(inner))
        return " ".join(filter(None, texts))

    def _choice(self, part: dict[str, Any], where: str, group: int | None, around: When) -> None:
        answers = self.answers.of(part, where)
        has_points = any(answer.points is not None for answer in answers)
        options = [answer.option for answer in answers]
        if not has_points:
            options = [{**option, "points": number} for number, option in enumerate(options)]
        if len({option["points"] for option in options}) < len(options):
            options = [{**option, "code": answer.code["code"]} for option, answer in zip(options, answers, strict=True)]
        found: dict[str, Any] = {"options": options, **({} if has_points else {"scored": False})}
        if part.get("repeats") is True:
            found["kind"] = SEVERAL
            if has_points:
                self.problems.append(f"{where} may be answered more than once, and its answers have points.")
        elif has_points:
            whole = all(answer.is_its_points for answer in answers)
            self.kinds[clean(part, "linkId")] = "integer" if whole else "coding"
        self._item(part, where, group, around, found, answers)

    def _item(
        self,
        part: dict[str, Any],
        where: str,
        group: int | None,
        around: When,
        found: dict[str, Any],
        answers: list[Answer],
    ) -> None:
        """Keep a question: what is `found` of its answers, and all that questions have in common."""
        self._part(part, where)
        hint, loinc = self._help(part, where), loinc_of(part)
        if not text_of(part):
            self.problems.append(f"{where} has no text.")
        self.layout.item(len(self.items), group)
        about = {"prefix": clean(part, "prefix"), "text": text_of(part), "hint": hint, "loinc": loinc}
        self.items.append({name: value for name, value in about.items() if value or name == "prefix"} | found)
        self.whens.append((where, when_of(part, around, where, self.problems)))
        codes = [answer.code for answer in answers]
        self.known.append({"link_id": clean(part, "linkId"), "codes": codes_of(part), "options": codes})

    @property
    def numbers(self) -> int:
        """How many numbers there are of which a total may be one, or made."""
        return self.totals + self.measures if self.totals else 0

    @property
    def conditional(self) -> set[str]:
        """The linkIds of the questions that are not always asked."""
        whens = zip(self.known, self.whens, strict=True)
        return {names["link_id"] for names, (_, when) in whens if when.conditions}

    def _other(self, part: dict[str, Any]) -> None:
        """Keep what other programs call a part that is no item here."""
        found = {"link_id": clean(part, "linkId"), "type": clean(part, "type"), "text": text_of(part)}
        self.others.append({**found, "codes": codes_of(part)})


def data_of_questionnaire(resource: Any) -> dict[str, Any]:
    """Return the data of a definition without its range; raises NotUsable."""
    if not isinstance(resource, dict) or resource.get("resourceType") != "Questionnaire":
        raise NotUsable(["This is not a FHIR Questionnaire."])
    reading = Reading(resource)
    for where, name in modifiers(resource, "The Questionnaire"):
        reading.problems.append(f"{where} has a modifierExtension (“{name}”), which changes what it means.")
    for name in strange(resource, "questionnaire"):
        reading.problems.append(f"The Questionnaire has “{name}”, which {SAID}.")
    reading.name_variables(resource)
    reading.walk(resource.get("item"))
    if not reading.items and not reading.problems:
        reading.problems += ["The Questionnaire has no question that can be used.", *reading.notes]
    if reading.problems:
        raise _not_usable(reading)
    data = _data(resource, reading)
    if reading.problems:
        raise _not_usable(reading)
    return data


def _not_usable(reading: Reading) -> NotUsable:
    return NotUsable(list(dict.fromkeys(reading.problems))[:20])


def _data(resource: dict[str, Any], reading: Reading) -> dict[str, Any]:
    items = numbered(reading.items)
    codes, links = [item["code"] for item in items], [known["link_id"] for known in reading.known]
    kinds, numbers, conditional = reading.kinds, reading.numbers, reading.conditional
    scored = scoring(items, links, kinds, reading.formulas, reading.variables, numbers, conditional)
    asked = with_conditions(scored.items, reading.known, reading.whens, reading.left_out, reading.problems)
    title = clean(resource, "title") or clean(resource, "name") or "Questionnaire"
    loinc = {"panel": loinc_of(resource), "total": scored.parts.pop("total", "")}
    exchange = {
        "url": clean(resource, "url"),
        "version": clean(resource, "version"),
        "codes": codes_of(resource),
        "items": dict(zip(codes, reading.known, strict=True)),
        "others": reading.others,
        "notes": list(dict.fromkeys([*reading.notes, *scored.notes])),
    }
    return {
        "title": title,
        "name": title,
        "note": clean(resource, "description"),
        "source": clean(resource, "url") or clean(resource, "publisher") or "An imported FHIR Questionnaire",
        "licence": clean(resource, "copyright") or NO_LICENCE,
        "loinc": {name: code for name, code in loinc.items() if code},
        "items": asked,
        "sections": list(reading.layout.sections(codes)),
        "displays": list(reading.layout.texts(codes)),
        "subscales": scored.parts.pop("subscales", []),
        "scoring": scored.parts,
        "exchange": {name: value for name, value in exchange.items() if value},
    }


def _is_calculated(part: dict[str, Any]) -> bool:
    return any(extension(part, name) is not None for name in CALCULATED)


def name_and_expression(found: dict[str, Any]) -> tuple[str, str]:
    """The name and the FHIRPath expression of an extension; the expression is empty if it is in another language."""
    value = found.get("valueExpression")
    value = value if isinstance(value, dict) else {"expression": found.get("valueString")}
    is_path = value.get("language", "text/fhirpath") == "text/fhirpath"
    return clean(value, "name"), clean(value, "expression") if is_path else ""
