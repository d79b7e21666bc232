"""The pages about programs, for the owners of a clinic; the commands that do the same; and what a token opens."""

import io
import re
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from clinic.accounts.middleware import OF_PROGRAMS
from clinic.accounts.models import ApiClient
from clinic.api.actions import create_api_client, disable_program
from clinic.audit.models import AuditEvent
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import basic
from tests.clock import in_one_zone
from tests.test_url_walk import address, uuid4, views
from tests.world import Writer, ahead

LIST, PATIENTS = "/clinic/programs/", "/api/v1/patients/"
GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
def owner(riverside, sign_in):
    return sign_in(riverside.owner)


def register(owner, **fields):
    """The page after a program was registered, and its address."""
    form = {"name": "Laboratory of St Ann", "scope": "read", "last_day": "", **fields}
    answer = owner.post(f"{LIST}new/", form)
    assert answer.status_code == 302
    return answer["Location"], owner.get(answer["Location"]).content.decode()


def secret_in(page):
    return re.search(r'id="secret"[^>]*value="([^"]+)"', page)[1]


def id_in(page):
    return re.search(r"<dt>Client id</dt>\s*<dd>\s*<bdi>([^<]+)</bdi>", page)[1]


def ask(client_id, secret):
    return Client().post("/o/token/", GRANT, headers={"Authorization": basic(client_id, secret)})


def reading(token):
    return Client(headers={"Authorization": f"Bearer {token}"}).get(PATIENTS).status_code


def test_program_is_registered_and_its_secret_shown_once(owner, riverside):
    path, page = register(owner, name="  Laboratory  ", scope="write", last_day="31 December 2040")
    answer = ask(id_in(page), secret_in(page))
    assert (answer.status_code, answer.json()["scope"], "31 Dec" in page) == (200, "read write", True)
    again = owner.get(path)
    assert (again.status_code, 'id="secret"' in again.content.decode()) == (200, False)
    assert "no-store" in again["Cache-Control"]
    row = ApiClient.objects.get(client_id=id_in(page))
    assert (row.name, row.clinic_id, row.can_write, row.last_day) == (
        "Laboratory", riverside.clinic.pk, True, date(2040, 12, 31),
    )  # fmt: skip


def test_secret_is_shown_to_who_made_it(owner, riverside, sign_in):
    answer = owner.post(f"{LIST}new/", {"name": "Laboratory", "scope": "read", "last_day": ""})
    other = sign_in(riverside.owner).get(answer["Location"])
    assert (other.status_code, 'id="secret"' in other.content.decode()) == (200, False)
    assert 'id="secret"' in owner.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": " "}, "Write what the program is called."),
        ({"name": "x" * 201}, "at most 200 characters"),
        ({"name": "Taken"}, "A program of this clinic has this name already."),
        ({"scope": []}, "Choose what it may do."),
        ({"scope": "admin"}, "Select a valid choice"),
        ({"last_day": "1 January 2001"}, "Choose today or a later day."),
        ({"last_day": "soon"}, "soon"),
    ],
)
def test_what_makes_no_program_is_refused_beside_its_field_and_kept(owner, wrong, says):
    register(owner, name="Taken")
    form = {"name": "Web site", "scope": "write", "last_day": "31 December 2040", **wrong}
    answer = owner.post(f"{LIST}new/", form)
    page = answer.content.decode()
    assert (answer.status_code, says in page, 'value="write"' in page) == (422, True, True)
    assert ApiClient.objects.filter(name="Web site").count() == 0


def test_list_shows_what_each_program_may_and_when_it_was_here(owner, riverside):
    register(owner, name="Reader")
    path, page = register(owner, name="Writer <b>", scope="write")
    token = ask(id_in(page), secret_in(page)).json()["access_token"]
    assert reading(token) == 200
    owner.post(f"{path}disable/")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", owner.get(LIST).content.decode()))
    assert "Reader Reads patients and assessments Active Never None" in text
    today = f"{ahead(0):%-d %b %Y}"
    assert re.search(
        rf"Writer &lt;b&gt; Reads and changes patients and assessments Disabled {today}, \d\d:\d\d None", text
    )


