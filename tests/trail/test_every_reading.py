"""Every address of a clinic, opened once: what it leaves in the trail is what this table says, and nothing else."""

import re

import pytest

from clinic.accounts.middleware import PUBLIC_MODULES
from clinic.audit.models import AuditEvent
from clinic.audit.reading import RESTS
from clinic.tenancy.scope import clinic_scope
from clinic.trail.words import PAGES
from tests import posted
from tests.clock import in_one_zone
from tests.test_url_walk import OUTSIDE, views

# By route: the record in its address, and what opening it leaves; its patient too, where "of" says so.
READING = {
    # First: beside a page of the same patient, opened just now, it is part of that.
    "patients/<uuid:pk>/photo/": ("patient", "photo.viewed of"),
    "patients/": ("", "patients.listed"),
    "patients/recent/": ("", "patients.listed"),
    "patients/duplicates/": ("", "duplicates.listed"),
    "patients/<uuid:pk>/": ("patient", "patient.viewed of"),
    "patients/<uuid:pk>/details/": ("patient", "patient.viewed of"),
    "patients/<uuid:pk>/summary/": ("patient", "patient.viewed of"),
    "patients/<uuid:pk>/timeline/": ("patient", "patient.viewed of"),
    "patients/<uuid:pk>/notes/new/": ("patient", "patient.viewed of"),
    "notes/<uuid:pk>/": ("note", "contactnote.viewed of"),
    "patients/<uuid:pk>/edit/": ("patient", "patient.viewed of"),
    "patients/<uuid:pk>/photo/change/": ("patient", "patient.viewed of"),
    "patients/<uuid:pk>/history/": ("patient", "patient.viewed of"),
    "patients/<uuid:pk>/merge/": ("patient", "patient.viewed of"),
    "patients/<uuid:pk>/lists/": ("patient", "patient.viewed of"),
    "patients/bin/": ("", "bin.listed"),
    "patients/bin/<uuid:pk>/": ("binned", "patient.viewed of"),
    "patients/<uuid:pk>/bin/": ("patient", "patient.viewed of"),
    "patients/<uuid:pk>/care-team/": ("patient", "patient.viewed of"),
    "patients/<uuid:pk>/assessments/": ("patient", "patient.viewed of"),
    "patients/<uuid:pk>/course/": ("patient", "patient.viewed of"),
    "patients/<uuid:pk>/alerts/": ("patient", "patient.viewed of"),
    "patients/<uuid:pk>/requests/": ("patient", "patient.viewed of"),
    "assessments/": ("", "assessments.listed"),
    "assessments/new/?patient=<uuid:pk>": ("patient", "patient.viewed of"),
    "assessments/<uuid:pk>/": ("finished", "assessment.viewed of"),
    "assessments/<uuid:pk>/edit/": ("free", "assessment.viewed of"),
    "assessments/<uuid:pk>/answer/": ("started", "assessment.viewed of"),
    "assessments/<uuid:pk>/amend/": ("finished", "assessment.viewed of"),
    "episodes/<uuid:pk>/correct/": ("episode", "episode.viewed of"),
    "worklists/alerts/": ("", "alerts.listed"),
    "worklists/due/": ("", "due.listed"),
    "worklists/today/": ("", "today.listed"),
    "": ("", "today.listed"),
    "reviews/": ("", "reviews.listed"),
    "outcomes/": ("", "outcomes.listed"),
    "outcomes/print/": ("", "outcomes.listed"),
    "outcomes/kept/<uuid:pk>/": ("report", "report.viewed"),
    "requests/<uuid:pk>/": ("request", "answerrequest.viewed of"),
    "clinic/trail/": ("", "trail.listed"),
    "clinic/trail/mix-ups/": ("", "trail.listed"),
    "clinic/trail/unusual/": ("", "trail.listed"),
    "clinic/trail/emergency/": ("", "emergencies.listed"),
    "clinic/trail/patients/<uuid:pk>/": ("patient", "patient.viewed of"),
    "patients/import/<uuid:pk>/": ("batch", "import.viewed"),
    "patients/import/<uuid:pk>/errors/": ("batch", "import.downloaded"),
    "assessments/import/<uuid:pk>/": ("answers", "import.viewed"),
    "assessments/import/<uuid:pk>/errors/": ("answers", "import.downloaded"),
    "api/v1/patients/": ("", "patients.listed"),
    "api/v1/patients/<uuid:pk>/": ("patient", "patient.viewed of"),
    "api/v1/assessments/": ("", "assessments.listed"),
    "api/v1/assessments/<uuid:pk>/": ("finished", "assessment.viewed of"),
    "api/v1/assessments/<uuid:pk>/history/": ("finished", "assessment.viewed of"),
    "api/v1/alerts/": ("", "alerts.listed"),
    "api/v1/alerts/<uuid:pk>/": ("alert", "riskalert.viewed of"),
    "api/v1/schedules/": ("", "due.listed"),
    "api/v1/schedules/<uuid:pk>/": ("schedule", "plan.viewed of"),
    "api/v1/requests/?patient=<uuid:pk>": ("patient", "requests.listed"),
    "api/v1/requests/<uuid:pk>/": ("request", "answerrequest.viewed of"),
    "api/v1/changes/": ("", "changes.listed"),
    "api/v1/trail/": ("", "trail.listed"),
    "api/v1/episodes/?patient=<uuid:pk>": ("patient", "episodes.listed"),
    "api/v1/episodes/<uuid:pk>/": ("episode", "episode.viewed of"),
    "patients/?_export=csv": ("", "patients.exported"),
    "assessments/?_export=xlsx": ("", "assessments.exported"),
    "worklists/alerts/?_export=csv": ("", "alerts.exported"),
    "worklists/due/?_export=csv": ("", "due.exported"),
    "patients/<uuid:pk>/assessments/?_export=csv": ("patient", "assessments.exported of"),
    "clinic/trail/?_export=csv": ("", "trail.exported"),
    "outcomes/?_export=csv": ("", "outcomes.exported"),
    "outcomes/kept/<uuid:pk>/?_export=csv": ("report", "report.downloaded"),
    "patients/?q=somebody": ("", "patients.searched"),
    "find/?q=somebody": ("", "patients.searched"),
    "api/v1/patients/?search=somebody": ("", "patients.searched"),
}
# What shows nothing of any patient.
NOTHING = [
    "outcomes/kept/",
    "outcomes/kept/new/",
    "find/",
    "help/",
    "patients/lists/",
    "patients/lists/<uuid:pk>/",
    "clinic/tags/",
    "clinic/tags/<int:pk>/",
    "patients/import/",
    "assessments/import/",
    "patients/new/",
    "worklists/counts/",
    "work/",
    "work/<uuid:pk>/",
    "lists/shortcuts/",
    "lists/<slug:key>/views/",
    "lists/<slug:key>/views/new/",
    "views/<uuid:pk>/edit/",
    "instruments/",
    "instruments/new/",
    "instruments/import/",
    "instruments/<slug:instrument>/",
    "instruments/<slug:instrument>/edit/",
    "instruments/<slug:instrument>/<slug:version>/",
    "settings/",
    "clinic/people/",
    "clinic/people/roles/",
    "clinic/people/new/",
    "clinic/people/<uuid:pk>/",
    "clinic/people/<uuid:pk>/end/",
    "clinic/people/<uuid:pk>/pass-on/",
    "clinic/settings/",
    "clinic/start/",
    "clinic/programs/",
    "clinic/programs/new/",
    "clinic/programs/<int:pk>/",
    "clinic/webhooks/",
    "clinic/webhooks/new/",
    "clinic/webhooks/<uuid:pk>/",
    "clinic/webhooks/<uuid:pk>/edit/",
    "clinic/webhooks/<uuid:pk>/deliveries/",
    "api/v1/",
    "api/v1/practitioners/",
    "api/v1/practitioners/<uuid:pk>/",
    "api/v1/instruments/",
    "api/v1/instruments/<slug:instrument>/",
    "api/v1/instruments/<slug:instrument>/<slug:version>/",
    "api/v1/me/",
    "api/v1/webhooks/",
    "api/v1/webhooks/<uuid:pk>/",
    "api/v1/webhooks/<uuid:pk>/deliveries/",
    "api/v1/exports/",
    "api/v1/exports/<uuid:pk>/",
]
# What only leads elsewhere, here at least, or is not there without what another test makes.
ELSEWHERE = [
    "patients/emergency/",
    "patients/<uuid:pk>/unmerge/",
    "views/<uuid:pk>/",
    "worklists/alerts/<uuid:pk>/acknowledge/",
    "patients/<uuid:pk>/alerts/acknowledge/",
    "plans/<uuid:pk>/end/",
    "episodes/<uuid:pk>/end/",
    "notes/<uuid:pk>/amend/",
    "notes/<uuid:pk>/strike-out/",
    "work/<uuid:pk>/file/",
    "api/v1/exports/<uuid:pk>/file/",
    "handover/",
    "handover/leave/",
    "assessments/new/",
]
OTHERS = {"patients/lists/<uuid:pk>/": "hand_picked", "api/v1/exports/<uuid:pk>/": "export"}
RECORDS = {"work": "job", "views": "view", "clinic": "clinician", "api": "owner"}


