"""How records are written: as REST framework's own serializers write them, and at a fraction of their cost."""

import json
from collections import defaultdict
from copy import copy
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.utils.timezone import override
from rest_framework.fields import SkipField
from rest_framework.serializers import ListSerializer, Serializer

from clinic.api.objects.assessments import AssessmentSerializer, QuestionSerializer
from clinic.api.objects.instruments import InstrumentSerializer, SubscaleSerializer
from clinic.api.objects.patients import PatientSerializer
from clinic.api.objects.practitioners import EndpointSerializer, PractitionerSerializer
from clinic.api.objects.strict import StrictSerializer, all_rows
from clinic.assessments.alerts import actions as alert_actions
from clinic.assessments.models import Alert, Assessment
from clinic.instruments import catalogue
from clinic.patients.models import BirthPrecision, Gender, Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from clinic.text.phones import parse_phone
from tests.api.conftest import ANSWERS
from tests.cpu import least_cpu
from tests.world import Writer, make_assessment, make_patient

MOMENT = datetime(2026, 3, 1, 23, 59, 59, 120000, tzinfo=UTC)
MOMENTS = [MOMENT, MOMENT.replace(microsecond=0), MOMENT.replace(year=1900), MOMENT.replace(tzinfo=None)]
MOMENTS += [MOMENT.astimezone(timezone(timedelta(hours=5, minutes=30))), MOMENT.isoformat(), None]
ZONES = ["UTC", "Europe/Madrid", "Africa/Abidjan", "America/St_Johns"]


def stock(serializer_class, record):
    """As `rest_framework.serializers.Serializer` writes it; what is nested in it is compared by itself."""
    return Serializer.to_representation(serializer_class(), record)


def inside(serializer, record):
    """The record and every record in it, each with the class that writes it."""
    yield type(serializer), record
    for field in serializer._readable_fields:
        nested = field.child if isinstance(field, ListSerializer) else field
        if isinstance(nested, StrictSerializer):
            try:
                found = field.get_attribute(record)
            except SkipField:
                continue
            found = found.all() if hasattr(found, "all") else found
            for each in found if isinstance(field, ListSerializer) else [found]:
                if each is not None:
                    yield from inside(nested, each)


def by_class(pairs):
    found = defaultdict(list)
    for serializer_class, record in pairs:
        found[serializer_class, isinstance(record, dict)].append(record)
    return found


def all_serializers(above=StrictSerializer):
    return {each for below in above.__subclasses__() for each in {below} | all_serializers(below)}


@pytest.fixture
def patients(riverside):
    """Patients from the database, and others that hold what only code gives."""
    with clinic_scope(riverside.clinic):
        kept = [
            make_patient(
                full_name='Zoë "Z" O\u2019Neill </script>', address="1 Road\nTown", phone_number="+442079460958"
            ),
            make_patient(date_of_birth_precision=BirthPrecision.YEAR, archived_at=MOMENT, gender=Gender.UNKNOWN),
            make_patient(second_phone_number="+34610110690", date_of_birth=date(1, 1, 1), version=7),
        ]
    odd = []
    for moment in MOMENTS:
        odd.append(copy(kept[0]))
        odd[-1].created_at = odd[-1].archived_at = moment
    odd[0].gender, odd[1].gender, odd[2].gender, odd[3].gender = Gender.MALE, "", "green", None
    odd[0].date_of_birth, odd[1].date_of_birth, odd[2].version = "1961-03-12", None, "3"
    odd[0].phone_number, odd[1].phone_number = parse_phone("+442079460958"), None
    odd[0].full_name, odd[1].full_name, odd[2].id = None, 5, str(uuid4())
    return [*kept, *odd]


@pytest.fixture
def sittings(riverside, patient, sitting):
    """Free assessments and sittings, with what each can hold."""
    sitting(complete=True)
    sitting({"1": 3})
    risky = sitting({**ANSWERS, "9": 3}, complete=True)
    sitting({str(item): item % 5 for item in range(1, 21)}, instrument="pcl-5", complete=True)
    with clinic_scope(riverside.clinic):
        alert = Alert.objects.filter(assessment_id=risky["id"]).first()
        alert_actions.acknowledge_alert(by=Writer(), id=alert.pk, note="Called; safe.")
        for score in (None, "7.5", 0, "-1.25"):
            make_assessment(patient, score=score, questions=[] if score == 0 else [{"question": "?", "answer": ""}] * 2)


@pytest.mark.parametrize("client", ["session"], indirect=True)
@pytest.mark.parametrize("zone", ZONES)
def test_rows_are_what_rest_framework_writes(riverside, patients, sittings, zone):
    with clinic_scope(riverside.clinic), override(ZoneInfo(zone)):
        pairs = [(PatientSerializer, patient) for patient in patients]
        for sitting in Assessment.objects.order_by("id"):
            pairs += inside(AssessmentSerializer(), sitting)
        for definition in catalogue.offered():
            pairs += inside(InstrumentSerializer(), definition)
        pairs += [(PractitionerSerializer, each) for each in Practitioner.objects.all()]
        pairs += [(EndpointSerializer, {"name": "docs", "url": "http://a.test/", "description": ""})]
        pairs += [(SubscaleSerializer, {"code": "a", "met": None}), (QuestionSerializer, {"question": "?"})]
        found = by_class(pairs)
        assert {serializer_class for serializer_class, _ in found} == all_serializers()
        for (serializer_class, _), records in found.items():
            expected = [stock(serializer_class, record) for record in records]
            assert json.dumps(all_rows(serializer_class, records)) == json.dumps(expected)
            assert json.dumps([serializer_class(record).data for record in records]) == json.dumps(expected)
            assert json.dumps(serializer_class(records, many=True).data) == json.dumps(expected)


def test_no_rows_are_an_empty_list():
    assert all_rows(PatientSerializer, []) == []


def test_alerts_of_a_page_are_those_of_the_sitting(person, sittings):
    page = person.get("/api/v1/assessments/").json()["results"]
    alone = [person.get(f"/api/v1/assessments/{row['id']}/").json()["results"] for row in page]
    assert page == alone
    assert sorted(len(row["alerts"]) for row in page)[-1] == 1


def test_page_costs_a_fraction_of_what_rest_framework_takes():
    """A quarter, measured; half is allowed."""
    who = Practitioner(id=uuid4(), display_name="Clara Clinician")
    page = [
        Patient(id=uuid4(), user=who, full_name=f"Ana {number}", gender="female", date_of_birth=date(1961, 3, 12),
                created_at=MOMENT, updated_at=MOMENT)
        for number in range(100)
    ]  # fmt: skip
    serializer = PatientSerializer()
    theirs = least_cpu(lambda: [Serializer.to_representation(serializer, patient) for patient in page])
    ours = least_cpu(lambda: all_rows(PatientSerializer, page))
    assert ours < theirs / 2
