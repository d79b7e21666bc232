"""Putting a record that was registered by mistake into the bin, and taking it out again."""

from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from clinic.assessments.record.courses import keep_courses
from clinic.assessments.selfreport.actions import revoke_request
from clinic.audit.actions import By, record
from clinic.merging.locks import lock_patients, take_turn
from clinic.merging.tables import REQUESTS
from clinic.patients.actions import Changed, RecordNumberTaken, refusal_of, refuse_merged_number
from clinic.patients.matching.pairs import score_pairs
from clinic.patients.models import BinnedPatient, DuplicatePair, MergedPatient, Patient, keys_of
from clinic.tenancy.rows import row_of
from clinic.tenancy.scope import everybody_seen

# Called for a row of the clinic, a function runs where the clinic lives (docs/decisions/0187).
PUT = "SELECT put_patient_into_bin(id) FROM patients_binnedpatient WHERE id = %s"
BACK = "SELECT put_patient_back(id) FROM patients_binnedpatient WHERE id = %s"
LEAVE = "SELECT leave_bin(id) FROM patients_patient WHERE id = %s"


@transaction.atomic
def bin_patient(*, by: By, id: UUID, version: int, reason: str) -> BinnedPatient:
    """Take a record out of the patients for 30 days, with everything that belongs to it; its links end for good.

    Its name and record number are free at once. Raises Gone, and Changed when it has another version by now.
    """
    take_turn()
    patient = lock_patients(id, whose_rows=id)[id]
    if patient.version != version:
        raise Changed(patient)
    for request in REQUESTS.of(id).open():
        revoke_request(by=by, id=request.pk)
    with everybody_seen():
        DuplicatePair.objects.open().of(patient).delete()
    record("patient.binned", patient, by=by, changes={"reason": [None, reason]})
    binned: BinnedPatient = BinnedPatient.objects.create(
        pk=id, record_number=patient.record_number, details=row_of(patient), match_keys=keys_of(patient),
        reason=reason, by_id=by.id, by_name=by.name,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(PUT, [id])
    return binned


@transaction.atomic
def put_back_patient(*, by: By, id: UUID) -> Patient:
    """Put a record back as it was; raises BinnedPatient.DoesNotExist, NameTaken and RecordNumberTaken.

    Its courses are worked out again: a release before may have put it there without any.
    """
    take_turn()
    then = BinnedPatient.objects.get(pk=id).as_it_was
    with everybody_seen():
        try:
            with transaction.atomic():
                _insert(then)
        except IntegrityError as error:
            raise refusal_of(error, then) from error
        now = timezone.now()
        Patient.objects.filter(pk=id).update(version=F("version") + 1, updated_at=now)
        patient = Patient.objects.get(pk=id)
        keep_courses([id])
        record("patient.unbinned", patient, by=by)
        score_pairs(patient)
    return patient


def _insert(then: Patient) -> None:
    """Insert its rows; raises RecordNumberTaken, or an IntegrityError for what somebody has meanwhile."""
    if Patient.objects.filter(pk=then.pk).exists():
        raise RecordNumberTaken("Somebody was registered under this id meanwhile.")
    with connection.cursor() as cursor:
        cursor.execute(BACK, [then.pk])
        cursor.execute(LEAVE, [then.pk])
    refuse_merged_number(then)
    numbers = MergedPatient.objects.filter(into=then.pk).values("record_number")
    if Patient.objects.filter(record_number__in=numbers).exists():
        raise RecordNumberTaken("A record that was merged into this one has the number of another patient.")
    _drop_lonely(then)


def _drop_lonely(patient: Patient) -> None:
    """Leave out what was said of this record and one that is not there any more."""
    of_both = DuplicatePair.objects.of(patient)
    of_both.exclude(Q(first__in=Patient.objects.all()) & Q(second__in=Patient.objects.all())).delete()
