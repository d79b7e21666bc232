"""A backup of one clinic: what is in it, and what a restore makes of it."""

import json
from datetime import timedelta
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.core.management import CommandError
from django.db import connections
from django.test import Client
from django.utils import timezone

from clinic.access import Role
from clinic.accounts.models import Membership, User
from clinic.api.actions import create_api_client
from clinic.assessments.models import Assessment
from clinic.audit.models import AuditEvent
from clinic.lists.models import Job, SavedView
from clinic.patients.models import Patient
from clinic.staff import actions as staff
from clinic.staff.models import Practitioner
from clinic.tenancy.fleet import survey as migrating
from clinic.tenancy.lifecycle import backup_rows, provisioning
from clinic.tenancy.models import KEPT, Clinic
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import basic
from tests.committed import administer
from tests.conftest import signed_in
from tests.factors import set_up_app
from tests.staff.conftest import AWKWARD, change, command, names, row, rows
from tests.tenancy.facts import facts
from tests.world import Writer, make_patient, make_user

# What comes back


def test_restored_clinic_has_the_rows_and_files_of_the_backup_and_no_others(lake):
    before = rows(lake.clinic)
    lake.backup()
    change(lake.clinic)
    assert rows(lake.clinic) != before
    lake.restore()
    assert rows(lake.clinic) == before
    folder = backup_rows.media_folder(row(lake.clinic))
    assert [path.relative_to(folder).as_posix() for path in folder.rglob("*.*")] == ["letters/one.txt"]
    assert (folder / "letters" / "one.txt").read_text() == "Dear Ann"
    assert list(folder.parent.iterdir()) == [folder]


def test_backup_holds_every_table_of_a_clinic(lake):
    lake.backup()
    tables = {
        m._meta.db_table for label in provisioning.tenant_labels() for m in apps.get_app_config(label).get_models()
    }
    with ZipFile(lake.file) as archive:
        told = json.loads(archive.read("clinic.json"))
        assert {name.removeprefix("rows/") for name in archive.namelist() if name.startswith("rows/")} == tables
    assert {name: table["rows"] for name, table in told["tables"].items()} == {
        name: len(found) for name, found in rows(lake.clinic).items()
    } | {"audit_auditevent": told["tables"]["audit_auditevent"]["rows"]}


def test_restored_clinic_equals_a_new_one(lake):
    lake.backup()
    lake.restore()
    clinic = provisioning.create_clinic(name="New beside a restored one")
    try:
        new, restored = (facts(connections["owner"], row(it).schema_name) for it in (clinic, lake.clinic))
        assert new == restored
    finally:
        provisioning.drop_clinic(clinic)
    assert lake.clinic not in migrating.behind()


def test_what_the_clinic_was_is_in_the_bin_and_comes_back_whole(lake):
    lake.backup()
    change(lake.clinic)
    before = rows(lake.clinic)
    said = lake.restore()
    old = Clinic.objects.using("owner").get(schema_name=lake.clinic.schema_name)
    assert f"What it was until now is in the bin as “{old.name}”.\n" in said
    assert (old.pk != lake.clinic.pk, old.deleted_at is not None, rows(old)) == (True, True, before)
    files = {path.name: path.read_text() for path in backup_rows.media_folder(old).rglob("*.txt")}
    assert files == {"one.txt": "Dear Ann", "later.txt": "x"}
    command("undelete_clinic", old.name)
    assert (row(old).deleted_at, names(old)) == (None, [AWKWARD, "Changed", "Later"])


def test_what_the_clinic_was_goes_with_the_bin_after_a_month(lake):
    lake.backup()
    lake.restore()
    old = Clinic.objects.using("owner").get(schema_name=lake.clinic.schema_name)
    stray = lake.file.parent / "media" / str(uuid4())
    stray.mkdir()
    Clinic.objects.using("owner").filter(pk=old.pk).update(deleted_at=timezone.now() - KEPT - timedelta(days=1))
    assert command("purge_clinics") == f"{old.name} is gone.\n"
    assert administer("SELECT 1 FROM pg_namespace WHERE nspname = %s", old.schema_name) == []
    assert administer("SELECT 1 FROM pg_roles WHERE rolname = %s", old.schema_name) == []
    assert [folder.name for folder in stray.parent.iterdir()] == [str(lake.clinic.pk)]
    assert names(lake.clinic) == [AWKWARD, "Ben"]


def test_restored_clinic_goes_on_numbering(lake):
    lake.backup()
    lake.restore()
    with clinic_scope(row(lake.clinic)):
        assert AuditEvent.objects.latest("id").action == "clinic.restored"
        newest = AuditEvent.objects.latest("id").pk
        assert newest == AuditEvent.objects.get(action="clinic.backed_up").pk + 1
        assert make_patient(full_name="After").pk
    client = signed_in(Client(), lake.world.clinician)
    assert client.get("/patients/").status_code == 200


def test_both_leave_a_record_in_the_trail(lake):
    lake.backup()
    lake.restore()
    with clinic_scope(row(lake.clinic)):
        events = AuditEvent.objects.filter(record_type="clinic").order_by("id").values_list("action", "actor_id")
        assert list(events) == [("clinic.backed_up", "operator"), ("clinic.restored", "operator")]


def test_sessions_and_pages_work_on_after_a_restore(lake):
    client = signed_in(Client(), lake.world.clinician)
    lake.backup()
    change(lake.clinic)
    assert "Later" in client.get("/patients/").content.decode()
    lake.restore()
    page = client.get("/patients/").content.decode()
    assert ("Ben" in page, "Later" in page) == (True, False)


# People and programs


