"""A clinic's transaction on its own: how it starts, ends and is lost, and what it leaves on the connection."""

import io

import pytest
from django.db import DatabaseError, Error, IntegrityError, ProgrammingError, connection, connections, transaction

from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope, public_scope
from tests.committed import administer
from tests.world import make_patient

NOT_THERE = pytest.raises(ProgrammingError, match="does not exist")


def names(using="default"):
    return sorted(Patient.objects.using(using).values_list("full_name", flat=True))


def run(sql, parameters=None):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()[0] if cursor.description else None


def settings():
    return run("SELECT current_setting('role') || ' ' || current_setting('search_path')")


def terminate():
    """End this connection's session, and wait until the server has."""
    pid = connection.connection.get_backend_pid()
    administer("SELECT pg_terminate_backend(%s, 5000)", pid)


def dangle():
    """Insert a patient whose practitioner does not exist: a deferred key, so it fails at COMMIT."""
    patient = Patient.objects.get()
    patient.pk, patient.full_name, patient.user_id = None, "Dangling", "00000000-0000-4000-8000-000000000000"
    patient.record_number = "T-dangling"
    patient.save(force_insert=True)


# First statements that do not parse


def test_savepoint_then_statement_that_does_not_parse_leaves_the_scope_usable(north):
    with clinic_scope(north):
        with pytest.raises(ProgrammingError), transaction.atomic():
            run("SELEC 1")
        assert names() == ["North Patient"]


def test_first_statement_that_does_not_parse_may_be_followed_by_a_savepoint(north):
    with clinic_scope(north):
        with pytest.raises(ProgrammingError):
            run("SELEC 1")
        with transaction.atomic():
            assert names() == ["North Patient"]
        assert names() == ["North Patient"]


def test_several_statements_that_do_not_parse_are_each_followed_by_the_start(north):
    with clinic_scope(north):
        for _ in range(3):
            with pytest.raises(ProgrammingError):
                run("SELEC 1")
        assert settings() == f"{north.schema_name} {north.schema_name}, public"


def test_statement_with_wrong_parameters_is_followed_by_the_start(north):
    with clinic_scope(north):
        with pytest.raises(IndexError):
            run("SELECT %s, %s", [1])
        assert names() == ["North Patient"]


def test_first_statement_that_does_not_parse_in_public_scope_stays_public(north):
    with clinic_scope(north):
        with public_scope():
            with pytest.raises(ProgrammingError):
                run("SELEC 1")
            with NOT_THERE, transaction.atomic():
                names()
        assert names() == ["North Patient"]


# Aborted transactions and savepoints


def test_statement_that_fails_closes_the_transaction_until_it_is_left(north):
    with pytest.raises(DatabaseError, match="aborted"), clinic_scope(north):
        with pytest.raises(ProgrammingError):
            run("SELECT * FROM nothing_of_that_name")
        names()
    with clinic_scope(north):
        assert names() == ["North Patient"]


def test_rolled_back_savepoint_keeps_the_clinic(north):
    with clinic_scope(north):
        savepoint = transaction.savepoint_create()
        make_patient(full_name="Never Kept")
        transaction.savepoint_rollback(savepoint)
        assert names() == ["North Patient"]


def test_savepoint_of_a_scope_that_was_left_cannot_bring_its_clinic_back(north, south):
    with pytest.raises(DatabaseError), transaction.atomic():
        with clinic_scope(north):
            savepoint = transaction.savepoint_create()
        with clinic_scope(south):
            transaction.savepoint_rollback(savepoint)


def test_scope_entered_while_autocommit_is_off_is_in_the_clinic_and_left_after(north):
    transaction.set_autocommit(False)
    try:
        for _ in range(2):
            with clinic_scope(north):
                assert names() == ["North Patient"]
            assert settings() == "none public"
            transaction.commit()
    finally:
        transaction.rollback()
        transaction.set_autocommit(True)


# Statements that end the transaction themselves


@pytest.mark.parametrize(
    "statement",
    ["COMMIT", "ROLLBACK", "END", "ABORT", "COMMIT AND CHAIN", "ROLLBACK AND CHAIN", "COMMIT; BEGIN", "BEGIN"],
)
def test_statement_that_ends_or_begins_a_transaction_raises_and_nothing_runs_after_it(north, statement):
    with clinic_scope(north):
        names()
        with pytest.raises(DatabaseError, match="ended by a statement"):
            run(statement)
        with pytest.raises(DatabaseError):
            run("SELECT 1")
    assert settings() == "none public"


