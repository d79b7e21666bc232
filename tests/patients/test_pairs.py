"""Pairs who may be one person: scored when a patient is saved, refused by people, found again for all at once."""

from datetime import date

import pytest
from django.core.management import call_command

from clinic.audit.models import AuditEvent
from clinic.patients import actions
from clinic.patients.matching.pairs import refuse_pair
from clinic.patients.matching.rescan import fill_missing_keys, rescan
from clinic.patients.models import BirthPrecision, DuplicatePair, Patient, keys_of
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer, make_patient

WRITER = Writer()
KOFI = {
    "full_name": "Kofi Adeyemi", "family_name": "Adeyemi", "gender": "male", "date_of_birth": date(1960, 5, 27),
    "phone_number": "+442079460463",
}  # fmt: skip


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield riverside


def register(world, **fields):
    values = {**KOFI, "record_number": "", "user": Practitioner.objects.get(pk=world.clinician.pk), **fields}
    return actions.create_patient(by=WRITER, **values)


def test_second_registration_is_a_pair_with_score_and_reasons(scope):
    first, second = register(scope), register(scope, full_name="Kofi Adeyemii", family_name="Adeyemii")
    pair = DuplicatePair.objects.get()
    assert ({pair.first_id, pair.second_id}, pair.grade, pair.score > 0.99) == ({first.pk, second.pk}, "certain", True)
    assert "family name one letter apart" in pair.reasons


def test_pair_goes_when_what_identifies_is_another(scope):
    first, second = register(scope), register(scope, full_name="Kofi Adeyemii", family_name="Adeyemii")
    change = {"full_name": "Ana Bell", "family_name": "Bell", "phone_number": "", "date_of_birth": date(1999, 1, 2)}
    actions.update_patient(by=WRITER, id=second.pk, version=None, **change)
    assert (DuplicatePair.objects.count(), first.match_keys) == (0, keys_of(first))


def test_pair_is_scored_again_when_an_email_or_the_sex_for_clinical_use_is_another(scope):
    said = {"date_of_birth": None, "date_of_birth_precision": BirthPrecision.NOT_KNOWN, "phone_number": ""}
    kofi = {"email": "kofi@mail.test", "sex": "male"}
    named = {"full_name": "Kofi Adeyemii", "family_name": "Adeyemii"}
    _, second = register(scope, **said, **kofi), register(scope, **named, **said)
    found = [DuplicatePair.objects.count()]
    for change in (kofi, {"sex": "female"}, {"email": ""}):
        second = actions.update_patient(by=WRITER, id=second.pk, version=None, **change)
        pair = DuplicatePair.objects.first()
        found.append(pair and sorted(set(pair.reasons) & {"e-mail agrees", "another sex for clinical use"}))
    assert found == [0, ["e-mail agrees"], ["another sex for clinical use", "e-mail agrees"], None]


def refused(world) -> tuple[Patient, Patient]:
    first, second = register(world), register(world, full_name="Kofi Adeyemii", family_name="Adeyemii")
    refuse_pair(by=WRITER, first=second.pk, second=first.pk, note="Father and son")
    return first, second


def test_refused_pair_is_kept_with_who_and_why_in_both_trails(scope):
    first, second = refused(scope)
    pair = DuplicatePair.objects.get()
    assert (pair.refused_by_name, pair.note) == (WRITER.name, "Father and son")
    events = AuditEvent.objects.filter(action="duplicatepair.refused")
    assert {event.patient_id for event in events} == {first.pk, second.pk}


def test_refused_pair_stays_refused_while_the_score_is_no_higher(scope):
    _, second = refused(scope)
    actions.update_patient(by=WRITER, id=second.pk, version=None, full_name="Kofi Adeyemiii")
    assert DuplicatePair.objects.open().count() == 0


def test_refused_pair_is_open_again_when_the_score_rises(scope):
    first, second = register(scope), register(scope, full_name="Kofi Adeyemii", date_of_birth=date(1960, 5, 28))
    refuse_pair(by=WRITER, first=first.pk, second=second.pk)
    actions.update_patient(by=WRITER, id=second.pk, version=None, date_of_birth=date(1960, 5, 27))
    assert DuplicatePair.objects.open().count() == 1


def test_rescan_finds_what_was_written_past_the_actions(scope):
    make_patient(**KOFI)
    make_patient(**{**KOFI, "full_name": "Kofi Adeyemii"}, record_number="P-9")
    done = rescan()
    assert (done.keyed, done.pairs, rescan().pairs) == (0, 1, 1)


def test_rescan_leaves_what_was_refused(scope):
    refused(scope)
    assert (rescan().pairs, DuplicatePair.objects.count()) == (0, 1)


def test_keys_that_are_missing_are_filled_and_scored(scope):
    first, second = make_patient(**KOFI), make_patient(**{**KOFI, "full_name": "Kofi Adeyemii"}, record_number="P-9")
    Patient.objects.update(phone_number="+442079460999")
    assert Patient.objects.filter(match_keys=None).count() == Patient.objects.count()
    fill_missing_keys()
    again = Patient.objects.get(pk=first.pk)
    assert (again.match_keys, again.version) == (keys_of(again), first.version)
    assert {pair.other_of(first) for pair in DuplicatePair.objects.of(first)} == {second.pk}


def test_command_says_what_it_found(lakeside, capsys):
    call_command("match_patients", lakeside.clinic.name)
    assert capsys.readouterr().out.endswith("to look at.\n")
