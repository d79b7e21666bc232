"""Questionnaires as other programs write them, to be imported: parts by their kind."""

import json

from clinic.instruments.files.importing import Refused, import_file
from clinic.instruments.parsing import definition_of
from tests.instruments.broken_files import option, question

ABOUT = {"type": "mental_health", "answered_by": "patient", "licence_class": "free"}
CALCULATED = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression"
VARIABLE = "http://hl7.org/fhir/StructureDefinition/variable"
LOINC = "http://loinc.org"
BAND = [option(text, points) for points, text in enumerate(("Never", "Rarely", "Often", "Always"))]


def asked(link, text=None, **more):
    """A question of 0 to 3 points."""
    return question(text or f"Question {link}?", linkId=link, answerOption=BAND, **more)


def display(link, text, **more):
    return {"linkId": link, "type": "display", "text": text, **more}


def group(link, text, *items, **more):
    return {"linkId": link, "type": "group", "text": text, "item": items, **more}


def expression(text, name=None):
    return {"language": "text/fhirpath", "expression": text} | ({"name": name} if name else {})


def total(formula=None, link="total", **more):
    """A number that nobody types, perhaps with its formula."""
    item = {"linkId": link, "type": "decimal", "text": "Total", **more}
    extension = [{"url": CALCULATED, "valueExpression": expression(formula)}]
    return item | ({"extension": extension} if formula else {})


def variable(name, link):
    path = f"%resource.item.where(linkId='{link}').answer.value.ordinal()"
    return {"url": VARIABLE, "valueExpression": expression(path, name)}


def resource(*items, **more):
    return {"resourceType": "Questionnaire", "title": "Mood", "item": items, **more}


def read(*items, **more):
    """The definition that a Questionnaire gives."""
    return definition_of({**imported(*items, **more), "id": "own-x", "version": "1"})


def refusals(*items, **more):
    """What a Questionnaire is refused for; empty if it gives an instrument."""
    try:
        read(*items, **more)
    except Refused as error:
        return error.messages
    return []


def imported(*items, **more):
    """The data of the instrument that a Questionnaire gives."""
    return import_file("a.json", json.dumps(resource(*items, **more)).encode(), **ABOUT).data
