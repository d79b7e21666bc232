"""A file that nobody on this project made, by the page."""

from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.browser.outside import FOLDER
from tests.imports.sending import checked, faults, written


def test_patients_of_another_system_go_in_as_they_are(riverside, owner):
    batch = checked(owner, riverside, (FOLDER / "patients-synthea.csv").read_bytes())
    assert (faults(riverside, batch), batch.found.get("questions"), batch.good) == ([], None, batch.rows)
    assert written(owner, riverside, batch).created == batch.rows > 20
    with clinic_scope(riverside.clinic):
        one = Patient.objects.get(family_name="Mosciski958")
    assert (one.full_name, str(one.date_of_birth), one.gender) == ("Maynard46 Mosciski958", "2014-10-06", "male")
    assert one.address == "784 Stamm Lock Unit 46\nSomerville\nMassachusetts\nMiddlesex County\n02155"
    again = checked(owner, riverside, (FOLDER / "patients-synthea.csv").read_bytes())
    assert (again.good, again.here) == (0, batch.rows)
