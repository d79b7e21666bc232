"""Writing patients: uniqueness, versions, numbers and the trail."""

import threading
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.audit.models import AuditEvent
from clinic.lists.reading.grades import Grade
from clinic.lists.reading.index_runs import IndexRun
from clinic.lists.reading.listing import Listing
from clinic.patients import actions
from clinic.patients.models import Patient, next_record_number
from clinic.patients.search.conditions import KEY
from clinic.patients.search.rules import search_for
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer, make_patient


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield


def fields(**changes):
    return {
        "user": Practitioner.objects.order_by("display_name").first(),
        "full_name": "Ana García",
        "gender": "female",
        "date_of_birth": date(1961, 3, 12),
        "record_number": "",
        **changes,
    }


def create(**changes) -> Patient:
    return actions.create_patient(by=Writer(), **fields(**changes))


def test_first_patient_gets_the_first_number_and_the_next_the_next(scope):
    numbers = [create(full_name=f"Ana Number{index}").record_number for index in range(3)]
    assert numbers == ["P-000001", "P-000002", "P-000003"]


def test_number_of_its_own_does_not_disturb_the_clinics(scope):
    create(full_name="Ana One", record_number="X-77")
    assert create(full_name="Ana Two").record_number == "P-000001"


def test_taken_number_is_refused(scope):
    create(record_number="X-77")
    with pytest.raises(actions.RecordNumberTaken):
        create(full_name="Someone Else", record_number="X-77")


def test_family_name_is_proposed_from_the_last_word(scope):
    assert (create().family_name, create(full_name="Suharto").family_name) == ("García", "")


def test_given_family_name_is_kept_even_if_empty(scope):
    assert create(family_name="").family_name == ""


@pytest.mark.parametrize("name", ["ANA GARCÍA", "ana   garcía", "Ana Garci\u0301a"])
def test_same_name_in_another_spelling_is_taken(scope, name):
    existing = create()
    with pytest.raises(actions.NameTaken) as taken:
        create(full_name=name)
    assert taken.value.existing == existing


def test_accent_makes_another_name(scope):
    create()
    assert create(full_name="Ana Garcia").pk is not None


def test_same_name_under_another_practitioner_is_free(scope):
    create()
    other = Practitioner.objects.order_by("-display_name").first()
    assert create(user=other).user_id == other.pk


def test_archived_patient_still_holds_the_name(scope):
    actions.archive_patient(by=Writer(), id=create().pk)
    with pytest.raises(actions.NameTaken):
        create()


def test_same_id_makes_one_record(scope):
    key = uuid4()
    assert create(id=key) == create(id=key)
    assert Patient.objects.count() == 1


def test_creation_is_in_the_trail(scope):
    patient = create()
    event = AuditEvent.objects.get(record_id=patient.pk)
    assert (event.action, event.actor_id, event.changes["full_name"]) == (
        "patient.created",
        "test",
        [None, "Ana García"],
    )


def test_refused_creation_is_not_in_the_trail(scope):
    create()
    with pytest.raises(actions.NameTaken):
        create()
    assert AuditEvent.objects.filter(record_type="patient").count() == 1


def test_change_keeps_old_and_new_in_the_trail(scope):
    patient = create()
    actions.update_patient(by=Writer(), id=patient.pk, version=1, gender="other")
    event = AuditEvent.objects.get(record_id=patient.pk, action="patient.changed")
    assert event.changes == {"gender": ["female", "other"]}


def test_change_without_a_difference_writes_nothing(scope):
    patient = create()
    updated = actions.update_patient(by=Writer(), id=patient.pk, version=1, gender="female")
    assert (updated.version, AuditEvent.objects.filter(action="patient.changed").count()) == (1, 0)


def test_stale_version_is_refused(scope):
    patient = create()
    actions.update_patient(by=Writer(), id=patient.pk, version=1, gender="other")
    with pytest.raises(actions.Changed):
        actions.update_patient(by=Writer(), id=patient.pk, version=1, gender="male")


