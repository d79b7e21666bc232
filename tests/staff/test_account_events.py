"""What happens to an account is one event in each clinic of its person, with where it came from; and mails."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from clinic.accounts.models import User
from clinic.audit.models import AuditEvent
from clinic.staff.account import events
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from tests.accounts.test_resets import choose, link
from tests.conftest import signed_in
from tests.factors import CODE, set_up_app
from tests.queued import work_off
from tests.world import PASSWORD

LOGIN, RESET, CHANGE = "/accounts/login/", "/accounts/password/reset/", "/accounts/password/change/"
NEW_CODES, APP_OFF = "/accounts/factors/recovery-codes/new/", "/accounts/factors/app/off/"
PASSKEYS = "/accounts/factors/passkeys/new/"
OF_REQUEST = re.compile(
    r"^BEGIN; (SET LOCAL application_name = '[^']*'; )?"
)  # before the first statement of a transaction
OTHER = "a wholly different passphrase"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def told(world) -> list[tuple]:
    """Who, what, and from where: the events of accounts in a clinic's trail."""
    with clinic_scope(world.clinic):
        rows = AuditEvent.objects.filter(action__startswith="account.").order_by("pk")
        return list(rows.values_list("actor_id", "action", "address", "is_reading", "patient_id"))


def full(execute, sql, params, many, context):
    """Of a trail that takes no event."""
    if "audit_auditevent" in sql and "INSERT" in sql:
        raise OperationalError("no room")
    return execute(sql, params, many, context)


def tried(email: str, password: str, client: Client | None = None) -> int:
    return (client or Client()).post(LOGIN, {"login": email, "password": password}).status_code


def wrong_password(user: User) -> None:
    assert tried(user.email, "wrong") == 200


def wrong_old_password(user: User) -> None:
    form = {"oldpassword": "wrong", "password1": OTHER, "password2": OTHER}
    assert signed_in(Client(), user).post(CHANGE, form).status_code == 200


def signing_out(user: User) -> None:
    assert signed_in(Client(), user).post("/accounts/logout/").status_code == 302


def changed_password(user: User) -> None:
    form = {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER}
    assert signed_in(Client(), user).post(CHANGE, form).status_code == 302


DEEDS = {
    wrong_password: ["password_wrong"],
    wrong_old_password: ["signed_in", "password_wrong"],
    signing_out: ["signed_in", "signed_out"],
    changed_password: ["signed_in", "password_changed"],
}


@pytest.mark.parametrize("deed", DEEDS)
def test_deed_is_one_event_in_each_clinic_of_its_person(both, riverside, hillside, deed):
    deed(both)
    work_off()
    expected = [(str(both.pk), f"account.{name}", "127.0.0.1", False, None) for name in DEEDS[deed]]
    assert [told(world) for world in (riverside, hillside)] == [expected] * 2


def test_forgotten_password_is_noted_where_it_is_chosen(riverside, hillside, mailoutbox):
    Client().post(RESET, {"email": riverside.owner.email})
    work_off()
    assert choose(link(mailoutbox[0])) == 302
    assert ([action for _, action, *_ in told(riverside)], told(hillside)) == (["account.password_reset"], [])


def test_password_that_is_too_short_is_no_event(riverside, mailoutbox):
    Client().post(RESET, {"email": riverside.owner.email})
    work_off()
    assert (choose(link(mailoutbox[0]), "short"), told(riverside)) == (200, [])


def test_change_of_a_factor_is_one_event_in_each_clinic(both, riverside, hillside):
    client = signed_in(Client(), both)
    set_up_app(client)
    passkey = Authenticator.objects.create(user=both, type="webauthn", data={})
    for path in (NEW_CODES, f"/accounts/factors/passkeys/{passkey.pk}/remove/", APP_OFF):
        assert client.post(path).status_code == 302
    expected = [
        "signed_in",
        "app_added",
        "recovery_codes_made",
        "recovery_codes_made",
        "passkey_removed",
        "app_removed",
    ]
    assert [[action for _, action, *_ in told(world)] for world in (riverside, hillside)] == [
        [f"account.{name}" for name in expected]
    ] * 2


def test_factors_are_looked_at_without_an_event(both, riverside):
    client = signed_in(Client(), both)
    set_up_app(client)
    before = told(riverside)
    assert [client.get(path).status_code for path in (NEW_CODES, APP_OFF, PASSKEYS)] == [200, 200, 200]
    assert told(riverside) == before


