"""What the reader understands of a FHIR R4 Questionnaire, and what changes neither meaning nor score.

Whatever is not named here is refused by its name and place.
"""

from collections.abc import Iterator
from typing import Any

HL7 = "http://hl7.org/fhir/"
POINTS = ("ordinalValue", "itemWeight", "questionnaire-ordinalValue")
CALCULATED = ("calculatedExpression", "sdc-questionnaire-calculatedExpression", "questionnaire-calculatedExpression")
HIDDEN, VARIABLE, CONTROL = "questionnaire-hidden", "variable", "questionnaire-itemControl"

OCCURS = ("questionnaire-minOccurs", "questionnaire-maxOccurs")

# Parts of each kind of element, and the type of those that are read. The others are about the file, not the questions.
ABOUT = dict.fromkeys(
    ("id", "meta", "language", "identifier", "status", "experimental", "subjectType", "date", "contact", "useContext",
     "jurisdiction", "purpose", "approvalDate", "lastReviewDate", "effectivePeriod", "derivedFrom", "immutable"),
    object,
)  # fmt: skip
PARTS: dict[str, dict[str, type]] = {
    "questionnaire": {
        **ABOUT, "resourceType": str, "text": object, "title": str, "name": str, "description": str, "url": str,
        "version": str, "publisher": str, "copyright": str, "code": list, "contained": list, "item": list,
    },
    "item": {
        "id": object, "definition": object, "maxLength": object, "required": bool, "enableBehavior": object,
        "linkId": str, "code": list, "prefix": str, "text": str, "type": str, "enableWhen": list, "repeats": bool,
        "readOnly": bool, "answerValueSet": str, "answerOption": list, "item": list,
    },
    "condition": {
        "id": object, "question": str, "operator": str, "answerBoolean": bool, "answerInteger": int,
        "answerDecimal": object, "answerCoding": dict, "answerString": str,
    },
    "option": {
        "id": object, "valueCoding": dict, "valueInteger": int, "valueString": str, "initialSelected": bool,
    },
    "coding": {"id": object, "version": object, "userSelected": object, "system": str, "code": str, "display": str},
    "value set": {
        **ABOUT, "resourceType": str, "text": object, "title": object, "name": object, "description": object,
        "publisher": object, "copyright": object, "url": str, "version": str, "compose": dict, "expansion": dict,
    },
    "expansion": {
        "id": object, "identifier": object, "timestamp": object, "parameter": object, "total": int, "offset": int,
        "contains": list,
    },
    "contains": {
        "id": object, "version": object, "designation": object, "system": str, "code": str, "display": str,
        "abstract": bool, "inactive": bool, "contains": list,
    },
    "compose": {"id": object, "lockedDate": object, "inactive": object, "include": list, "exclude": list},
    "include": {"id": object, "version": object, "system": str, "concept": list, "filter": list, "valueSet": list},
    "concept": {"id": object, "designation": object, "system": str, "code": str, "display": str},
}  # fmt: skip
# Extensions that say how something looks, who made it or where its data go.
RENDERING = frozenset({
    "rendering-style", "rendering-xhtml", "rendering-markdown", "translation", "itemControl", "data-absent-reason",
})  # fmt: skip
HARMLESS = RENDERING | {
    "questionnaire-choiceOrientation", "questionnaire-displayCategory", "questionnaire-supportLink",
    "questionnaire-optionPrefix", "questionnaire-unit", "questionnaire-unitOption", "questionnaire-referenceResource",
    "minValue", "maxValue", "maxDecimalPlaces", "minLength", "regex", "entryFormat", "maxSize", "mimeType",
    "preferredTerminologyServer", "sdc-questionnaire-preferredTerminologyServer", "sdc-questionnaire-shortText",
    "sdc-questionnaire-width", "sdc-questionnaire-optionalDisplay", "sdc-questionnaire-performerType",
    "sdc-questionnaire-launchContext", "sdc-questionnaire-sourceQueries", "sdc-questionnaire-targetStructureMap",
    "sdc-questionnaire-itemExtractionContext", "sdc-questionnaire-observationExtract",
    "sdc-questionnaire-observation-extract-category", "sdc-questionnaire-observationLinkPeriod",
    "sdc-questionnaire-endpoint", "cqf-library", "cqf-knowledgeCapability", "cqf-knowledgeRepresentationLevel",
    "designNote", "structuredefinition-fmm", "structuredefinition-wg", "structuredefinition-standards-status",
    "structuredefinition-normative-version", "artifact-author", "artifact-editor", "artifact-reviewer",
    "artifact-endorser", "resource-approvalDate", "resource-lastReviewDate", "resource-effectivePeriod",
    "terminology-server", "artifact-versionAlgorithm", "valueset-conceptOrder", "valueset-reference",
}  # fmt: skip
# Extensions that are read, by the kind of element.
READ: dict[str, frozenset[str]] = {
    "questionnaire": frozenset({VARIABLE}),
    "item": frozenset({VARIABLE, CONTROL, *CALCULATED}),
    **dict.fromkeys(("option", "coding", "contains", "concept"), frozenset(POINTS)),
}
# What only concerns an answer that nobody gives here.
OF_LEFT_OUT = frozenset({
    HIDDEN, "initial", "sdc-questionnaire-initialExpression", "sdc-questionnaire-answerExpression",
    "sdc-questionnaire-unitOpen", "sdc-questionnaire-unitSupplementalSystem",
    "sdc-questionnaire-enableWhenExpression", "cqf-expression",
})  # fmt: skip
CONTROLS = frozenset({
    "radio-button", "drop-down", "autocomplete", "lookup", "list", "table", "grid", "header", "footer", "page",
    "tab-container", "help", "inline", "prompt", "flyover", "legal", "text-box", "spinner", "slider", "unit",
    "check-box", "gtable", "htable", "atable",
})  # fmt: skip