def test_disabled_program_loses_its_tokens_at_once_and_gets_no_other(owner):
    path, page = register(owner)
    id, secret = id_in(page), secret_in(page)
    token = ask(id, secret).json()["access_token"]
    found = [(reading(token), ask(id, secret).status_code)]
    for step in ("disable/", "disable/", "enable/", "enable/"):
        assert owner.post(f"{path}{step}")["Location"] == path
        found.append((reading(token), ask(id, secret).status_code))
    assert found == [(200, 200), (401, 401), (401, 401), (401, 200), (401, 200)]


def test_secret_is_exchanged(owner):
    path, page = register(owner)
    first = secret_in(page)
    owner.post(f"{path}secret/")
    page = owner.get(path).content.decode()
    second = secret_in(page)
    refused = owner.post(f"{path}secret/")
    assert (refused.status_code, "It has two secrets already." in refused.content.decode()) == (409, True)
    assert [ask(id_in(page), each).status_code for each in (first, second)] == [200, 200]
    owner.post(f"{path}secret/end/")
    assert [ask(id_in(page), each).status_code for each in (first, second)] == [401, 200]


@in_one_zone
@pytest.mark.clock(
    "clinic/accounts/models.py:ApiClient.is_over", "clinic/api/actions.py:create_api_client",
    "clinic/api/actions.py:disable_program",
)  # fmt: skip
def test_program_is_let_in_until_its_last_day_where_the_clinic_is(clock, riverside):
    client, secret = create_api_client(
        clinic=riverside.clinic, name="Study", can_write=False, by=Writer(), last_day=clock.day(1)
    )
    token = ask(client.client_id, secret).json()["access_token"]
    found = []
    for hours in (0, 0.9, 23.2):  # in the clinic: the last moment of a day, the day after, and one more
        clock.move(hours=hours)
        found.append(ask(client.client_id, secret).status_code)
    assert (found, reading(token)) == ([200, 200, 401], 401)
    row = ApiClient.objects.get(pk=client.pk)
    assert row.secret_since == clock.moment - timedelta(hours=24.1)
    with clinic_scope(riverside.clinic):
        assert disable_program(by=Writer(), clinic=riverside.clinic, id=client.pk).disabled_at == clock.moment


def test_last_day_is_set_refused_and_taken_back(owner):
    path, page = register(owner)
    found = [owner.post(f"{path}last-day/", {"last_day": day}).status_code for day in ("yesterday", "1 May 2001")]
    refused = owner.post(f"{path}last-day/", {"last_day": "never again"})
    assert (found, refused.status_code, "never again" in refused.content.decode()) == ([422, 422], 422, True)
    days = []
    for day in (ahead(3).isoformat(), ""):
        assert owner.post(f"{path}last-day/", {"last_day": day}).status_code == 302
        days.append(ApiClient.objects.get(client_id=id_in(page)).last_day)
    assert days == [ahead(3), None]


def test_every_change_is_in_the_trail_with_who_made_it(owner, riverside):
    path, _ = register(owner)
    for step in ("secret/", "secret/end/", "secret/end/", "disable/", "disable/", "enable/"):
        owner.post(f"{path}{step}")
    owner.post(f"{path}last-day/", {"last_day": ahead(3).isoformat()})
    owner.post(f"{path}last-day/", {"last_day": ahead(3).isoformat()})
    with clinic_scope(riverside.clinic):
        events = list(AuditEvent.objects.filter(action__startswith="api_client.").order_by("pk"))
    mine = [event for event in events if event.changes["name"] == "Laboratory of St Ann"]
    steps = ["created", "secret_added", "secret_ended", "disabled", "enabled", "last_day_set"]
    assert [event.action for event in mine] == [f"api_client.{step}" for step in steps]
    assert {event.actor_id for event in mine} == {str(riverside.owner.pk)}
    page = owner.get("/clinic/trail/?kind=changes").content.decode()
    assert ["Registered a program" in page, "Disabled a program" in page, "Laboratory of St Ann" in page] == [True] * 3


