"""A file of patients by the pages, from sending it to taking it back."""

import re

from clinic.audit.models import AuditEvent
from clinic.imports.fields import form_fields
from clinic.imports.models import Stage
from clinic.patients.models import Patient
from clinic.staff.tags.actions import save_tag
from clinic.tenancy.scope import clinic_scope
from tests.imports.sending import PEOPLE, checked, faults, work, written
from tests.world import Writer


def people(world):
    with clinic_scope(world.clinic):
        return list(
            Patient.objects.order_by("filed_as").values_list("full_name", "family_name", "gender", "phone_number")
        )


ADAEZE, KOFI = (
    ("Adaeze Okonkwo", "Okonkwo", "female", "+447700900123"),
    ("Kofi Adeyemi", "Adeyemi", "male", "+442079460463"),
)


def test_file_is_brought_in(riverside, owner):
    batch = checked(owner, riverside, PEOPLE)
    assert faults(riverside, batch) == []
    assert (batch.stage, batch.rows, batch.good, batch.faulty, people(riverside)) == (Stage.CHECKED, 2, 2, 0, [])
    page = owner.get(f"/patients/import/{batch.pk}/").content.decode()
    assert ("Okonkwo, Adaeze" in page, "12 March 1961" in page, "Bring in 2 patients" in page) == (True, True, True)
    after = written(owner, riverside, batch)
    assert (after.stage, after.created, people(riverside)) == (Stage.WRITTEN, 2, [KOFI, ADAEZE])
    with clinic_scope(riverside.clinic):
        made = {event.changes["full_name"][1] for event in AuditEvent.objects.filter(action="patient.created")}
        runs = [event.changes for event in AuditEvent.objects.filter(action="import.written")]
        numbers = sorted(Patient.objects.values_list("record_number", flat=True))
    assert (made, numbers) == ({"Adaeze Okonkwo", "Kofi Adeyemi"}, ["KA-7", "P-000001"])
    assert runs == [{"rows": 2, "created": 2, "here": 0, "faulty": 0}]


def test_same_file_twice_adds_nothing(riverside, owner):
    written(owner, riverside, checked(owner, riverside, PEOPLE))
    again = checked(owner, riverside, PEOPLE)
    assert (again.good, again.here, again.faulty) == (0, 2, 0)
    page = owner.get(f"/patients/import/{again.pk}/").content.decode()
    assert ("Looks the same as P-000001" in page, "Already here as KA-7" in page) == (True, True)


def test_one_row_that_is_here_already_is_said_of_one(riverside, owner):
    written(owner, riverside, checked(owner, riverside, PEOPLE))
    again = checked(owner, riverside, "".join(PEOPLE.splitlines(keepends=True)[:2]))
    page = owner.get(f"/patients/import/{again.pk}/").content.decode()
    assert "0 of 1 rows can be brought in; 1 is here already. Nothing has been written yet." in page


def test_title_follows_what_became_of_the_file(riverside, owner):
    batch = written(owner, riverside, checked(owner, riverside, PEOPLE))
    asked = {"HX-Request": "true", "HX-Target": "progress"}
    pages = [owner.get(f"/patients/import/{batch.pk}/", headers=headers) for headers in (asked, {})]
    assert [re.findall("<title>(.*)</title>", page.content.decode()) for page in pages] == [
        ["File of patients: brought in · Riverside"],
        ["File of patients: brought in · Riverside"],
    ]


def test_file_that_was_brought_in_is_taken_back(riverside, owner):
    batch = written(owner, riverside, checked(owner, riverside, PEOPLE))
    with clinic_scope(riverside.clinic):
        Patient.objects.filter(full_name="Kofi Adeyemi").update(version=2)
    response = owner.post(f"/patients/import/{batch.pk}/undo/", {"version": str(batch.version)})
    assert response.status_code == 302
    after = work(riverside, str(batch.pk))
    assert (after.stage, after.removed, people(riverside)) == (Stage.UNDONE, 1, [KOFI])
    page = owner.get(f"/patients/import/{batch.pk}/").content.decode()
    assert ("1 of 2 patients were taken back" in page, "It was changed since." in page) == (True, True)


OPTIONAL = {
    "Known as": ("preferred_name", "Kobby", "Kobby"),
    "Maiden name": ("other_names", "Mensah", "Mensah"),
    "Sex for clinical use": ("sex", "Male", "male"),
    "Second phone": ("second_phone_number", "020 7946 0111", "+442079460111"),
    "Email": ("email", "kofi@example.org", "kofi@example.org"),
    "Best reached": ("contact_by", "By letter", "letter"),
    "Preferred language": ("language", "Spanish", "es"),
    "Needs interpreter": ("needs_interpreter", "yes", True),
    "Next of kin": ("next_of_kin", "Ama, sister", "Ama, sister"),
    "Status": ("status", "Discharged", "discharged"),
    "Identifiers": ("identifiers", "nhs: 943 476 5919", "NHS number: 9434765919"),
    "Street": ("address", "1 Mill Lane", "1 Mill Lane"),
}
EMPTY = {"needs_interpreter": False, "status": "active"}


def test_every_field_that_may_be_empty_is_brought_in_filled_and_empty(riverside, owner):
    headings = ["Name", "Born", "Gender", *OPTIONAL]
    filled = ["Kofi Adeyemi", "27 May 1960", "M", *(text for _, text, _ in OPTIONAL.values())]
    empty = ["Adaeze Okonkwo", "12 March 1961", "F", *[""] * len(OPTIONAL)]
    rows = [headings, filled, empty]
    batch = checked(owner, riverside, "".join(";".join(f'"{cell}"' for cell in row) + "\n" for row in rows))
    assert (faults(riverside, batch), batch.good) == ([], 2)
    written(owner, riverside, batch)
    names = [name for name, _, _ in OPTIONAL.values()]
    with clinic_scope(riverside.clinic):
        found = {patient.full_name: patient for patient in Patient.objects.all()}
    assert {name: getattr(found["Kofi Adeyemi"], name) for name in names} == {
        name: value for name, _, value in OPTIONAL.values()
    }
    assert {name: getattr(found["Adaeze Okonkwo"], name) for name in names} == {
        name: EMPTY.get(name, "") for name in names
    }


def test_tags_are_brought_in_by_their_words(riverside, owner):
    with clinic_scope(riverside.clinic):
        tags = [save_tag(by=Writer(), id=None, word=word, colour="blue") for word in ("Carer", "Interpreter")]
    kofi, ada, eve = 'Kofi Adeyemi;27 May 1960;M;"interpreter, Carer"', "Ada Bell;1961;F;", "Eve Bo;1962;F;New"
    rows = f"Name;Born;Gender;Tags\n{kofi}\n{ada}\n{eve}\n"
    batch = checked(owner, riverside, rows)
    assert ([fault[-1][:24] for fault in faults(riverside, batch)], batch.good) == (["There is no tag “New”. W"], 2)
    written(owner, riverside, batch, "good")
    with clinic_scope(riverside.clinic):
        found = {patient.full_name: patient.tags for patient in Patient.objects.all()}
    assert (found["Kofi Adeyemi"], found["Ada Bell"]) == ([tag.pk for tag in tags], [])


def test_every_field_that_may_be_empty_is_among_these():
    asked = {name for name, field in form_fields().items() if field.required}
    besides = {"family_name", "record_number", "phone_number", "date_is_estimated", "tags", "user"}
    assert set(form_fields()) - asked - besides == {name for name, _, _ in OPTIONAL.values()}
