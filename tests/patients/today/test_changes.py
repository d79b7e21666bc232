"""What others changed of one's own patients since one signed in before."""

from clinic.access import Actor
from clinic.patients.actions import update_patient
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer, make_patient


def changed(world, patient, by):
    with clinic_scope(world.clinic):
        patient.refresh_from_db()
        update_patient(by=by, id=patient.pk, version=patient.version, address=by.name)


def names(client):
    page = client.get("/").content.decode()
    return [name for name in ("Mina Mine", "Tess Theirs") if name in page]


def test_changes_of_own_patients_by_others_are_told_since_the_sign_in_before(riverside, sign_in):
    with clinic_scope(riverside.clinic):
        mine = make_patient(full_name="Mina Mine", family_name="", user_id=riverside.clinician.pk)
        theirs = make_patient(full_name="Tess Theirs", family_name="", user_id=riverside.owner.pk)
    sign_in(riverside.clinician)
    me = Actor(str(riverside.clinician.pk), "Clara Clinician")
    client = sign_in(riverside.clinician)
    changed(riverside, mine, me)
    assert names(client) == []
    for patient in (mine, theirs):
        changed(riverside, patient, Writer())
    assert (names(client), names(sign_in(riverside.auditor))) == (["Mina Mine"], [])
    sign_in(riverside.clinician)
    assert names(sign_in(riverside.clinician)) == []


def test_first_time_has_no_time_before(riverside, sign_in):
    with clinic_scope(riverside.clinic):
        mine = make_patient(full_name="Mina Mine", family_name="", user_id=riverside.clinician.pk)
    client = sign_in(riverside.clinician)
    changed(riverside, mine, Writer())
    assert names(client) == []