def test_commit_hidden_before_another_statement_raises_at_the_next_one(north):
    with pytest.raises(DatabaseError, match="ended by a statement"), clinic_scope(north):
        run("COMMIT; SELECT 1")
        run("SELECT 1")


def test_commit_hidden_before_another_statement_raises_at_the_end(north):
    with pytest.raises(DatabaseError, match="ended by a statement"), clinic_scope(north):
        run("COMMIT; SELECT 1")


def test_copy_after_a_hidden_commit_raises(north):
    with pytest.raises(DatabaseError, match="ended by a statement"), clinic_scope(north):
        run("COMMIT; SELECT 1")
        connection.cursor().copy_expert("COPY (SELECT 1) TO STDOUT", io.StringIO())


def test_owner_may_end_transactions_outside_every_scope(north):
    with connections["owner"].cursor() as cursor:
        cursor.execute("BEGIN; SELECT 1; COMMIT; SELECT txid_current_if_assigned(), current_setting('role')")
        assert cursor.fetchone() == (None, "none")


# Errors at COMMIT


def test_deferred_key_fails_at_commit_and_keeps_nothing(north):
    with pytest.raises(IntegrityError), clinic_scope(north):
        dangle()
    with clinic_scope(north):
        assert names() == ["North Patient"]
    assert settings() == "none public"


def test_failed_transaction_whose_error_was_swallowed_is_not_reported_as_committed(north):
    rolled_back = pytest.raises(DatabaseError, match="rolled back instead")
    with rolled_back, clinic_scope(north), pytest.raises(ProgrammingError):
        run("SELECT * FROM nothing_of_that_name")
    assert settings() == "none public"


# Lost connections


def test_connection_lost_before_the_first_statement_fails_and_is_replaced(direct, north):
    connection.ensure_connection()
    terminate()
    with pytest.raises(DatabaseError), clinic_scope(north):
        names()
    with clinic_scope(north):
        assert names() == ["North Patient"]


def test_connection_lost_in_a_scope_stays_lost_until_the_scope_is_left(direct, north):
    with pytest.raises(DatabaseError), clinic_scope(north):
        make_patient(full_name="Never Kept")
        terminate()
        for _ in range(2):
            with pytest.raises(Error):
                names()
        raise DatabaseError("The view gives up.")
    assert settings() == "none public"
    with clinic_scope(north):
        assert names() == ["North Patient"]


def test_connection_lost_before_commit_is_an_error_and_is_replaced(direct, north):
    with pytest.raises(DatabaseError), clinic_scope(north):
        make_patient(full_name="Never Kept")
        terminate()
    with clinic_scope(north):
        assert names() == ["North Patient"]


def test_connection_lost_unnoticed_is_not_reported_as_committed(direct, north):
    with pytest.raises(DatabaseError, match="lost"), clinic_scope(north):
        make_patient(full_name="Never Kept")
        terminate()
        with pytest.raises(Error):
            names()


def test_closed_connection_is_not_opened_again_inside_a_scope(north):
    with pytest.raises(Error), clinic_scope(north):
        names()
        connection.close()
        names()
    assert settings() == "none public"


# What is left on the connection


@pytest.mark.parametrize(
    "statement",
    ["SET ROLE {other}", "SET search_path = {other}", "SELECT set_config('role', '{other}', false)", "RESET ROLE"],
)
def test_setting_of_the_session_does_not_outlive_the_scope(north, south, statement):
    with clinic_scope(north):
        run(statement.format(other=south.schema_name))
    assert settings() == "none public"


def test_held_cursor_does_not_outlive_the_scope(north):
    with clinic_scope(north):
        run("DECLARE held CURSOR WITH HOLD FOR SELECT full_name FROM patients_patient")
    with pytest.raises(DatabaseError, match="does not exist"):
        run("FETCH ALL FROM held")


def test_hook_on_commit_runs_outside_every_clinic_and_may_enter_another(north, south):
    seen = []

    def hook():
        seen.append(settings())
        with clinic_scope(south):
            seen.append(names())

    with clinic_scope(north):
        names()
        transaction.on_commit(hook)
    assert seen == ["none public", ["South Patient"]]


def test_hook_of_a_rolled_back_scope_does_not_run(north):
    seen = []
    with pytest.raises(ValueError, match="stop"), clinic_scope(north):
        names()
        transaction.on_commit(lambda: seen.append(1))
        raise ValueError("stop")
    assert seen == []