@pytest.fixture
def at(riverside):
    return posted.records(riverside)


@pytest.fixture
def owner(at, riverside, sign_in):
    return sign_in(riverside.owner)


def trail(riverside, after=0):
    with clinic_scope(riverside.clinic):
        return list(AuditEvent.objects.filter(pk__gt=after).order_by("pk"))


def opened(owner, riverside, address):
    """What opening an address leaves in the trail, and how it was answered."""
    before = trail(riverside)[-1].pk
    response = owner.get(address)
    if response.streaming:
        assert b"".join(response.streaming_content)
    return response, trail(riverside, before)


def address_of(route, at, world, record=""):
    first = route.partition("/")[0]
    record = record or OTHERS.get(route, "")
    record = record or ("webhook" if "webhooks/" in route else "")
    one = getattr(at, record or RECORDS.get(first, "patient"), None) or getattr(world, RECORDS.get(first, "owner"))
    values = {"<uuid:pk>": str(one.pk), "<slug:key>": "patients", "<slug:instrument>": "phq-9", "<slug:version>": "1"}
    values["<int:pk>"] = str(at.tag.pk if "/tags/" in route else at.program.pk)
    if "/edit/" in route and first == "instruments":
        values["<slug:instrument>"] = "own-sleep-short"
    return "/" + re.sub(r"<\w+:\w+>", lambda found: values[found[0]], route)


