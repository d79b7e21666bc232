"""What an operator does with a whole clinic, at the command line."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.access import Role
from clinic.audit.models import AuditEvent
from clinic.staff import actions as staff
from clinic.staff import clinics, overview
from clinic.tenancy.cluster import has_citus
from clinic.tenancy.lifecycle import backup_rows, provisioning
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from tests.committed import administer
from tests.conftest import signed_in
from tests.world import Writer, make_patient


def command(*words: str) -> str:
    """What the command says."""
    said = io.StringIO()
    call_command(*words, stdout=said, stderr=said)
    return said.getvalue()


@pytest.mark.parametrize(
    ("words", "zone"), [((), "Asia/Tokyo"), (("--time-zone", "Pacific/Auckland"), "Pacific/Auckland")]
)
def test_new_clinic_is_in_the_zone_that_is_named_or_the_servers(lakeside, settings, words, zone):
    settings.TIME_ZONE = "Asia/Tokyo"
    command("create_clinic", "Zoned", "--owner", lakeside.owner.email, *words)
    made = Clinic.objects.using("owner").get(name="Zoned")
    provisioning.drop_clinic(made)
    assert (made.time_zone, made.country) == (zone, "")


def test_new_clinic_of_no_zone_is_refused_and_not_made(lakeside):
    with pytest.raises(CommandError, match="“Europe/Nowhere” is no time zone"):
        command("create_clinic", "Zoned", "--owner", lakeside.owner.email, "--time-zone", "Europe/Nowhere")
    assert Clinic.objects.using("owner").filter(name="Zoned").count() == 0


def row(world) -> Clinic:
    return Clinic.objects.using("owner").get(pk=world.clinic.pk)


def trail(world) -> list[tuple]:
    with clinic_scope(row(world)):
        events = AuditEvent.objects.filter(record_type="clinic").order_by("id")
        return list(events.values_list("action", "actor_id", "changes"))


def listed(world) -> list[str]:
    """The cells of a clinic's line, without its id and its server, which a cluster's has last."""
    line = next(line for line in command("clinics").splitlines() if str(world.clinic.pk) in line)
    return [cell.strip() for cell in line.replace(str(world.clinic.pk), "").split("  ") if cell.strip()][:6]


def test_renamed_clinic_shows_its_name_at_once(lakeside):
    client = signed_in(Client(), lakeside.clinician)
    name = f"{lakeside.clinic.name} and Shore"
    assert name in command("rename_clinic", lakeside.clinic.name, f"  {name} ")
    assert name in client.get("/patients/").content.decode()
    assert trail(lakeside) == [("clinic.renamed", "operator", {"name": [lakeside.clinic.name, name]})]


@pytest.mark.parametrize("name", ["Riverside", "", " ", "x" * 201])
def test_name_that_cannot_be_is_refused(lakeside, name):
    with pytest.raises(CommandError):
        command("rename_clinic", str(lakeside.clinic.pk), name)
    assert (row(lakeside).name, trail(lakeside)) == (lakeside.clinic.name, [])


def test_suspended_clinic_is_closed_until_it_is_resumed(lakeside):
    client = signed_in(Client(), lakeside.clinician)
    command("suspend_clinic", lakeside.clinic.name)
    assert client.get("/patients/").status_code == 403
    command("resume_clinic", lakeside.clinic.name)
    assert client.get("/patients/").status_code == 200
    states = [(action, changes["state"]) for action, _, changes in trail(lakeside)]
    assert states == [("clinic.suspended", ["active", "suspended"]), ("clinic.resumed", ["suspended", "active"])]


def test_deleted_clinic_comes_back_as_it_was(lakeside):
    client = signed_in(Client(), lakeside.clinician)
    command("suspend_clinic", lakeside.clinic.name)
    assert "undelete_clinic brings it back" in command("delete_clinic", lakeside.clinic.name)
    assert "This clinic was deleted" in client.get("/patients/").content.decode()
    command("undelete_clinic", lakeside.clinic.name)
    assert "This clinic is suspended" in client.get("/patients/").content.decode()
    assert [action for action, _, _ in trail(lakeside)] == ["clinic.suspended", "clinic.deleted", "clinic.undeleted"]


def test_what_is_so_already_is_not_noted_again(lakeside):
    for words in ("resume_clinic", "undelete_clinic", "suspend_clinic", "suspend_clinic", "delete_clinic"):
        command(words, lakeside.clinic.name)
    deleted_at = row(lakeside).deleted_at
    command("delete_clinic", lakeside.clinic.name)
    assert row(lakeside).deleted_at == deleted_at
    assert [action for action, _, _ in trail(lakeside)] == ["clinic.suspended", "clinic.deleted"]


@pytest.mark.parametrize("days", [29, 31])
def test_bin_is_emptied_after_30_days(lakeside, woodside, settings, tmp_path, days):
    settings.MEDIA_ROOT = tmp_path
    folder = backup_rows.media_folder(lakeside.clinic)
    folder.mkdir(parents=True)
    Clinic.objects.using("owner").filter(pk=lakeside.clinic.pk).update(deleted_at=timezone.now() - timedelta(days=days))
    said = command("purge_clinics")
    gone = days > 30
    assert said == (f"{lakeside.clinic.name} is gone.\n" if gone else "")
    schemas = administer("SELECT 1 FROM pg_namespace WHERE nspname = %s", lakeside.clinic.schema_name)
    roles = administer("SELECT 1 FROM pg_roles WHERE rolname = %s", lakeside.clinic.schema_name)
    assert [not schemas, not roles, not folder.exists()] == [gone] * 3
    client = signed_in(Client(), lakeside.clinician)
    assert client.get("/patients/").status_code == (302 if gone else 403)
    assert signed_in(Client(), woodside.clinician).get("/patients/").status_code == 200


def test_clinic_in_use_is_not_in_the_bin(lakeside):
    assert clinics.purge_clinics() == []
    assert row(lakeside).deleted_at is None


@pytest.mark.parametrize(
    "name", ["rename_clinic", "suspend_clinic", "resume_clinic", "delete_clinic", "undelete_clinic"]
)
def test_clinic_that_is_not_there_is_named(lakeside, name):
    words = [name, "No such clinic", *(["New"] if name == "rename_clinic" else [])]
    with pytest.raises(CommandError, match="There is no clinic “No such clinic”"):
        command(*words)


def test_list_says_what_is_in_a_clinic_and_who_was_there_last(lakeside):
    with clinic_scope(lakeside.clinic):
        for number in range(3):
            make_patient(full_name=f"Patient {number}")
    assert listed(lakeside)[1:4] == ["active", "up to date", "3"]
    assert listed(lakeside)[-1] == "never"
    signed_in(Client(), lakeside.clinician)
    assert listed(lakeside)[-1] == f"{timezone.now():%Y-%m-%d %H:%M}"
    size, unit = listed(lakeside)[4].split()
    schema = lakeside.clinic.schema_name
    size_of = "citus_total_relation_size" if has_citus() else "pg_total_relation_size"
    exact = administer(
        f"SELECT sum({size_of}(oid)) FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r'", schema
    )[0][0]
    assert round(float(size)) == round(exact / {"KB": 1024, "MB": 1024**2}[unit])


STATES = {
    "suspended": {"state": "suspended"},
    "closed: a migration failed": {"out_of_service": True},
    "deleted, kept until 2026-03-31": {"deleted_at": datetime(2026, 3, 1, 12, tzinfo=UTC), "out_of_service": True},
}


@pytest.mark.parametrize("said", STATES)
def test_list_says_how_a_clinic_is_closed(lakeside, said):
    Clinic.objects.using("owner").filter(pk=lakeside.clinic.pk).update(**STATES[said])
    assert listed(lakeside)[1] == said


def test_list_says_who_is_behind(lakeside):
    schema = lakeside.clinic.schema_name
    administer(f"COMMENT ON SCHEMA {schema} IS NULL")
    assert listed(lakeside)[2] == "grants behind"
    administer(f"DELETE FROM {schema}.django_migrations WHERE app = 'assessments'")
    assert listed(lakeside)[2].endswith(" behind")
    administer(f"ALTER SCHEMA {schema} RENAME TO lost")
    try:
        assert listed(lakeside)[2:5] == ["schema missing", "-", "-"]
    finally:
        administer(f"ALTER SCHEMA lost RENAME TO {schema}")


def test_list_in_several_round_trips_says_the_same(lakeside, monkeypatch):
    whole = command("clinics")
    monkeypatch.setattr(overview, "AT_ONCE", 1)
    assert command("clinics") == whole


def test_list_of_many_clinics_takes_no_more_round_trips_than_of_few(lakeside):
    command("clinics")
    with CaptureQueriesContext(connections["owner"]) as captured:
        command("clinics")
    assert len(captured) == (5 if has_citus() else 3)  # a cluster is asked where clinics are, and how large there


def test_trail_has_who_was_added_to_see_patients_once(lakeside):
    people = (lakeside.owner, "owner"), (lakeside.clinician, "clinician")
    staff.add_member(clinic=lakeside.clinic, user=lakeside.clinician, role=Role.CLINICIAN, by=Writer())
    with clinic_scope(lakeside.clinic):
        events = AuditEvent.objects.filter(record_type="practitioner").order_by("id")
        told = list(events.values_list("action", "actor_id", "record_id", "changes"))
    assert told == [("practitioner.added", Writer().id, user.pk, {"role": role}) for user, role in people]