def test_members_are_those_of_the_backup(lake):
    lake.backup()
    owner, later = lake.world.auditor, make_user(f"later@{lake.world.owner.email.partition('@')[2]}", "Lea Later")
    Membership.objects.using("owner").filter(user=owner).delete()
    staff.add_member(clinic=lake.clinic, user=later, role=Role.OWNER, by=Writer())
    said = lake.restore()
    assert f"{owner.email} is a member again.\n{later.email} is no longer a member.\n" in said
    members = Membership.objects.using("owner").filter(clinic=lake.clinic).values_list("user__email", "role")
    assert sorted(members) == sorted((user.email, role.value) for role, user in lake.world.users.items())


def test_programs_of_the_backup_can_ask_for_tokens(lake):
    client, secret = create_api_client(clinic=lake.clinic, name="Laboratory", can_write=False, by=Writer())
    lake.backup()
    create_api_client(clinic=lake.clinic, name="Later", can_write=True, by=Writer())
    lake.restore()
    header = basic(client.client_id, secret)
    answer = Client().post("/o/token/", {"grant_type": "client_credentials"}, headers={"Authorization": header})
    program = Client(headers={"Authorization": f"Bearer {answer.json()['access_token']}"})
    assert program.get("/api/v1/patients/").json()["meta"]["pagination"]["count"] == 2
    kept = row(lake.clinic).api_clients.using("owner").values_list("pk", "name", "can_write")
    assert list(kept) == [(client.pk, "Laboratory", False)]


def test_clinic_comes_back_where_neither_it_nor_its_people_are(lake):
    """As on another server."""
    Clinic.objects.using("owner").filter(pk=lake.clinic.pk).update(
        time_zone="Asia/Tokyo", country="JP", idle_minutes=7, restricts_patients=True, second_factor_required=True,
        colour="pink", icon="key",
    )  # fmt: skip
    before, folder = rows(lake.clinic), lake.file.parent / "media" / str(lake.clinic.pk)
    lake.backup()
    provisioning.drop_clinic(lake.clinic)
    User.objects.using("owner").filter(pk__in=[user.pk for user in lake.world.users.values()]).delete()
    said = lake.restore()
    assert said.count("is a member again") == 4
    assert rows(lake.clinic) == before
    found = row(lake.clinic)
    assert (found.time_zone, found.country) == ("Asia/Tokyo", "JP")
    assert (found.idle_minutes, found.restricts_patients, found.second_factor_required) == (7, True, True)
    assert (found.colour, found.icon) == ("pink", "key")
    client = signed_in(Client(), lake.world.clinician)
    set_up_app(client)
    assert "Ben" in client.get("/patients/").content.decode()
    assert [path.name for path in folder.rglob("*.txt")] == ["one.txt"]


def test_person_who_has_another_account_there_keeps_that_one(lake):
    old = lake.world.clinician
    with clinic_scope(lake.clinic):
        SavedView.objects.create(list="patients", name="Mine", owner_id=old.pk, owner_name="Clara")
        Job.objects.create(list="patients", label="Archive 1 patient", by_id=str(old.pk), by_name="Clara")
    lake.backup()
    provisioning.drop_clinic(lake.clinic)
    User.objects.using("owner").filter(pk=old.pk).delete()
    new = make_user(old.email, "Clara Elsewhere")
    lake.restore()
    with clinic_scope(row(lake.clinic)):
        assert not Practitioner.objects.filter(pk=old.pk).exists()
        assert not Patient.objects.filter(user_id=old.pk).exists()
        assert (SavedView.objects.get().owner_id, Job.objects.get().by_id) == (new.pk, str(new.pk))
        assert Patient.objects.filter(user_id=new.pk).count() + Assessment.objects.filter(user_id=new.pk).count() == 3
    assert signed_in(Client(), new).get("/patients/").status_code == 200


def test_account_of_the_same_id_goes_before_one_of_the_same_address(lake):
    old = lake.world.clinician
    lake.backup()
    User.objects.using("owner").filter(pk=old.pk).update(email=f"moved.{old.email}")
    new = make_user(old.email, "Clara Elsewhere")
    lake.restore()
    members = Membership.objects.using("owner").filter(clinic=lake.clinic.pk, role="clinician")
    assert (list(members.values_list("user", flat=True)), new.pk != old.pk) == ([old.pk], True)
    with clinic_scope(row(lake.clinic)):
        assert list(Patient.objects.values_list("user", flat=True)) == [old.pk, old.pk]


# Deleted clinics


def test_restore_brings_a_deleted_clinic_back(lake):
    lake.backup()
    command("delete_clinic", lake.clinic.name)
    lake.restore()
    assert row(lake.clinic).deleted_at is None
    assert names(lake.clinic) == [AWKWARD, "Ben"]


def test_clinic_whose_name_was_given_away_comes_back_under_another(lake):
    lake.backup()
    provisioning.drop_clinic(lake.clinic)
    other = provisioning.create_clinic(name=lake.clinic.name)
    try:
        with pytest.raises(CommandError, match="not of"):
            lake.restore()
        with pytest.raises(CommandError, match="already exists"):
            command("restore_clinic", lake.clinic.pk, lake.file)
        command("restore_clinic", lake.clinic.pk, lake.file, "--name", f"{lake.clinic.name} again")
        assert row(lake.clinic).name == f"{lake.clinic.name} again"
    finally:
        provisioning.drop_clinic(other)


def test_restore_mends_a_clinic_whose_schema_is_lost(lake):
    lake.backup()
    administer(f"DROP SCHEMA {lake.clinic.schema_name} CASCADE")
    lake.restore()
    assert names(lake.clinic) == [AWKWARD, "Ben"]


def test_suspended_clinic_stays_suspended(lake):
    lake.backup()
    command("suspend_clinic", lake.clinic.name)
    lake.restore()
    assert row(lake.clinic).state == "suspended"
