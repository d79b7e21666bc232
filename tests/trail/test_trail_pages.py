"""The pages of the trail: who read and changed what, for who may know it, and every reading of them in it too."""

import re
from ipaddress import ip_network

import pytest

from clinic.audit.models import AuditEvent
from clinic.tenancy.scope import clinic_scope
from tests.world import make_patient

TRAIL = "/clinic/trail/"


@pytest.fixture
def patient(riverside):
    with clinic_scope(riverside.clinic):
        return make_patient(full_name="Tamsin Traced", family_name="Traced")


@pytest.fixture
def auditor(riverside, sign_in):
    return sign_in(riverside.auditor)


def events(riverside, **about):
    with clinic_scope(riverside.clinic):
        return list(AuditEvent.objects.filter(**about).order_by("pk").values_list("action", flat=True))


def rows(page):
    """The rows of the table, each cell as plain text."""
    body = page.content.decode().partition("<tbody")[2].partition("</tbody")[0]
    return [
        [
            " ".join(re.sub(r"<[^>]+>", " ", cell).split())
            for cell in re.findall(r"<t[dh][ >].*?</t[dh]>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    ]


def test_page_says_who_opened_what(patient, riverside, sign_in, auditor):
    assert sign_in(riverside.clinician).get(f"/patients/{patient.pk}/").status_code == 200
    page = auditor.get(TRAIL)
    assert page.status_code == 200
    first = rows(page)[0]
    assert first[1:4] == [riverside.clinician.name, "Opened: patient", "Traced, Tamsin"]
    assert events(riverside)[-2:] == ["patient.viewed", "trail.listed"]


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 200), ("auditor", 200), ("clinician", 403), ("front_desk", 403)]
)
@pytest.mark.parametrize("path", ["", "unusual/", "patients/{}/", "?_export=csv"])
def test_trail_is_for_owners_and_auditors(patient, riverside, sign_in, role, status, path):
    address = TRAIL + path.format(patient.pk)
    assert sign_in(getattr(riverside, role)).get(address).status_code == status
    last = "access.refused" if status == 403 else {"": "trail.listed", "?_export=csv": "trail.exported"}.get(path)
    assert events(riverside)[-1] == (last or ("patient.viewed" if "patients" in path else "trail.listed"))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kind=reading", {"Opened: patient"}),
        ("kind=changes&who={clinician}", {"Changed: patient"}),
        ("kind=refused", {"Was refused"}),
        ("kind=accounts", {"Signed in"}),
        ("who={clinician}", {"Signed in", "Opened: patient", "Changed: patient"}),
        ("who={front_desk}", {"Signed in", "Was refused"}),
        ("since=2000-01-01&until=2000-01-02", set()),
    ],
)
def test_trail_is_narrowed(patient, riverside, sign_in, auditor, query, expected):
    from clinic.patients.actions import update_patient

    clinician = sign_in(riverside.clinician)
    clinician.get(f"/patients/{patient.pk}/")
    with clinic_scope(riverside.clinic):
        by = type("By", (), {"id": str(riverside.clinician.pk), "name": "Cleo"})
        update_patient(by=by, id=patient.pk, version=None, address="1 New Street")
    sign_in(riverside.front_desk).get("/assessments/")
    query = query.format(clinician=riverside.clinician.pk, front_desk=riverside.front_desk.pk)
    page = auditor.get(f"{TRAIL}?{query}")
    assert page.status_code == 200, page.content.decode()[-3000:]
    found = {row[2] for row in rows(page)}
    assert found - {"Saw a list: trail"} == expected


def test_file_of_the_trail_is_an_event(patient, riverside, auditor):
    auditor.get(f"/patients/{patient.pk}/")
    answer = auditor.get(f"{TRAIL}?_export=csv&kind=reading")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[0].lstrip("\ufeff").split(",")[:4] == ["When", "Who", "What", "Patient"]
    assert "Traced, Tamsin" in lines[2]
    assert events(riverside)[-1] == "trail.exported"


@pytest.mark.parametrize(
    ("proxied", "told", "kept"),
    [
        (False, "", "127.0.0.1"),
        (False, "203.0.113.7", "127.0.0.1"),  # a stranger's own header
        (True, "203.0.113.7", "203.0.113.7"),
        (True, "198.51.100.9, 203.0.113.7", "203.0.113.7"),  # the first is what a client says of itself
        (True, "", "127.0.0.1"),
        (True, "x" * 500, "127.0.0.1"),
    ],
)
def test_event_says_where_it_came_from_and_by_which_request(riverside, sign_in, settings, proxied, told, kept):
    client = sign_in(riverside.clinician)
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1")] if proxied else []
    headers = {"X-Request-Id": "from-the-edge", **({"X-Forwarded-For": told} if told else {})}
    assert client.get("/patients/", headers=headers).status_code == 200
    with clinic_scope(riverside.clinic):
        event = AuditEvent.objects.latest("pk")
    assert (event.action, event.address, event.request_id) == ("patients.listed", kept, "from-the-edge")
