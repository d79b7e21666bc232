"""The question of whoever is responsible for a record: who looked at it?"""

from playwright.sync_api import expect

from clinic.tenancy.scope import clinic_scope
from tests.world import make_patient


def test_owner_reads_who_looked_at_a_record(practice, visit):
    with clinic_scope(practice.clinic):
        patient = make_patient(full_name="Wanda Watched", family_name="Watched")
    colleague, owner = visit(practice.front_desk), visit(practice.owner)
    colleague.goto("/patients/?q=watched")
    colleague.locator(f"main a[href='/patients/{patient.pk}/']").click()
    expect(colleague.get_by_role("heading", name="Watched, Wanda", level=1)).to_be_visible()
    owner.goto(f"/patients/{patient.pk}/")
    owner.get_by_role("link", name="Who looked").click()
    looked = owner.get_by_role("row", name=practice.front_desk.name)
    expect(looked.first).to_contain_text("Opened: patient")
    expect(owner.get_by_role("row", name=practice.clinician.name)).to_have_count(0)
