"""Tags: words of the clinic's own, on the form, in the list, in JSON, in files, for many patients at once."""

import pytest

from clinic.audit.models import AuditEvent
from clinic.patients.actions import create_patient, undo_patient_change, update_patient
from clinic.patients.models import Patient, Status
from clinic.staff.models import Practitioner, Tag
from clinic.staff.tags.actions import save_tag
from clinic.staff.tags.words import UnknownTag, ids_of
from clinic.tenancy.scope import clinic_scope
from tests.blanked import text_of
from tests.clock import in_one_zone
from tests.lists.conftest import patients as patients
from tests.lists.conftest import work as work
from tests.merging.records import merge
from tests.typed import sent_by
from tests.world import Writer, make_patient

TAGS = "/clinic/tags/"


@pytest.fixture
def scope(riverside):
    return lambda: clinic_scope(riverside.clinic)


@pytest.fixture
def tags(scope):
    with scope():
        return [save_tag(by=Writer(), id=None, word=word, colour="blue") for word in ("Carer", "Interpreter", "Zürich")]


@pytest.fixture
def patient(scope, tags):
    with scope():
        return make_patient(full_name="Ola Quist", tags=[tags[1].pk, tags[0].pk])


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


def held(scope, patient):
    with scope():
        return [tag.word for tag in Patient.objects.get(pk=patient.pk).tags_shown]


def test_owner_adds_changes_and_removes_a_tag(riverside, sign_in, scope):
    owner = sign_in(riverside.owner)
    assert owner.post(TAGS, {"word": "  Study  B ", "colour": "teal"}).status_code == 302
    with scope():
        tag = Tag.objects.get()
    assert (tag.word, tag.colour) == ("Study B", "teal")
    assert owner.post(f"{TAGS}{tag.pk}/", {"word": "Study C", "colour": "red"}).status_code == 302
    assert "Study C" in text_of(owner.get(TAGS))
    assert owner.post(f"{TAGS}{tag.pk}/remove/").status_code == 302
    with scope():
        actions = list(AuditEvent.objects.filter(record_type="tag").order_by("pk").values_list("action", flat=True))
        assert (Tag.objects.count(), actions) == (0, ["tag.created", "tag.changed", "tag.removed"])


@pytest.mark.parametrize(
    "typed",
    [
        {"word": "", "colour": "teal"},
        {"word": "a,b", "colour": "teal"},
        {"word": "…", "colour": "teal"},
        {"word": "x" * 41, "colour": "teal"},
        {"word": "New", "colour": "mauve"},
        {"word": "New", "colour": ""},
        {"word": " CARER", "colour": "teal"},
        {"word": "a\0b", "colour": "teal"},
    ],
)
def test_tag_that_cannot_be_is_refused_with_what_was_typed(riverside, sign_in, tags, typed):
    owner = sign_in(riverside.owner)
    for address in (TAGS, f"{TAGS}{tags[1].pk}/"):
        assert owner.post(address, typed).status_code in (400, 422)
    assert owner.get(f"{TAGS}99999999999999/").status_code == 404


def test_tag_that_somebody_has_is_not_removed(riverside, sign_in, tags, patient, scope):
    answer = sign_in(riverside.owner).post(f"{TAGS}{tags[0].pk}/remove/")
    assert (answer.status_code, held(scope, patient)) == (409, ["Carer", "Interpreter"])


def test_clinician_may_not_change_the_tags(client):
    assert client.get(TAGS).status_code == 403


def test_form_keeps_gives_and_takes_tags(client, scope, tags, patient):
    page = f"/patients/{patient.pk}/edit/"
    sent = sent_by(client.get(page).content.decode())
    kept = {**sent, "tags": [tag.pk for tag in tags[:2]]}
    assert client.post(page, kept).status_code == 302
    with scope():
        assert AuditEvent.objects.filter(action="patient.changed").count() == 0
    assert client.post(page, {**sent, "tags": [tags[2].pk]}).status_code == 302
    assert held(scope, patient) == ["Zürich"]
    with scope():
        version = Patient.objects.get(pk=patient.pk).version
        undo_patient_change(by=Writer(), id=patient.pk, version=version)
    assert held(scope, patient) == ["Carer", "Interpreter"]
    history = text_of(client.get(f"/patients/{patient.pk}/history/"))
    assert "Carer, Interpreter" in history


