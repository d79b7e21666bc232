"""Paging: whichever way somebody goes through a list, each row comes once, in order."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.assessments.models import Assessment
from clinic.assessments.tables import AssessmentTable
from clinic.lists.reading.grades import Grade
from clinic.lists.reading.index_runs import BadList
from clinic.lists.reading.listing import Listing
from clinic.lists.reading.ordering import runs_by
from clinic.patients.models import Patient
from clinic.patients.tables import PatientTable
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.filled import everything, searched, sorted_list
from tests.sizes import times
from tests.world import make_assessment, make_patient

SEVERITIES = st.none() | st.sampled_from([0, 3, 4])
DAYS = st.none() | st.sampled_from([date(2026, 1, 1), date(2026, 2, 1)])
ROWS = st.lists(st.tuples(SEVERITIES, DAYS, st.sampled_from(["male", "female"]), st.sampled_from("ab")), max_size=14)
# Each sort with the values that it goes by; what is missing comes last both ways.
KEYS: dict[str, Any] = {
    "name": lambda p: (p.filed_as, p.given_as),
    "preferred_name": lambda p: (p.preferred_name or None,),
    "record_number": lambda p: (p.record_number,),
    "date_of_birth": lambda p: (p.date_of_birth,),
    "gender": lambda p: (p.gender,),
    "phone_number": lambda p: (str(p.phone_number),),
    "last_score": lambda p: (p.worst_severity,),
    "assessed": lambda p: (p.last_assessed_on,),
    "next_due": lambda p: (p.next_due_on,),
    "practitioner": lambda p: (p.user and p.user.display_name, p.user_id, p.filed_as, p.given_as),
    "created_at": lambda p: (p.created_at,),
}


def expected(records: list[Any], key: Any, descending: bool) -> list[Any]:
    there = [record for record in records if None not in key(record)]
    missing = [record for record in records if None in key(record)]
    there.sort(key=lambda record: (*key(record), record.pk), reverse=descending)
    missing.sort(key=lambda record: (*filter(None, key(record)), record.pk), reverse=descending)
    return [record.pk for record in there + missing]


def keys(records: list[Any]) -> list[Any]:
    return [record.pk for record in records]


def driven(listing, size: int) -> dict[str, list[Any]]:
    """The list's keys, gone through in every way."""
    forward = found = listing.first(size)
    ahead = keys(found.records)
    while found.more:
        found = listing.after(found.records[-1].pk, size)
        ahead += keys(found.records)
    found = listing.last(size)
    back = keys(found.records)
    while found.less:
        found = listing.before(found.records[0].pk, size)
        back = keys(found.records) + back
    jumped = [key for offset in range(0, forward.total + 1, size) for key in keys(listing.at(offset, size).records)]
    return {"forward": ahead, "backward": back, "jumps": jumped, "batches": keys(everything(listing))}


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield


