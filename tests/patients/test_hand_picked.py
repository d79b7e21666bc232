"""Lists that people pick by hand: whose they are, who is on them, and the list of patients narrowed to one."""

import pytest

from clinic.access import Actor
from clinic.audit.models import AuditEvent
from clinic.merging.unmerging import unmerge_patient
from clinic.patients.hand_picked.actions import make_list, put_on_list, take_off_list
from clinic.patients.models import ListMember, Patient, PatientList
from clinic.tenancy.scope import clinic_scope
from tests.blanked import text_of
from tests.lists.conftest import patients as patients
from tests.lists.conftest import work as work
from tests.merging.records import BY, merge
from tests.world import make_patient

LISTS = "/patients/lists/"


@pytest.fixture
def scope(riverside):
    return lambda: clinic_scope(riverside.clinic)


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


@pytest.fixture
def mine(riverside, scope):
    with scope():
        return make_list(by=Actor(str(riverside.clinician.pk), "Clara"), name="My calls", is_shared=False)


@pytest.fixture
def shared(riverside, scope):
    with scope():
        return make_list(by=Actor(str(riverside.owner.pk), "Olive"), name="Study B", is_shared=True)


def on(scope, found):
    with scope():
        return set(ListMember.objects.filter(list=found).values_list("patient", flat=True))


def test_list_is_made_changed_and_removed(client, scope, patients):
    assert client.post(LISTS, {"name": " Calls  of today "}).status_code == 302
    with scope():
        made = PatientList.objects.get()
        put_on_list(by=BY, list=made, patients=patients.keys[:2])
    assert client.post(f"{LISTS}{made.pk}/", {"name": "Calls", "is_shared": "on"}).status_code == 302
    page = text_of(client.get(LISTS))
    assert (">Calls<" in page, ">2<" in page) == (True, True)
    assert client.post(f"{LISTS}{made.pk}/remove/").status_code == 302
    with scope():
        assert (PatientList.objects.count(), Patient.objects.filter(pk__in=patients.keys).count()) == (0, 12)


@pytest.mark.parametrize("name", ["", "…", "x" * 101, "My calls", "a\0b"])
def test_name_that_cannot_be_is_refused(client, mine, name):
    assert client.post(LISTS, {"name": name}).status_code in (400, 422)


def test_own_list_is_nobody_elses(riverside, sign_in, mine, patients):
    other = sign_in(riverside.front_desk)
    assert "My calls" not in text_of(other.get(LISTS))
    assert other.get(f"{LISTS}{mine.pk}/").status_code == 404
    assert other.get("/patients/", {"on_list": mine.pk}).status_code == 400
    assert other.post(f"/patients/{patients.keys[0]}/lists/", {"list": mine.pk, "do": "put_on"}).status_code == 422


def test_clinics_list_is_changed_by_its_maker_and_owners_alone(client, shared, patients, scope):
    assert client.post(f"{LISTS}{shared.pk}/", {"name": "Mine now"}).status_code == 403
    assert client.post(f"{LISTS}{shared.pk}/remove/").status_code == 403
    assert client.post(f"/patients/{patients.keys[0]}/lists/", {"list": shared.pk, "do": "put_on"}).status_code == 302
    assert on(scope, shared) == {patients.keys[0]}


def test_patients_page_puts_on_and_takes_off(client, mine, patients, scope):
    page = f"/patients/{patients.keys[0]}/lists/"
    assert "My calls" in text_of(client.get(page))
    for deed, expected in (("put_on", {patients.keys[0]}), ("put_on", {patients.keys[0]}), ("take_off", set())):
        assert client.post(page, {"list": mine.pk, "do": deed}).status_code == 302
        assert on(scope, mine) == expected
    with scope():
        events = AuditEvent.objects.filter(record_type="listmember", patient_id=patients.keys[0]).order_by("pk")
        assert [event.action for event in events] == ["listmember.added", "listmember.removed"]
    assert client.post(page, {"list": "x", "do": "put_on"}).status_code == 422


def test_list_is_the_list_of_patients_narrowed_to_it(client, mine, patients, scope):
    with scope():
        put_on_list(by=BY, list=mine, patients=[patients.keys[3]])
    page = text_of(client.get("/patients/", {"on_list": mine.pk}))
    assert ("Number03" in page, "Number04" in page, "My calls" in page) == (True, False, True)


def test_many_are_put_on_a_list_and_taken_off_and_both_are_taken_back(client, mine, patients, scope, work):
    keys = set(patients.keys[:3])
    for deed, after, undone in (("put_on", keys, set()), ("take_off", set(), keys)):
        with scope():
            if deed == "take_off":
                put_on_list(by=BY, list=mine, patients=keys)
        form = {"do": deed, "scope": "rows", "id": list(keys), "value": str(mine.pk)}
        answer = client.post("/patients/bulk/", form)
        work()
        assert on(scope, mine) == after
        client.post(f"{answer['Location']}undo/")
        work()
        assert on(scope, mine) == undone


def test_value_of_somebody_elses_list_is_refused(riverside, sign_in, mine, patients):
    form = {"do": "put_on", "scope": "rows", "id": patients.keys[:1], "value": str(mine.pk)}
    assert sign_in(riverside.front_desk).post("/patients/bulk/", form).status_code == 400


def test_merged_record_goes_along_once_and_comes_back(scope, mine, shared):
    with scope():
        one, other = make_patient(), make_patient()
        put_on_list(by=BY, list=mine, patients=[one.pk, other.pk])
        put_on_list(by=BY, list=shared, patients=[other.pk])
        merge(one, other)
        merged = [set(each.members.values_list("patient", flat=True)) for each in (mine, shared)]
        unmerge_patient(by=BY, other_id=other.pk, version=Patient.objects.get(pk=one.pk).version)
        apart = [set(each.members.values_list("patient", flat=True)) for each in (mine, shared)]
    assert (merged, apart) == ([{one.pk}, {one.pk}], [{one.pk, other.pk}, {other.pk}])


def test_hidden_patient_is_put_on_nothing_and_counted_nowhere(riverside, scope, shared):
    with scope():
        hidden = make_patient()
        put_on_list(by=BY, list=shared, patients=[hidden.pk])
    with clinic_scope(riverside.clinic, seen_by=riverside.front_desk.pk):
        assert (put_on_list(by=BY, list=shared, patients=[hidden.pk]), ListMember.objects.count()) == (set(), 0)
        assert take_off_list(by=BY, list=shared, patients=[hidden.pk]) == set()


def test_mine_is_one_click(client, riverside):
    assert f"/patients/?user={riverside.clinician.pk}" in text_of(client.get("/patients/"))
