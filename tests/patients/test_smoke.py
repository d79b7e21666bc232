from clinic.tenancy.scope import clinic_scope
from tests.world import make_patient


def test_x(riverside, sign_in):
    with clinic_scope(riverside.clinic):
        make_patient()
    c = sign_in(riverside.clinician)
    r = c.get("/patients/")
    print(r.content.decode()[:3000])
    assert r.status_code == 200