def dicts(value: Any) -> Iterator[dict[str, Any]]:
    yield from (part for part in value if isinstance(part, dict)) if isinstance(value, list) else ()


def extension_name(extension: dict[str, Any]) -> str:
    """The last part of an extension's address if HL7 defined it, else the whole address."""
    url = str(extension.get("url", ""))
    return url.rpartition("/")[2] if url.startswith(HL7) else url


def extension(part: dict[str, Any], name: str) -> dict[str, Any] | None:
    return next((found for found in dicts(part.get("extension")) if extension_name(found) == name), None)


def strange(part: dict[str, Any], kind: str, *, left_out: bool = False) -> Iterator[str]:
    """The names of what is neither understood nor harmless in an element, and of what is not of its type."""
    known = READ.get(kind, frozenset()) | HARMLESS | (OF_LEFT_OUT if left_out else frozenset())
    for name, value in part.items():
        if name == "modifierExtension" or (name, value) == ("answerConstraint", "optionsOnly"):
            continue  # `modifiers` refuses the one wherever it is; the other says what holds in R4
        if name == "extension":
            yield from _strange_extensions(value, known)
        elif name.startswith("_"):
            yield from _strange_primitive(name, value)
        elif name not in PARTS[kind]:
            if not (left_out and name in OF_LEFT_OUT):
                yield name
        elif not _is_of(value, PARTS[kind][name]):
            yield name


def _is_of(value: Any, expected: type) -> bool:
    if expected is list:
        return isinstance(value, list) and all(isinstance(part, dict) for part in value)
    return isinstance(value, expected) and not (expected is int and isinstance(value, bool))


def _strange_extensions(value: Any, known: frozenset[str]) -> Iterator[str]:
    if not _is_of(value, list):
        yield "extension"
    for found in dicts(value):
        name = extension_name(found)
        if name not in known and not _is_usual(name, found):
            yield name or "extension"
        elif name == CONTROL:
            yield from _strange_controls(found.get("valueCodeableConcept"))


def _is_usual(name: str, found: dict[str, Any]) -> bool:
    """Whether an extension says what holds without it: not hidden, answered once or not at all."""
    if name == HIDDEN:
        return found.get("valueBoolean") is False
    return name in OCCURS and type(found.get("valueInteger")) is int and 0 <= found["valueInteger"] <= 1


def _strange_controls(concept: Any) -> Iterator[str]:
    codings = concept.get("coding") if isinstance(concept, dict) else None
    for coding in dicts(codings):
        if coding.get("code") not in CONTROLS:
            yield f"{CONTROL} {coding.get('code')}"


def _strange_primitive(name: str, value: Any) -> Iterator[str]:
    """Names in what FHIR keeps beside a value, such as `_text`: translations and formatting are harmless."""
    for part in dicts(value if isinstance(value, list) else [value]):
        for inner in part:
            if inner == "extension":
                yield from _strange_extensions(part[inner], HARMLESS)
            elif inner not in ("id", "modifierExtension"):
                yield f"{name}.{inner}"


def modifiers(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """Every modifierExtension in a file: the place, and its name."""
    if isinstance(value, dict):
        where = place(value) if isinstance(value.get("linkId"), str) else where
        for name, inner in value.items():
            if name == "modifierExtension":
                yield where, ", ".join(extension_name(found) for found in dicts(inner)) or name
            yield from modifiers(inner, where)
    elif isinstance(value, list):
        for inner in value:
            yield from modifiers(inner, where)


def place(item: dict[str, Any]) -> str:
    """An item as refusals name it: its text, and its linkId if that is another."""
    text, link = (" ".join(str(item.get(name) or "").split()) for name in ("text", "linkId"))
    if not text:
        return f"“{link}”" if link else "A question"
    return f"“{text[:60]}”" + (f" ({link})" if link and link != text else "")
