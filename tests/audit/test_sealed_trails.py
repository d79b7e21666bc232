"""A sealed trail tells of every event that was changed, removed, added or moved, whoever did it."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.audit import heads, seals
from clinic.audit.actions import record
from clinic.audit.verification import verify_trail
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.committed import administer
from tests.side_by_side import holds_lock, overlap
from tests.world import Writer, make_patient

EVENTS = 12


@pytest.fixture
def trail(woodside, settings, tmp_path):
    """A sealed trail of twelve events, as an administrator of the server may treat it; emptied afterwards."""
    settings.TRAIL_HEADS = tmp_path
    table = f"{woodside.clinic.schema_name}.audit_auditevent"
    administer(f"TRUNCATE {table}")

    def seal(count=0):
        with clinic_scope(woodside.clinic):
            patient = Patient.objects.first() or make_patient(full_name="Terry Trail")
            for number in range(count):
                record("patient.changed", patient, by=Writer(), changes={"notes": ["", f"{number} é"]})
        with clinic_scope(woodside.clinic):
            seals.seal_trail()

    def faults():
        with clinic_scope(woodside.clinic):
            return list(verify_trail(woodside.clinic.pk))

    for _ in range(3):
        seal(EVENTS // 3)
    trail = type("Trail", (), {"table": table, "clinic": woodside.clinic, "seal": staticmethod(seal)})
    trail.faults = staticmethod(faults)
    yield trail
    administer(f"TRUNCATE {table}")


def sealed(trail, columns="number, changes"):
    return administer(f"SELECT {columns} FROM {trail.table} ORDER BY number")


def test_events_are_numbered_in_one_row_and_proved(trail):
    assert ([number for number, _ in sealed(trail)], trail.faults()) == (list(range(1, EVENTS + 1)), [])
    assert [head.number for head in heads.read(trail.clinic.pk)] == [4, 8, 12]


TAMPERED = {
    "an edit": ("UPDATE {} SET actor_name = 'Somebody Else' WHERE number = 5", ["Event 5 of"]),
    "an edit of when": ("UPDATE {} SET at = '2026-03-01T00:00:00Z' WHERE number = 5", ["Event 5 of"]),
    "an edit of what": ("""UPDATE {} SET changes = '{{"notes": ["", "x"]}}' WHERE number = 1""", ["Event 1 of"]),
    "a deletion": ("DELETE FROM {} WHERE number = 6", ["Event 6 is missing", "Event 7 of"]),
    "two deletions": ("DELETE FROM {} WHERE number IN (6, 7)", ["Events 6 to 7 are missing", "Event 8 of"]),
    "a swap": (
        "UPDATE {0} AS one SET changes = two.changes FROM {0} AS two WHERE one.number + two.number = 7"
        " AND one.number IN (3, 4)",
        ["Event 3 of", "Event 4 of"],
    ),
    "a cut tail": ("DELETE FROM {} WHERE number > 10", ["Events 11 to 12 are missing at the end"]),
    "a truncation": ("TRUNCATE {}", ["Events 1 to 12 are missing at the end"]),
    "an insertion": (
        "INSERT INTO {0} (at, actor_id, actor_name, action, record_type, changes)"
        " SELECT at - interval '1 day', actor_id, actor_name, action, record_type, changes FROM {0} WHERE number = 2",
        ["1 events older than an hour are not sealed"],
    ),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_tampering_is_found_and_said_where(trail, how):
    statement, said = TAMPERED[how]
    administer(statement.format(trail.table))
    found = trail.faults()
    assert [fault[: len(start)] for fault, start in zip(found, said, strict=True)] == said


def test_number_that_is_there_twice_is_found_where_the_constraint_was_taken_away(trail):
    schema = trail.table.partition(".")[0]
    administer(f"DROP INDEX {schema}.audit_event_number_once")
    try:
        columns = "at, actor_id, actor_name, action, record_type, changes, number, digest"
        administer(f"INSERT INTO {trail.table} ({columns}) SELECT {columns} FROM {trail.table} WHERE number = 4")
        assert trail.faults()[:2] == ["Event 4 is there twice.", trail.faults()[1]]
        assert len(trail.faults()) == 2
    finally:
        administer(f"DELETE FROM {trail.table} WHERE number = 4")
        administer(f"CREATE UNIQUE INDEX audit_event_number_once ON {trail.table} (number) WHERE number IS NOT NULL")


def test_chain_that_was_worked_out_anew_contradicts_what_was_written_down(trail):
    """Whoever owns the database and knows how it is sealed can make a chain that is whole, but not the old heads."""
    administer(f"UPDATE {trail.table} SET actor_name = 'Somebody Else' WHERE number = 5")
    administer(f"UPDATE {trail.table} SET number = NULL, digest = NULL")
    trail.seal()
    said = "Event {} is another one than was written down"
    assert [fault.partition(" on ")[0] for fault in trail.faults()] == [said.format(8), said.format(12)]


def test_event_with_an_old_date_is_found_after_it_was_sealed(trail):
    administer(TAMPERED["an insertion"][0].format(trail.table))
    trail.seal()
    assert [fault[:14] for fault in trail.faults()] == ["Event 13 says "]


def test_event_that_is_seen_late_gets_a_later_number(trail):
    """One that was begun first and committed last: whoever read up to the number before misses nothing."""
    administer(f"UPDATE {trail.table} SET number = NULL, digest = NULL WHERE id = (SELECT max(id) FROM {trail.table})")
    late = administer(f"SELECT max(id) FROM {trail.table}")[0][0]
    first = administer(f"SELECT id FROM {trail.table} WHERE number = 11")[0][0]
    assert late > first
    trail.seal(1)
    numbers = dict(administer(f"SELECT id, number FROM {trail.table}"))
    assert sorted(numbers.values()) == list(range(1, EVENTS + 2))


@given(kept=st.sets(st.integers(1, EVENTS)))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_missing_is_told(trail, kept):
    gone = sorted(set(range(1, EVENTS + 1)) - kept)
    administer(f"CREATE TABLE {trail.table}_kept AS SELECT * FROM {trail.table}")
    try:
        administer(f"DELETE FROM {trail.table} WHERE number = ANY(%s)", gone)
        said = " ".join(fault for fault in trail.faults() if "missing" in fault)
        assert bool(said) == bool(gone)
        assert missing_in(said) == gone
    finally:
        administer(f"TRUNCATE {trail.table}")
        administer(f"INSERT INTO {trail.table} SELECT * FROM {trail.table}_kept")
        administer(f"DROP TABLE {trail.table}_kept")


def missing_in(said):
    """The numbers that sentences name as missing."""
    found = []
    for first, last in re.findall(r"Events? (\d+)(?: to (\d+))? (?:is|are) missing", said):
        found += range(int(first), int(last or first) + 1)
    return found


def test_web_and_clinic_cannot_seal_and_the_sealer_cannot_write_events(trail):
    for statement in (
        "UPDATE audit_auditevent SET digest = 'x' WHERE number = 1",
        "UPDATE audit_auditevent SET number = 99 WHERE number = 1",
    ):
        with pytest.raises(ProgrammingError), clinic_scope(trail.clinic), connection.cursor() as cursor:
            cursor.execute(statement)
    role = f'SET LOCAL ROLE "{connection.settings_dict["USER"]}_sealer"'
    for statement in (
        "UPDATE audit_auditevent SET actor_name = 'x'",
        "DELETE FROM audit_auditevent",
        "INSERT INTO audit_auditevent (at, actor_id, actor_name, action, record_type, changes) "
        "VALUES (now(), '', '', '', '', '{}')",
        "SELECT full_name FROM patients_patient",
    ):
        with pytest.raises(ProgrammingError), clinic_scope(trail.clinic), connection.cursor() as cursor:
            cursor.execute(role)
            with transaction.atomic():
                cursor.execute(statement)


@holds_lock("audit.seals.seal_trail")
def test_two_who_seal_at_once_do_not_both(trail):
    """The second would number anew what came between, under heads that were written down."""
    with clinic_scope(trail.clinic):
        record("patient.changed", Patient.objects.get(), by=Writer())
    both = overlap(lambda: clinic_scope(trail.clinic), seals.seal_trail, seals.seal_trail)
    assert (both.second, both.waited, len(sealed(trail))) == (None, False, EVENTS + 1)


def test_command_says_what_is_wrong_and_where(trail):
    told, wrong = StringIO(), StringIO()
    call_command("verify_audit", trail.clinic.name, stdout=told, stderr=wrong)
    assert (told.getvalue(), wrong.getvalue()) == (
        f"{trail.clinic.name}: {EVENTS} sealed events, as they were sealed.\n", "",
    )  # fmt: skip
    administer(f"DELETE FROM {trail.table} WHERE number = 6")
    with pytest.raises(CommandError, match="2 faults"):
        call_command("verify_audit", str(trail.clinic.pk), stdout=told, stderr=wrong)
    assert f"{trail.clinic.name}: Event 6 is missing." in wrong.getvalue()
    with pytest.raises(CommandError, match="no clinic"):
        call_command("verify_audit", "Nowhere")


def test_heads_are_mailed_without_a_name(trail, settings, mailoutbox):
    seals.mail_heads()
    assert mailoutbox == []
    settings.TRAIL_HEADS_EMAIL = "keeper@elsewhere.test"
    seals.mail_heads()
    head = heads.last(trail.clinic.pk)
    assert (mailoutbox[0].to, f"{trail.clinic.pk} {EVENTS} {head.digest}" in mailoutbox[0].body.splitlines()) == (
        ["keeper@elsewhere.test"], True,
    )  # fmt: skip
    assert (trail.clinic.name in mailoutbox[0].body, "Terry" in mailoutbox[0].body) == (False, False)


def test_server_that_keeps_no_heads_seals_all_the_same(trail, settings):
    settings.TRAIL_HEADS = None
    trail.seal(2)
    assert (trail.faults(), heads.last(trail.clinic.pk), len(sealed(trail))) == ([], None, EVENTS + 2)