@pytest.mark.parametrize("value", ["0", "-1", "x", "99999999999999999999", "\0"])
def test_form_refuses_a_tag_that_is_none(client, patient, value):
    page = f"/patients/{patient.pk}/edit/"
    sent = sent_by(client.get(page).content.decode())
    assert client.post(page, {**sent, "tags": [value]}).status_code in (400, 422)


def test_page_and_list_show_the_words(client, tags, patient):
    assert "patient-tag-blue" in text_of(client.get(f"/patients/{patient.pk}/"))
    page = text_of(client.get("/patients/", {"columns": "name,tags", "tag": tags[0].pk}))
    assert ("Quist" in page, "Interpreter" in page, "Tag" in page) == (True, True, True)
    assert "Quist" not in text_of(client.get("/patients/", {"tag": tags[2].pk}))
    assert client.get("/patients/", {"tag": "x"}).status_code == 400


def test_json_has_words_and_takes_them(client, scope, tags, patient):
    address = f"/api/v1/patients/{patient.pk}/"
    assert client.get(address).json()["results"]["tags"] == ["Carer", "Interpreter"]
    for sent, status in ((["zürich"], 200), (["nobody"], 400), ("Carer", 400), ([1], 400), ([], 200)):
        answer = client.patch(address, {"tags": sent}, content_type="application/json")
        assert (sent, answer.status_code) == (sent, status)
    assert held(scope, patient) == []
    found = client.get("/api/v1/patients/", {"tag": tags[0].pk}).json()["results"]
    assert found == []


def test_words_are_read_as_files_have_them(scope, tags):
    with scope():
        assert ids_of([" carer", "ZÜRICH ", ""]) == [tags[0].pk, tags[2].pk]
        with pytest.raises(UnknownTag):
            ids_of(["Carer", "nobody"])


def test_merging_can_take_the_other_ones_tags(scope, tags, patient):
    with scope():
        survivor = make_patient()
        merge(survivor, patient, "tags")
        assert Patient.objects.get(pk=survivor.pk).tags == [tags[0].pk, tags[1].pk]


def test_many_get_a_tag_and_lose_it_again(client, scope, tags, patients, work):
    bulk = {"scope": "rows", "id": patients.keys[:3], "value": str(tags[1].pk)}
    for deed, expected in (("tag", 3), ("tag", 3), ("untag", 0)):
        assert client.post("/patients/bulk/", {**bulk, "do": deed}).status_code == 302
        work()
        with scope():
            assert Patient.objects.tagged(tags[1].pk).count() == expected


def test_many_are_tagged_and_it_is_taken_back_but_where_they_changed_since(client, scope, tags, patients, work):
    answer = client.post(
        "/patients/bulk/", {"do": "tag", "scope": "rows", "id": patients.keys[:3], "value": str(tags[1].pk)}
    )
    work()
    with scope():
        update_patient(by=Writer(), id=patients.keys[0], version=None, address="Elsewhere")
    client.post(f"{answer['Location']}undo/")
    work()
    with scope():
        assert list(Patient.objects.tagged(tags[1].pk).values_list("pk", flat=True)) == [patients.keys[0]]


@in_one_zone
@pytest.mark.clock("clinic/patients/many/changing.py:_discharged")
def test_many_are_discharged_today_and_taken_back(clock, client, scope, patients, work):
    with scope():
        update_patient(by=Writer(), id=patients.keys[0], version=None, status="deceased")
    answer = client.post("/patients/bulk/", {"do": "discharge", "scope": "rows", "id": patients.keys[:3]})
    work()
    with scope():
        found = Patient.objects.filter(status=Status.DISCHARGED)
        assert [(row.pk in patients.keys[1:3], row.status_on) for row in found] == [(True, clock.today)] * 2
    client.post(f"{answer['Location']}undo/")
    work()
    with scope():
        assert Patient.objects.filter(status=Status.DISCHARGED).count() == 0


def test_without_a_tag_the_page_says_where_they_are_made(client, patients):
    page = text_of(client.post("/patients/bulk/", {"do": "tag", "scope": "rows", "id": patients.keys[:1]}))
    assert "The clinic has no tag yet" in page


def test_registering_takes_tags(scope, riverside, tags):
    with scope():
        user = Practitioner.objects.get(pk=riverside.clinician.pk)
        made = create_patient(
            by=Writer(), full_name="Ida Moos", gender="female", user=user, date_of_birth="1971-02-03", tags=[tags[0].pk]
        )
        assert Patient.objects.get(pk=made.pk).tags == [tags[0].pk]
