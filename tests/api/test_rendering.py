"""Objects as JSON are what REST framework makes of their fields, by fields that all requests share."""

import inspect
import re

import pytest
from rest_framework import serializers

from clinic.api.objects import assessments, patients
from clinic.api.objects.strict import OWN, StrictSerializer
from clinic.assessments.models import Assessment
from clinic.patients.models import Patient, with_latest_results
from clinic.staff.models import Tag
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import ANSWERS, SITTINGS, send
from tests.world import make_patient

ASKS = re.compile(r"self\.(context|parent|root|_tags)")


def classes(kind=StrictSerializer):
    yield kind
    for each in kind.__subclasses__():
        yield from classes(each)


def plain(serializer, record):
    """What REST framework makes of a record, with null for what whoever asks may not see."""
    found = serializers.Serializer.to_representation(serializer, record)
    return found | dict.fromkeys(serializer.hidden_fields)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"phone_number": "+442079460958", "phone_extension": "12", "preferred_name": "Anita", "sex": "other"},
        {
            "identifiers": "NHS number: 9434765919\nHospital: 7",
            "date_of_birth": None,
            "date_of_birth_precision": "unknown",
            "email": "ana@example.org",
        },
    ],
)
def test_patients_are_rendered_as_by_rest_framework(riverside, fields):
    with clinic_scope(riverside.clinic):
        tag = Tag.objects.create(word="Interpreter")
        patient = make_patient(tags=[tag.pk], **fields)
        record = with_latest_results(Patient.objects.select_related("user")).get(pk=patient.pk)
        serializer = patients.PatientSerializer(record)
        assert list(serializer.data.items()) == list(plain(serializer, record).items())
        assert serializer.data["tags"] == ["Interpreter"]


@pytest.mark.parametrize("complete", [True, False])
def test_assessments_are_rendered_as_by_rest_framework(riverside, person, body, assessment, complete):
    made = send(person, "post", SITTINGS, body({**ANSWERS, "9": 3}, complete=complete)).json()["results"]
    with clinic_scope(riverside.clinic):
        for record in Assessment.objects.filter(pk__in=[made["id"], assessment.pk]):
            serializer = assessments.AssessmentSerializer(record)
            assert list(serializer.data.items()) == list(plain(serializer, record).items())


def shared(field):
    """A field, and what stands inside it."""
    yield field
    if (child := getattr(field, "child", None)) is not None:
        yield from shared(child)


def test_shared_fields_ask_nobody_who_reads(db):
    """A field that all requests share has no context, no parent of its own and no request."""
    fields = [
        each
        for kind in classes()
        if hasattr(kind, "typename")
        for field in kind().fields.values()
        if not isinstance(field, OWN)
        for each in shared(field)
        if not isinstance(each, serializers.Serializer)
    ]
    ways = {getattr(type(each), way) for each in fields for way in ("get_attribute", "to_representation")}
    ways.discard(serializers.Field.get_attribute)  # which names its parent where it finds nothing
    asks = [way.__qualname__ for way in ways if ASKS.search(inspect.getsource(way))]
    assert (len(fields) > 100, asks) == (True, [])
