"""Wherever a proxy cuts the line, who sends again changes what one clean request changes: nothing half, nothing twice.

Each case is sent once without a cut, and then with the line cut at each kind of place (in `make prove`, at every byte).
"""

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections
from django.test import Client
from oauth2_provider.models import AccessToken, set_token_value

from clinic.api.actions import create_api_client
from clinic.assessments.models import Alert, AnswerRequest, Assessment
from clinic.assessments.questionnaire.actions import start_assessment
from clinic.assessments.selfreport.actions import create_request
from clinic.audit.models import AuditEvent
from clinic.instruments.catalogue import find
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.assessments.by_link import ALL, let_in
from tests.conftest import signed_in
from tests.cutting import END, Cut, Cutter, Sender, places
from tests.world import Writer, make_patient

EVERY = os.environ.get("TIMES", "1") != "1"
TOKEN = "c" * 32
VERSION = re.compile(r'name="version" value="(\d+)"')


@dataclass
class Exchange:
    """What is sent, what is sent when no answer came (None: the same), and what is to be compared afterwards."""

    request: bytes
    facts: Callable[[], Any]
    again: Callable[[], bytes] | None = None
    then: Callable[[str], bytes] | None = None  # what the page sends next, after this answer
    status: tuple[int, ...] = (302,)


@pytest.fixture(scope="module")
def cutter(server):
    cutter = Cutter(server)
    yield cutter
    cutter.close()


@pytest.fixture(scope="module")
def site(woodside, cutter):
    """A clinic, somebody's browser in it and a program's connection to it, both through the proxy."""
    program, _ = create_api_client(clinic=woodside.clinic, name="Laboratory", can_write=True, by=Writer())
    token = AccessToken(application_id=program.pk, scope="read write", expires=datetime(2100, 1, 1, tzinfo=UTC))
    set_token_value(token, TOKEN)
    token.save(using="owner")
    return SimpleNamespace(
        world=woodside,
        scope=lambda: clinic_scope(woodside.clinic),
        cutter=cutter,
        program=Sender(cutter, {"Authorization": f"Bearer {TOKEN}"}),
        form={"csrfmiddlewaretoken": TOKEN, "clinic": str(woodside.clinic.pk)},
    )


@pytest.fixture(autouse=True)
def signed_in_anew(site) -> None:
    """At full size a session is idle for too long while programs are cut off."""
    site.browser = browser(site.world, site.cutter)


def browser(world, cutter) -> Sender:
    client = signed_in(Client(), world.clinician)
    cookie = f"sessionid={client.cookies['sessionid'].value}; csrftoken={TOKEN}"
    connections.close_all()
    return Sender(cutter, {"Cookie": cookie})


def trail(id: UUID) -> list[str]:
    """What changed it, oldest first; it is read a different number of times."""
    changes = AuditEvent.objects.filter(record_id=id, is_reading=False)
    return list(changes.order_by("id").values_list("action", flat=True))


def of_assessment(site, id: UUID, *, versions: bool = True) -> Callable[[], Any]:
    def facts() -> Any:
        with site.scope():
            found = Assessment.objects.get(pk=id)
            alerts = list(Alert.objects.filter(assessment=id).values_list("rule", flat=True))
            kept = [found.status, found.answers, found.score, alerts]
            return [*kept, found.version, trail(id)] if versions else kept

    return facts


def of_patients(site, name: str) -> Callable[[], Any]:
    def facts() -> Any:
        with site.scope():
            rows = Patient.objects.filter(full_name__startswith=name).order_by("full_name")
            return [(row.full_name.removeprefix(name), row.address, row.version, trail(row.pk)) for row in rows]

    return facts