def test_archive_and_restore_are_in_the_trail_once(scope):
    patient = create()
    for action in (actions.archive_patient, actions.archive_patient, actions.restore_patient):
        action(by=Writer(), id=patient.pk)
    found = AuditEvent.objects.filter(record_id=patient.pk).order_by("id").values_list("action", flat=True)
    assert list(found) == ["patient.created", "patient.archived", "patient.restored"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("garcia", True),
        ("GARCÍA ana", True),
        ("an gar", True),
        ("12/3/1961", True),
        ("12 March 1961", True),
        ("1961", True),
        ("p-0000", True),
        ("07700 900123", True),
        ("+44 7700 900123", True),
        ("900123", True),
        ("", True),
        ("garcia bob", False),
        ("13/3/1961", False),
        ("1962", False),
        ("%", False),
        ("_", False),
        ("---", False),
    ],
)
def test_search_finds_what_it_should(scope, text, found):
    create(phone_number="+447700900123")
    search = search_for(text)
    grades = search.grades if search else [Grade((IndexRun((KEY,)),))]
    assert bool(Listing(Patient.objects.all(), grades).first(1).records) is found


def test_ten_at_once_get_ten_numbers_and_one_name(lakeside):
    """Real threads and transactions: the clinic's numbers have no gap and no double, a name is given once."""
    outcomes: list[str] = []

    def register(index: int) -> None:
        try:
            with clinic_scope(lakeside.clinic):
                name = "The Same" if index % 2 else f"Someone Different{index}"
                outcomes.append(create(full_name=name).record_number)
        except actions.NameTaken:
            outcomes.append("taken")
        finally:
            connection.close()

    threads = [threading.Thread(target=register, args=(index,)) for index in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = sorted(outcome for outcome in outcomes if outcome != "taken")
    assert (numbers, outcomes.count("taken")) == ([f"P-{n:06d}" for n in range(1, 7)], 4)


@pytest.mark.parametrize("happened", ["created", "archived", "restored", "changed before"])
def test_only_the_last_change_can_be_taken_back(scope, happened):
    patient = create()
    create(full_name="Somebody Else")  # another, which is not what is taken back
    if happened in ("archived", "restored"):
        patient = actions.archive_patient(by=Writer(), id=patient.pk)
    if happened == "restored":
        patient = actions.restore_patient(by=Writer(), id=patient.pk)
    if happened == "changed before":
        patient = actions.update_patient(by=Writer(), id=patient.pk, version=None, address="One Street")
        actions.update_patient(by=Writer(), id=patient.pk, version=None, address="Two Street")
    before = Patient.objects.get(pk=patient.pk)
    with pytest.raises(actions.Changed):
        actions.undo_patient_change(by=Writer(), id=patient.pk, version=patient.version)
    after = Patient.objects.get(pk=patient.pk)
    assert (after.address, after.version, after.archived_at) == (before.address, before.version, before.archived_at)


@pytest.mark.parametrize(
    ("numbers", "following"),
    [
        (["P-000009"], ["P-000010", "P-000011"]),
        (["P-123456"], ["P-123457", "P-123458"]),
        (["P-999999"], ["P-1000000", "P-1000001"]),
        (["P-9999999", "P-8000000"], ["P-10000000", "P-10000001"]),
        (["P-000500", "P-0000007"], ["P-000501", "P-000502"]),
        (["P-000500", "P-0000700"], ["P-000701", "P-000702"]),
        (["P-12", "P-x", "X-P-999999", "A-7000000"], ["P-000013", "P-000014"]),
        (["P-000001", "p-999999"], ["P-1000000", "P-1000001"]),
        (["P 000 700", "P-000003"], ["P-000701", "P-000702"]),
        (["P-" + "9" * 38], ["P-000001", "P-000002"]),
        (["P-" + "8" * 37], ["P-" + "8" * 36 + "9", "P-" + "8" * 35 + "90"]),
    ],
)
def test_next_number_is_the_highest_by_number(scope, numbers, following):
    for at, number in enumerate(numbers):
        make_patient(full_name=f"Ana {at}", record_number=number)
    assert [create(full_name=f"Bo {at}").record_number for at in range(2)] == following


def test_number_that_no_longer_fits_is_refused(scope):
    for at, number in enumerate(["P-" + "9" * 37, "P-1" + "0" * 37]):
        make_patient(full_name=f"Ana {at}", record_number=number)
    with pytest.raises(actions.RecordNumberTaken):
        create(full_name="Bo Next")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(counts=st.lists(st.integers(1, 10**12), min_size=1, max_size=4, unique=True))
def test_next_number_follows_the_highest_of_any_numbers(scope, counts):
    with transaction.atomic():
        for count in counts:
            make_patient(full_name=f"Ana {count}", record_number=f"P-{count:06d}")
        assert next_record_number() == f"P-{max(counts) + 1:06d}"
        transaction.set_rollback(True)