def test_program_of_another_clinic_is_not_there(owner, hillside):
    other, _ = create_api_client(clinic=hillside.clinic, name="Elsewhere", can_write=True, by=Writer())
    one = f"{LIST}{other.pk}/"
    found = [owner.get(one).status_code]
    found += [owner.post(f"{one}{step}").status_code for step in ("secret/", "secret/end/", "disable/", "enable/")]
    found.append(owner.post(f"{one}last-day/", {"last_day": ""}).status_code)
    assert (found, "Elsewhere" in owner.get(LIST).content.decode()) == ([404] * 6, False)
    assert ApiClient.objects.get(pk=other.pk).disabled_at is None


def test_token_opens_no_route_but_those_of_the_api(riverside, program):
    """Also those that anybody may open, but where tokens are had; refused in JSON."""
    client, wrong = program(riverside), {}
    routes = [route for route, _ in views() if not f"/{route}".startswith(OF_PROGRAMS)]
    for route in routes:
        for method in ("get", "post"):
            answer = getattr(client, method)(address(route, uuid4()))
            said = answer.status_code, answer.get("Content-Type"), answer.content[:9]
            if said != (403, "application/json", b'{"meta": '):
                wrong[f"{method} {route}"] = said
    assert (wrong, len(routes) > 80) == ({}, True)


def test_requests_of_a_program_are_limited_and_those_of_others_are_not(riverside, program, settings):
    first, other = program(riverside), program(riverside, write=False)
    settings.API_REQUESTS_PER_MINUTE = 6
    answers = [first.get(PATIENTS) for _ in range(7)]
    statuses = [answer.status_code for answer in answers]
    refused = answers[-1]
    assert (statuses[0], statuses[-1], sorted(statuses) == statuses) == (200, 429, True)
    assert 0 < int(refused["Retry-After"]) <= 60
    assert (refused.json()["error"]["code"], refused.json()["meta"]["success"]) == ("throttled", False)
    assert other.get(PATIENTS).status_code == 200


def test_tokens_count_as_requests(riverside, credentials, settings):
    settings.API_REQUESTS_PER_MINUTE = 5
    client_id, secret = credentials[riverside.clinic.name, True]
    found = [ask(client_id, secret) for _ in range(6)]
    assert [answer.status_code for answer in found] == [200] * 5 + [429]
    assert 0 < int(found[-1]["Retry-After"]) <= 60


@pytest.fixture
def command(lakeside):
    """Runs `api_clients` for a committed clinic with one client, and gives what it printed."""
    client, secret = create_api_client(clinic=lakeside.clinic, name="Laboratory", can_write=True, by=Writer())

    def run(*options):
        out = io.StringIO()
        call_command("api_clients", lakeside.clinic.name, *options, stdout=out)
        return out.getvalue()

    run.client_id, run.secret = client.client_id, secret
    return run


def test_command_lists_and_changes_clients(command):
    line = f"Laboratory\t{command.client_id}\tread write\t{{}}\tnever used\tno last day\n"
    assert command() == line.format("Active")
    assert command("--disable", command.client_id, "--by", "Nadia") == line.format("Disabled")
    assert ask(command.client_id, command.secret).status_code == 401
    assert command("--enable", command.client_id) == line.format("Active")
    second = command("--new-secret", command.client_id).removeprefix("client_secret: ").strip()
    assert [ask(command.client_id, each).status_code for each in (command.secret, second)] == [200, 200]
    with pytest.raises(CommandError, match=r"^It has two secrets already"):
        command("--new-secret", command.client_id)
    command("--end-earlier", command.client_id)
    assert [ask(command.client_id, each).status_code for each in (command.secret, second)] == [401, 200]


def test_command_refuses_a_client_that_is_none(command):
    for option in ("--disable", "--enable", "--new-secret", "--end-earlier"):
        with pytest.raises(CommandError, match=r"has no API client “nobody”.$"):
            command(option, "nobody")


@in_one_zone
@pytest.mark.clock("clinic/api/management/commands/api_clients.py:_line")
def test_command_says_when_each_was_used_and_until_when_it_is_let_in(clock, command):
    rows = ApiClient.objects.using("owner").filter(client_id=command.client_id)
    rows.update(last_used_at=clock.moment, last_day=clock.day(-1))
    assert command().split("\t")[3:] == [
        "Last day is over",
        f"{clock.local:%Y-%m-%d %H:%M}",
        f"until {clock.day(-1)}\n",
    ]