def drafted(site, **fields: Any) -> Assessment:
    """A draft whose first item is answered, as the copy `page` of the form saved it."""
    with site.scope():
        patient = make_patient(date_of_birth=date(1980, 1, 1))
        return start_assessment(
            by=Writer(), definition=find("phq-9"), patient=patient, user=patient.user, date=date(2026, 3, 1),
            answers={"1": 1}, **fields,
        ).assessment  # fmt: skip


def responses(assessment: Assessment, page: UUID, *codes: int, **more: object) -> dict[str, object]:
    values = {"page": page, "version": assessment.version, "date": "1 March 2026", **more}
    return values | {f"answer-{code}": 1 for code in codes}


def registering(site) -> Exchange:
    name = f"{uuid4().hex} {uuid4().hex}"  # nobody who is here already
    fields = {"id": uuid4(), "full_name": name, "gender": "female", "date_of_birth": "1 May 1950",
              "user": site.world.clinician.pk, "address": "A long way\r\nfrom here" * 20,
              "submission": uuid4()}  # fmt: skip
    return Exchange(site.browser.form("/patients/new/", site.form | fields), of_patients(site, name))


def editing(site) -> Exchange:
    with site.scope():
        patient = make_patient(full_name=f"{uuid4().hex} {uuid4().hex}", family_name="")
    born = date(1930, 1, 1) + timedelta(days=uuid4().int % 30_000)  # hundreds of one day and one address would be alike
    fields = {"full_name": patient.full_name, "family_name": "", "gender": "female", "version": patient.version,
              "date_of_birth": str(born), "address": "Moved", "submission": uuid4(),
              "record_number": patient.record_number, "user": patient.user_id}  # fmt: skip
    return Exchange(
        site.browser.form(f"/patients/{patient.pk}/edit/", site.form | fields), of_patients(site, patient.full_name)
    )


def autosaving(site) -> Exchange:
    """One more answer is chosen while the page waits, and item 9 after that."""
    page = uuid4()
    draft = drafted(site, page=page)
    address = f"/assessments/{draft.pk}/answers/"

    def save(*codes: int, version: object = draft.version) -> bytes:
        return site.browser.form(address, site.form | responses(draft, page, *codes, version=version))

    return Exchange(
        save(1, 2),
        of_assessment(site, draft.pk, versions=False),
        again=lambda: save(1, 2, 3),
        then=lambda body: save(1, 2, 3, 9, version=VERSION.search(body)[1]),
        status=(200,),
    )


def finishing(site) -> Exchange:
    draft, page = drafted(site), uuid4()
    fields = responses(draft, page, *range(1, 11), do="complete", submission=uuid4())
    address = f"/assessments/{draft.pk}/answer/"
    return Exchange(site.browser.form(address, site.form | fields), of_assessment(site, draft.pk))


def shared(site) -> tuple[Sender, Assessment]:
    """A device that is locked to the form of a draft."""
    client, draft = signed_in(Client(), site.world.clinician), drafted(site)
    form = responses(draft, uuid4(), 1, do="share")
    assert client.post(f"/assessments/{draft.pk}/answer/", form)["Location"] == "/handover/"
    cookie = f"sessionid={client.cookies['sessionid'].value}; csrftoken={TOKEN}"
    with site.scope():
        draft.refresh_from_db()
    connections.close_all()
    return Sender(site.browser.cutter, {"Cookie": cookie}), draft


def sharing(site) -> Exchange:
    """What a patient answers on a shared device: the answer is saved, and then sent with the button."""
    device, draft = shared(site)
    page, submission = uuid4(), uuid4()

    def save(*codes: int, version: object = draft.version) -> bytes:
        return device.form("/handover/answers/", site.form | responses(draft, page, *codes, version=version))

    def finish(body: str) -> bytes:
        version = VERSION.search(body)[1]
        fields = responses(draft, page, *range(1, 11), version=version, do="complete", submission=submission)
        return device.form("/handover/", site.form | fields)

    facts = of_assessment(site, draft.pk, versions=False)
    return Exchange(save(1, 2), facts, again=lambda: save(1, 2, 3), then=finish, status=(200,))