@pytest.mark.parametrize("path", [NEW_CODES, APP_OFF])
def test_factor_stays_where_the_trail_cannot_name_who_changed_it(riverside, path):
    client = signed_in(Client(raise_request_exception=False), riverside.owner)
    set_up_app(client)
    rows = set(Authenticator.objects.filter(user=riverside.owner.pk).values_list("pk", flat=True))
    with connection.execute_wrapper(full):
        assert client.post(path).status_code in (500, 503)
    assert set(Authenticator.objects.filter(user=riverside.owner.pk).values_list("pk", flat=True)) == rows


def test_wrong_code_is_noted(riverside, hillside, sign_in):
    set_up_app(sign_in(riverside.clinician))
    client = Client()
    assert tried(riverside.clinician.email, PASSWORD, client) == 302
    assert client.post(CODE, {"code": "0"}).status_code == 200
    work_off()
    actions = [f"account.{name}" for name in ("signed_in", "app_added", "recovery_codes_made", "code_wrong")]
    assert ([action for _, action, *_ in told(riverside)], told(hillside)) == (actions, [])


def statements(email: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert tried(email, "wrong") == 200
    asked = [OF_REQUEST.sub("", query["sql"]) for query in captured.captured_queries]
    return [re.sub(r"'[^']*'(::\w+)?|s\d+_x\d+", "?", sql) for sql in asked]


def test_address_without_an_account_takes_the_same_work_and_leaves_no_event(riverside, hillside, caplog):
    typed = "my-secret@nowhere.test"
    known, unknown = statements(riverside.owner.email), statements(typed)
    assert (known == unknown, len(known) > 3) == (True, True)
    assert (work_off(), len(told(riverside)), told(hillside)) == (2, 1, [])
    lines = [record.getMessage() for record in caplog.records if "sign_in.failed" in record.getMessage()]
    assert (len(lines), [line for line in lines if "my-secret" in line]) == (2, [])


def test_what_is_left_to_the_worker_of_a_stranger_names_nothing_that_was_typed(riverside):
    tried("my-secret@nowhere.test", "wrong")
    [row] = DBTaskResult.objects.filter(task_path=events.note_failure.module_path)
    assert row.args_kwargs["kwargs"] | {"request_id": ""} == {
        "user": "",
        "action": "account.password_wrong",
        "request_id": "",
        "trace_id": "",
        "address": "127.0.0.1",
    }


def test_nobody_is_signed_in_whom_the_trail_cannot_name(riverside):
    client = Client(raise_request_exception=False)
    with connection.execute_wrapper(full):
        assert tried(riverside.owner.email, PASSWORD, client) in (500, 503)
    assert (client.get("/patients/").status_code, told(riverside)) == (302, [])


def test_password_stays_where_the_trail_cannot_name_who_changed_it(riverside):
    client = signed_in(Client(raise_request_exception=False), riverside.owner)
    form = {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER}
    with connection.execute_wrapper(full):
        assert client.post(CHANGE, form).status_code in (500, 503)
    assert User.objects.get(pk=riverside.owner.pk).password == riverside.owner.password


def test_clinic_that_waits_for_its_migration_keeps_nobody_out(lakeside):
    Clinic.objects.using("owner").filter(pk=lakeside.clinic.pk).update(out_of_service=True)
    answers = [tried(lakeside.owner.email, PASSWORD), len(told(lakeside))]
    Clinic.objects.using("owner").filter(pk=lakeside.clinic.pk).update(out_of_service=False)
    answers += [tried(lakeside.owner.email, PASSWORD), len(told(lakeside))]
    assert answers == [302, 0, 302, 1]


def test_new_browser_is_told_by_mail_and_a_known_one_is_not(riverside, mailoutbox):
    here, there, seen = Client(), Client(headers={"User-Agent": FIREFOX}), []
    for client in (here, here, there, there):
        assert tried(riverside.owner.email, PASSWORD, client) == 302
        client.post("/accounts/logout/")
        work_off()
        seen.append(len(mailoutbox))
    assert (seen, mailoutbox[0].to, mailoutbox[0].subject) == (
        [0, 0, 1, 1],
        [riverside.owner.email],
        "You signed in on a new device",
    )
    assert "Firefox on Linux, from 127.0.0.1." in mailoutbox[0].body


def test_trail_says_it_in_words(riverside, sign_in):
    wrong_password(riverside.clinician)
    work_off()
    client = sign_in(riverside.owner)
    page = client.get("/clinic/trail/?kind=accounts").content.decode()
    cells = re.findall(r"<bdi>(Signed in|Wrong password for the account|A browser; 127.0.0.1|127.0.0.1)</bdi>", page)
    assert cells == ["Signed in", "A browser; 127.0.0.1", "Wrong password for the account", "127.0.0.1"]
    changes = client.get("/clinic/trail/?kind=changes")
    assert (changes.status_code, "Signed in</bdi>" in changes.content.decode()) == (200, False)
