"""The pages about instruments, and the clinic's settings."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from clinic.assessments.models import CustomInstrument
from clinic.assessments.questionnaire import actions as questionnaires
from clinic.audit.models import AuditEvent
from clinic.instruments import actions as instrument_actions
from clinic.instruments import catalogue
from clinic.instruments.parsing import definition_of
from clinic.instruments.reading import Faults, as_plain
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import send
from tests.instruments.broken import changed
from tests.instruments.oracles import ORACLES
from tests.instruments.test_importing import as_csv, example_rows, question, questionnaire
from tests.world import Writer, make_patient

ABOUT = {"do": "save", "type": "mental_health", "answered_by": "patient", "licence_class": "free"}
TYPED = {
    **ABOUT,
    "title": "Sleep, short",
    "instruction": "In the last week:",
    "questions": "Did you lie awake?\r\n\r\nDid you wake up rested? (reversed)",
    "options": "0 Never\n1 Sometimes\n2 Often",
    "bands": "0-1 Good\n2-4 Poor",
    "source": "Made here",
    "licence": "Ours",
}


@pytest.fixture
def owner(riverside, sign_in):
    return sign_in(riverside.owner)


def upload(client, name, content, **fields):
    return client.post("/instruments/import/", {**ABOUT, "file": SimpleUploadedFile(name, content.encode()), **fields})


def own(riverside):
    with clinic_scope(riverside.clinic):
        return list(CustomInstrument.objects.order_by("instrument", "version"))


def test_list_names_every_instrument(riverside, sign_in):
    response, offered = (sign_in(who).get("/instruments/") for who in (riverside.auditor, riverside.owner))
    assert [row["definition"].id for row in response.context["rows"]][:3] == ["4at", "apgar", "audit"]
    assert ["New instrument" in page.content.decode() for page in (response, offered)] == [False, True]


@pytest.mark.parametrize(("id", "ages"), [("gds-15", "From 60 years"), ("apgar", "Up to 0 years")])
def test_page_of_an_instrument_says_who_is_asked(owner, id, ages):
    text = owner.get(f"/instruments/{id}/").content.decode()
    assert re.findall(r"<dt>Asked</dt>\s*<dd>\s*<bdi>([^<]*)</bdi>", text) == [ages]


def test_page_of_an_instrument_says_when_an_item_is_asked_and_what_it_counts(owner):
    text = owner.get("/instruments/audit-c/").content.decode()
    said = re.findall(r'<div class="hint">(Asked only[^<]*|Counts as[^<]*)</div>', text)
    assert said == ["Asked only if item 1 is not “Never”", "Counts as 0 where it is not asked"] * 2


def test_page_of_an_instrument_says_source_licence_and_bands(owner):
    text = owner.get("/instruments/phq-9/").content.decode()
    for part in ("Kroenke K", "No permission required", "Moderately severe", "LOINC 44249-1", "Regenstrief", "Item 9"):
        assert part in text


def test_instrument_that_a_later_check_refuses_stays_readable(owner, riverside):
    """Kept when bands for women alone were still accepted."""
    data = changed({"id": "own-sound", "bands": [{"from": 0, "to": 5, "word": "High", "severity": 2, "sex": "female"}]})
    with pytest.raises(Faults, match="Bands are either for everybody"):
        definition_of(data)
    with clinic_scope(riverside.clinic):
        CustomInstrument.objects.create(instrument="own-sound", version=1, definition=as_plain(data), origin="form")
    page = owner.get("/instruments/own-sound/")
    assert (page.status_code, "Sound in every part" in page.content.decode()) == (200, True)


@pytest.mark.parametrize("path", ["/instruments/epds/", "/instruments/phq-9/99/", "/instruments/own-x/"])
def test_instrument_that_is_not_there_is_404(owner, path):
    assert owner.get(path).status_code == 404


def test_every_shipped_instrument_has_a_page(owner):
    for id in ORACLES:
        assert owner.get(f"/instruments/{id}/").status_code == 200
        assert owner.get(f"/instruments/{id}/1/").status_code == 200


@pytest.mark.parametrize("path", ["/settings/", "/instruments/new/", "/instruments/import/"])
def test_only_owners_change_what_the_clinic_has(riverside, sign_in, path):
    statuses = {
        name: sign_in(getattr(riverside, name)).get(path).status_code for name in ("owner", "clinician", "auditor")
    }
    assert statuses == {"owner": 200, "clinician": 403, "auditor": 403}


def test_form_makes_an_instrument_that_can_be_answered(owner, riverside, sign_in):
    response = owner.post("/instruments/new/", TYPED)
    assert (response.status_code, response["Location"]) == (302, "/instruments/own-sleep-short/")
    assert "Made here" in owner.get("/instruments/own-sleep-short/").content.decode()
    with clinic_scope(riverside.clinic):
        patient = make_patient()
    body = {"patient": str(patient.pk), "instrument": "own-sleep-short", "date": "2026-03-01", "complete": True}
    made = send(sign_in(riverside.clinician), "post", "/api/v1/assessments/", {**body, "answers": {"1": 2, "2": 0}})
    assert (made.json()["results"]["score"], made.json()["results"]["band"]) == (2, "Poor")


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("title", "", "Write what it is called."),
        ("questions", "", "Write at least one line."),
        ("options", "Never", "“Never” does not begin with points, such as 0."),
        ("options", "0 Never\n0 Often", "Two options have 0 points, so that they do not say which was chosen."),
        ("bands", "Good", "“Good” does not begin with a range, such as 0-4."),
        ("bands", "0-1 Good\n3-4 Poor", "The band must begin at 2."),
        ("type", "x", "Select a valid choice. x is not one of the available choices."),
    ],
)
def test_form_says_what_is_wrong_beside_the_field_and_keeps_the_rest(owner, riverside, field, value, error):
    response = owner.post("/instruments/new/", {**TYPED, field: value})
    assert (response.status_code, response.context["form"].errors[field]) == (422, [error])
    assert response.context["form"]["source"].value() == "Made here"
    assert own(riverside) == []


def test_saving_again_adds_nothing_and_a_change_is_the_next_version(owner, riverside):
    for questions, becomes in (
        (TYPED["questions"], ""),
        (TYPED["questions"], ""),
        ("Did you lie awake long?\nDid you rest? (reversed)", "own-sleep-short"),
    ):
        owner.post("/instruments/new/", {**TYPED, "questions": questions, "becomes": becomes})
    assert [(row.instrument, row.version, row.origin) for row in own(riverside)] == [
        *(("own-sleep-short", 1, "form"), ("own-sleep-short", 2, "form"))
    ]
    assert "Did you lie awake?" in owner.get("/instruments/own-sleep-short/1/").content.decode()
    with clinic_scope(riverside.clinic):
        assert AuditEvent.objects.filter(action="instrument.added").count() == 2


def test_answers_stay_with_the_version_they_were_made_with(owner, riverside):
    owner.post("/instruments/new/", TYPED)
    with clinic_scope(riverside.clinic):
        patient = make_patient()
        first = questionnaires.start_assessment(
            by=Writer(),
            definition=catalogue.find("own-sleep-short"),
            patient=patient,
            user=patient.user,
            date=patient.created_at.date(),
            answers={"1": 2, "2": 0},
            complete=True,
        ).assessment
    changed_form = {"options": "0 Never\n3 Often", "bands": "0-2 Good\n3-6 Poor", "becomes": "own-sleep-short"}
    owner.post("/instruments/new/", {**TYPED, **changed_form})
    with clinic_scope(riverside.clinic):
        first.refresh_from_db()
        assert (first.instrument_version, questionnaires.result_of(first).total) == ("1", 2)
        assert catalogue.find("own-sleep-short").version == "2"


@pytest.mark.parametrize(
    ("name", "content", "id"),
    [("s.csv", as_csv(example_rows()), "own-sleep-short"), ("q.json", questionnaire(question("A?")), "own-mood")],
)
def test_file_is_imported(owner, riverside, name, content, id):
    assert upload(owner, name, content)["Location"] == f"/instruments/{id}/"
    assert [row.instrument for row in own(riverside)] == [id]


def test_file_that_cannot_be_used_is_refused_with_every_reason(owner, riverside):
    response = upload(owner, "s.csv", as_csv(example_rows()).replace("title,", "titel,").replace("Never,0", "Never,x"))
    errors = response.context["form"].errors["file"]
    assert response.status_code == 422
    assert [error.partition(":")[0] for error in errors if error.startswith("Row")] == ["Row 1", "Row 5"]
    assert own(riverside) == []


@pytest.mark.parametrize("content", ["{}", "[", json.dumps({"resourceType": "Questionnaire"}), "\x00"])
def test_any_file_is_answered(owner, content):
    for name in ("x.json", "x.csv", "x.xlsx", "x", ""):
        assert upload(owner, name or "-", content).status_code == 422


def test_import_without_a_file_says_so(owner):
    response = owner.post("/instruments/import/", ABOUT)
    assert (response.status_code, response.context["form"].errors["file"]) == (422, ["Choose a file."])


def test_licence_class_is_off_until_the_clinic_says_it_is_on(owner, riverside):
    owner.post("/instruments/new/", {**TYPED, "licence_class": "non-commercial"})
    with clinic_scope(riverside.clinic):
        assert catalogue.find("own-sleep-short") is None
    offered = sorted({made.id for made in catalogue.shipped().values()})
    response = owner.post("/settings/", {"licence_classes": "non-commercial", "offered": [*offered, "own-sleep-short"]})
    assert response.status_code == 302
    with clinic_scope(riverside.clinic):
        assert catalogue.find("own-sleep-short") is not None
        assert AuditEvent.objects.filter(action="instrument_settings.changed").count() == 1


def test_instrument_that_is_not_offered_is_gone_from_the_api(owner):
    offered = sorted({made.id for made in catalogue.shipped().values()} - {"ciwa-ar"})
    owner.post("/settings/", {"offered": offered})
    assert "ciwa-ar" not in [row["id"] for row in owner.get("/api/v1/instruments/").json()["results"]]
    assert owner.get("/settings/").context["form"]["offered"].value() == offered


def test_settings_refuse_what_is_not_there(owner):
    assert owner.post("/settings/", {"offered": ["epds"]}).status_code == 422


def test_saving_the_same_settings_writes_nothing(owner, riverside):
    with clinic_scope(riverside.clinic):
        for _ in range(2):
            instrument_actions.set_instrument_choices(by=Writer(), licence_classes=[], hidden=["gcs"])
        assert AuditEvent.objects.filter(action="instrument_settings.changed").count() == 1


def test_own_instrument_of_another_clinic_is_not_there(owner, hillside, sign_in):
    owner.post("/instruments/new/", TYPED)
    other = sign_in(hillside.owner)
    assert other.get("/instruments/own-sleep-short/").status_code == 404
    assert "own-sleep-short" not in [row["id"] for row in other.get("/api/v1/instruments/").json()["results"]]