@settings(max_examples=times(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, size=st.integers(1, 5))
def test_every_way_through_a_list_gives_each_row_once_in_order(scope, rows, size):
    with transaction.atomic():
        users = [*Practitioner.objects.order_by("display_name"), None]
        for number, (severity, day, gender, name) in enumerate(rows):
            make_patient(
                full_name=f"{name} Bell{number}", family_name="Bell", gender=gender, user=users[number % len(users)],
                worst_severity=severity, last_assessed_on=day, next_due_on=day,
                date_of_birth=date(1970, 1, 1 + number % 3),
                phone_number="+447700900123" if number % 2 else "", preferred_name=("", "Zu", "Annie")[number % 3],
            )  # fmt: skip
        records = list(Patient.objects.select_related("user"))
        for sort, key in KEYS.items():
            for sign in ("", "-"):
                listing = sorted_list(PatientTable, f"{sign}{sort}", Patient.objects.select_related("user"))
                right = expected(records, key, sign == "-")
                assert driven(listing, size) == dict.fromkeys(("forward", "backward", "jumps", "batches"), right), (
                    sign + sort
                )
        transaction.set_rollback(True)


@pytest.mark.parametrize("sort", AssessmentTable.base_columns)
@pytest.mark.parametrize("sign", ["", "-"])
def test_every_way_through_assessments_gives_each_row_once(scope, sort, sign):
    for number in range(4):
        patient = make_patient(
            full_name=f"Ana Bell{number % 2}", family_name="Bell", user=Practitioner.objects.all()[number // 2]
        )
        for sitting in range(number):
            make_assessment(patient, name=f"DrivingTable {number} {sitting}", score=None if sitting else 3,
                            date=date(2026, 1, 1) + timedelta(days=sitting))  # fmt: skip
    ways = driven(sorted_list(AssessmentTable, sign + sort, Assessment.objects.select_related("patient", "user")), 2)
    assert ways["forward"] == ways["backward"] == ways["jumps"] == ways["batches"]
    assert sorted(ways["forward"]) == sorted(Assessment.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("text", ["mar", "son", "marsj", "bell m", "1961", "7700", "xyz", "a b"])
def test_every_way_through_a_search_gives_each_row_once(scope, text):
    for number, name in enumerate(
        [
            "Mar Abel",
            "Ana Marsh",
            "Zed Mar",
            "Bo Mar Abel",
            "Eva Johnson",
            "Iva Marson",
            "Al Bell Mar Bo Mar",
            "Marta Bell",
        ]
        * 2
    ):
        make_patient(
            full_name=f"{name} {'ab'[number // 8]}x", family_name=f"{name.split()[-1]} {'ab'[number // 8]}x",
            date_of_birth=date(1961, 1, 1 + number), phone_number=f"+44770090{number:04d}",
            preferred_name=("", "Marsh", "Sonja Bell", "")[number % 4],
        )  # fmt: skip
    for size in (1, 3, 4, 40):
        ways = driven(searched(text), size)
        assert ways["forward"] == ways["backward"] == ways["jumps"] == ways["batches"]
        assert len(set(ways["forward"])) == len(ways["forward"]) == searched(text).count()


def test_page_behind_a_row_that_moved_goes_on_from_where_it_is_now(scope):
    made = [make_patient(full_name=f"Ana {name}", family_name=name) for name in ("Abel", "Bell", "Cole", "Dunn")]
    listing = sorted_list(PatientTable, "name", Patient.objects.all())
    Patient.objects.filter(pk=made[1].pk).update(full_name="Ana Coleman", family_name="Coleman")
    assert keys(listing.after(made[1].pk, 2).records) == [made[3].pk]


def test_page_behind_a_row_that_left_the_list_goes_on_from_where_it_was(scope):
    made = [make_patient(full_name=f"Ana {name}", family_name=name) for name in ("Abel", "Bell", "Cole")]
    listing = sorted_list(PatientTable, "name", Patient.objects.active())
    Patient.objects.filter(pk=made[1].pk).update(archived_at="2026-01-01T00:00:00Z")
    assert keys(listing.after(made[1].pk, 2).records) == [made[2].pk]


def test_page_behind_a_row_that_there_is_not_is_refused(scope):
    patient = make_patient()
    with pytest.raises(BadList) as refused:
        sorted_list(PatientTable, "name", Patient.objects.all()).after("00000000-0000-4000-8000-000000000000", 2)
    assert refused.value.status == 404
    with pytest.raises(BadList):
        searched("nobody here").after(patient.pk, 2)


def test_rows_written_between_batches_make_no_other_repeat_or_drop_out(scope):
    made = [make_patient(full_name=f"Ana {letter}", family_name=letter) for letter in "bdfhjlnp"]
    seen = []
    for batch in sorted_list(PatientTable, "name", Patient.objects.all()).batches(3):
        seen += keys(batch)
        Patient.objects.filter(pk=batch[-1].pk).update(full_name=f"Ana a{len(seen)}", family_name=f"a{len(seen)}")
        make_patient(full_name=f"Ana aa{len(seen)}", family_name=f"aa{len(seen)}")
    assert seen == keys(made)


def test_order_of_the_rows_themselves_does_not_matter_to_a_list(scope):
    """Nor that its filters need another table."""
    made = [make_patient(full_name=f"Ana {name}", family_name=name) for name in ("Cole", "Abel", "Bell")]
    rows = Patient.objects.filter(user__display_name=made[0].user.display_name)
    for ordered in (rows.order_by("-record_number"), Patient.objects.order_by("-record_number")):
        ways = driven(sorted_list(PatientTable, "name", ordered), 2)
        right = [made[at].pk for at in (1, 2, 0)]
        assert ways == dict.fromkeys(("forward", "backward", "jumps", "batches"), right)


@pytest.mark.parametrize("over", [("user__display_name", "user"), ("user__display_name",), ("user__is_active",)])
@pytest.mark.parametrize("sign", ["", "-"])
def test_order_over_another_table_is_kept_whether_or_not_its_key_follows(scope, over, sign):
    users = list(Practitioner.objects.order_by("display_name"))
    for number in range(6):
        make_patient(full_name=f"Ana {'ba'[number % 2]}{number}", family_name="", user=users[number % len(users)])
    terms = [sign + term for term in (*over, "filed_as", "pk")]
    listing = Listing(Patient.objects.all(), [Grade(runs_by(Patient.objects.all(), terms))])
    right = Patient.objects.order_by(*(f"{term}_id" if term.endswith("user") else term for term in terms))
    assert keys(everything(listing)) == keys(list(right))
    assert keys(listing.at(2, 2).records) == keys(list(right))[2:4]