def finishing_shared(site) -> Exchange:
    device, draft = shared(site)
    fields = responses(draft, uuid4(), *range(1, 11), do="complete", submission=uuid4())
    return Exchange(device.form("/handover/", site.form | fields), of_assessment(site, draft.pk))


def finishing_by_link(site) -> Exchange:
    """The link is closed by what it finished, and whoever sends that again is thanked."""
    with site.scope():
        patient = make_patient(date_of_birth=date(1980, 3, 12))
        asked = create_request(
            by=Writer(), clinic=site.world.clinic, id=patient.pk, patient=patient, user=patient.user,
            definition=find("phq-9"), language="en", days=7,
        )  # fmt: skip
    link = f"/answer/{asked.token}/"
    cookie = f"answer={let_in(link).cookies['answer'].value}; csrftoken={TOKEN}"
    connections.close_all()
    fields = {"csrfmiddlewaretoken": TOKEN, "page": uuid4(), "version": "", "do": "complete"}
    request = Sender(site.browser.cutter, {"Cookie": cookie}).form(link, {**fields, **ALL})

    def facts() -> Any:
        with site.scope():
            id = AnswerRequest.objects.get(pk=patient.pk).assessment_id
        return of_assessment(site, id)()

    return Exchange(request, facts, status=(302, 200))


def creating(site, key: bool = False) -> Exchange:
    name = f"Lost {uuid4().hex}"
    body = {"full_name": name, "gender": "female", "date_of_birth": "1950-05-01", "address": "Here"}
    body["user"] = str(site.world.clinician.pk)
    sender = site.program
    if key:
        sender = Sender(sender.cutter, {**sender.headers, "Idempotency-Key": uuid4().hex})
    else:
        body["id"] = str(uuid4())
    request = sender.request("POST", "/api/v1/patients/", json.dumps(body), "application/json")
    return Exchange(request, of_patients(site, name), status=(201,))


def creating_by_key(site) -> Exchange:
    return creating(site, key=True)


def changing(site) -> Exchange:
    with site.scope():
        patient = make_patient(full_name=f"Lost {uuid4().hex}")
    body = json.dumps({"version": patient.version, "address": "Moved"})
    request = site.program.request("PATCH", f"/api/v1/patients/{patient.pk}/", body, "application/json")
    return Exchange(request, of_patients(site, patient.full_name), status=(200,))


CASES = (
    registering,
    editing,
    autosaving,
    finishing,
    sharing,
    finishing_shared,
    finishing_by_link,
    creating,
    creating_by_key,
    changing,
)


def run(site, exchange: Exchange, cut: Cut | None) -> tuple[Any, int]:
    """What there is after the exchange with its cut, and the size of the last answer to it."""
    cutter, sender = site.cutter, site.browser
    cutter.cut = cut
    answer = sender.until_answered(exchange.request, exchange.again)
    cutter.settle()
    assert answer.status in exchange.status
    if exchange.then:
        last = sender.until_answered(exchange.then(answer.body))
        assert last.status in (200, 302)
    facts = exchange.facts()
    connections.close_all()
    return facts, answer.size


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_cut_line_changes_what_a_whole_one_changes(site, case):
    first = case(site)
    clean, size = run(site, first, None)
    assert clean
    head = first.request.index(END) + len(END)
    found = {cut: run(site, case(site), cut)[0] for cut in places(len(first.request), head, size, every=EVERY)}
    assert len(found) >= 8
    assert {cut: facts for cut, facts in found.items() if facts != clean} == {}


def test_alert_of_the_clean_ways_is_there(site):
    """What the cuts are compared with has the alert that must not be missed."""
    alerts = [
        run(site, case(site), None)[0][3]
        for case in (autosaving, finishing, sharing, finishing_shared, finishing_by_link)
    ]
    assert alerts == [["item-9"]] * 5
