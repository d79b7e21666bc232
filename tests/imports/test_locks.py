"""Two at once at a file, or beside somebody who registers patients."""

from datetime import date
from functools import partial
from uuid import uuid4

from clinic.access import Actor
from clinic.imports import actions
from clinic.imports.work.creating import create_patients
from clinic.patients.models import Gender, Patient
from clinic.staff.models import Practitioner
from tests.imports.sending import PEOPLE
from tests.side_by_side import holds_lock, overlap
from tests.world import Writer


@holds_lock("imports.actions._locked")
def test_file_is_checked_once_by_two_at_once(woodside, in_woodside):
    by = Actor(str(woodside.owner.pk), "Olive")
    with in_woodside():
        batch = actions.begin_import(by=by, clinic=woodside.clinic, file_name="p.csv", chunks=[PEOPLE.encode()])
        actions.settle_columns(batch, {"columns": batch.facts["proposed"]})
        batch.stage = "asking"
        batch.save()
    begin = partial(actions.begin_check, by=by, id=batch.pk, version=batch.version)
    both = overlap(in_woodside, begin, begin)
    assert (both.refusal, both.waited) == ("NotNow", True)


@holds_lock("patients.models.numbers.give_numbers")
def test_two_files_get_numbers_one_after_the_other(in_woodside):
    def bring(name):
        user = Practitioner.objects.first().pk
        values = {"full_name": name, "gender": Gender.OTHER, "date_of_birth": date(1970, 1, 1), "user": user}
        key = uuid4()
        create_patients(Writer(), [(key, values)])
        return int(Patient.objects.get(pk=key).record_number[2:])

    both = overlap(in_woodside, lambda: bring(f"Ana {uuid4()}"), lambda: bring(f"Bea {uuid4()}"))
    assert both.refusal == ""
    assert (both.second, both.waited) == (both.first + 1, True)