def test_reading_leaves_one_event(at, owner, riverside):
    found, right = {}, {}
    for route, (record, said) in READING.items():
        response, events = opened(owner, riverside, address_of(route, at, riverside, record))
        about = getattr(at, record or "patient")
        of = at.binned.pk if record == "binned" else getattr(about, "patient_id", at.patient.pk)
        action, _, has_patient = said.partition(" ")
        right[route] = (200, [(action, True, str(riverside.owner.pk), of if has_patient else None, True)])
        found[route] = (response.status_code, [shown(event) for event in events])
    assert found == right


def shown(event):
    page = event.changes["page"]
    return event.action, event.is_reading, event.actor_id, event.patient_id, page in PAGES or page.startswith("api:")


@pytest.mark.parametrize(
    "route", ["/patients/{patient}/merge/?other={other}", "/patients/{other}/unmerge/?other={gone}"]
)
def test_page_of_two_records_leaves_one_event_of_each(at, owner, riverside, route):
    keys = {"patient": at.patient.pk, "other": at.other.pk, "gone": at.gone}
    response, events = opened(owner, riverside, route.format(**keys))
    assert response.status_code == 200
    found = [(event.action, event.patient_id) for event in events]
    named = [keys[name] for name in re.findall(r"{(\w+)}", route)]
    assert found == [("patient.viewed", key) for key in named]


def test_what_shows_no_patient_leaves_nothing_and_shows_none(at, owner, riverside):
    assert owner.post("/instruments/new/", posted.TYPED).status_code == 302
    with clinic_scope(riverside.clinic):
        names = [at.patient.full_name, at.other.full_name, at.patient.family_name]
    found = {}
    for route in NOTHING:
        response, events = opened(owner, riverside, address_of(route, at, riverside))
        told = [name for name in names if name in response.content.decode()]
        found[route] = (response.status_code, events, told)
    assert found == dict.fromkeys(NOTHING, (200, [], []))


def test_every_address_that_can_be_opened_is_in_a_table(at, owner):
    routes = [route for route, view in views() if route not in OUTSIDE and view.__module__ not in PUBLIC_MODULES]
    named = {route.partition("?")[0] for route in READING} | set(NOTHING) | set(ELSEWHERE)
    found = {
        route
        for route in routes
        if "GET" in owner.options(re.sub(r"<[^>]+>", str(at.patient.pk), f"/{route}").replace("%", "")).get("Allow", "")
    }
    assert (found - named, len(routes) > 60) == (set(), True)


@in_one_zone
@pytest.mark.clock("clinic/audit/reading.py:_wait")
def test_search_is_one_event_once_it_has_rested(clock, at, owner, riverside):
    before = trail(riverside)[-1].pk
    for typed in ("s", "so", "som", "somebody"):
        owner.get("/patients/", {"q": typed}, headers={"HX-Request": "true", "HX-Target": "table"})
        clock.move(seconds=0.5)
    assert trail(riverside, before) == []
    clock.move(seconds=RESTS.total_seconds())
    owner.get("/patients/", {"q": "else"}, headers={"HX-Request": "true", "HX-Target": "table"})
    assert [event.changes["query"]["q"] for event in trail(riverside, before)] == [["somebody"]]
    assert owner.get(f"/patients/{at.patient.pk}/").status_code == 200
    found = [(event.action, event.changes.get("query", {}).get("q")) for event in trail(riverside, before)]
    assert found == [
        ("patients.searched", ["somebody"]),
        ("patients.searched", ["else"]),
        ("patient.viewed", None),
    ]


@in_one_zone
@pytest.mark.clock("clinic/audit/reading.py:settle_searches")
@pytest.mark.parametrize(("seconds", "said"), [(1.9, 0), (2, 1)])
def test_search_that_has_rested_is_there_for_who_reads_the_trail(clock, owner, riverside, seconds, said):
    owner.get("/patients/", {"q": "somebody"}, headers={"HX-Request": "true", "HX-Target": "table"})
    clock.move(seconds=seconds)
    assert owner.get("/clinic/trail/?kind=searches").content.decode().count("“somebody”") == said
