"""A restored clinic's trail goes on after the numbers of the one that it replaces, and says so itself."""

from django.core.management import call_command

from clinic.audit import heads, seals
from clinic.audit.actions import record
from clinic.audit.models import AuditEvent
from clinic.audit.verification import verify_trail
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer, make_patient


def write(clinic, count):
    with clinic_scope(clinic):
        patient = make_patient(full_name=f"Patient {AuditEvent.objects.count()}")
        for _ in range(count):
            record("patient.changed", patient, by=Writer())
    with clinic_scope(clinic):
        seals.seal_trail()


def test_numbers_survive_a_restore(lakeside, settings, tmp_path):
    settings.TRAIL_HEADS = tmp_path / "heads"
    file = tmp_path / "lakeside.zip"
    write(lakeside.clinic, 3)
    call_command("backup_clinic", lakeside.clinic.name, str(file))
    write(lakeside.clinic, 5)
    reached = heads.last(lakeside.clinic.pk).number
    call_command("restore_clinic", lakeside.clinic.name, str(file))
    clinic = Clinic.objects.get(pk=lakeside.clinic.pk)
    lakeside.clinic.schema_name = clinic.schema_name
    write(clinic, 2)
    with clinic_scope(clinic):
        numbers = list(AuditEvent.objects.order_by("number").values_list("number", "action"))
        faults = list(verify_trail(clinic.pk))
    assert faults == []
    before = [number for number, _ in numbers if number <= reached]
    assert before == list(range(1, reached - 6 + 1))  # what was sealed when the backup was made
    assert numbers[len(before) :] == [
        (reached + 1, "clinic.restored"),
        (reached + 2, "clinic.backed_up"),  # which the backup has, but nobody had sealed
        (reached + 3, "patient.changed"),
        (reached + 4, "patient.changed"),
    ]
