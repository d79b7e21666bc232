"""A clinic exists only inside a transaction, and a query reaches no other clinic's rows."""

import threading
from contextlib import suppress

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from structlog.contextvars import bound_contextvars

from clinic.accounts.models import User
from clinic.patients.models import Patient
from clinic.tenancy.privileges import clinic_privileges
from clinic.tenancy.scope import WrongClinic, clinic_scope, public_scope
from tests.world import make_patient


def names() -> list[str]:
    return sorted(Patient.objects.values_list("full_name", flat=True))


def setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return cursor.fetchone()[0]


@pytest.fixture
def peopled(riverside, hillside):
    for world, name in ((riverside, "Rita River"), (hillside, "Hal Hill")):
        with clinic_scope(world.clinic):
            make_patient(full_name=name)
    return riverside, hillside


def test_scope_shows_its_own_clinic_only(peopled):
    for world, expected in zip(peopled, (["Rita River"], ["Hal Hill"]), strict=True):
        with clinic_scope(world.clinic):
            assert names() == expected


def test_clinic_tables_are_not_there_outside_a_scope(riverside):
    with pytest.raises(ProgrammingError, match="does not exist"), transaction.atomic():
        Patient.objects.count()


def test_settings_are_undone_on_leaving(peopled):
    with clinic_scope(peopled[0].clinic):
        assert setting("role") == peopled[0].clinic.schema_name
    assert (setting("role"), setting("search_path")) == ("none", "public")


def test_settings_are_undone_when_the_scope_raises(peopled):
    with pytest.raises(ValueError, match="stop"), clinic_scope(peopled[0].clinic):
        make_patient(full_name="Never Kept")
        raise ValueError("stop")
    assert (setting("role"), setting("search_path")) == ("none", "public")
    with clinic_scope(peopled[0].clinic):
        assert names() == ["Rita River"]


def test_scope_of_another_clinic_is_refused_inside(peopled):
    with clinic_scope(peopled[0].clinic), pytest.raises(WrongClinic), clinic_scope(peopled[1].clinic):
        pass


def test_scope_of_the_same_clinic_nests_as_a_savepoint(peopled):
    with clinic_scope(peopled[0].clinic):
        with pytest.raises(ValueError, match="inner"), clinic_scope(peopled[0].clinic):
            make_patient(full_name="Inner Only")
            raise ValueError("inner")
        assert names() == ["Rita River"]


def test_public_tables_are_closed_inside_a_scope(peopled):
    with (
        clinic_scope(peopled[0].clinic),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        User.objects.count()


def allowing(statement: str) -> set[str]:
    """The clinic's tables in which its role may run the statement."""
    found = set()
    for table in clinic_privileges():
        with suppress(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format(table))
            found.add(table)
    return found


def test_trails_and_originals_are_not_changed_and_no_part_of_a_record_is_deleted(riverside):
    with clinic_scope(riverside.clinic):
        deleting, changing = allowing("DELETE FROM {} WHERE FALSE"), allowing("UPDATE {} SET id = id WHERE FALSE")
    # Latest results and courses are no record: worked out from the assessments, they go where those no longer count.
    # A search that is being typed goes to the trail when it rests. Who is in a care team, the trail has. The pairs of
    # the matcher are worked out from the patients.
    kept_elsewhere = {
        "patients_latestresult",
        "assessments_course",
        "audit_pendingsearch",
        "patients_careteammember",
        "patients_duplicatepair",
    }
    # Who is on a list, the trail has; a tag that goes is nobody's any more.
    of_people = {"patients_patientlist", "patients_listmember", "staff_tag"}
    # A photo that was removed, or replaced by another, is gone; the trail has that it was.
    of_people.add("patients_patientphoto")
    # What somebody put off for themselves, and brought back, the trail has.
    kept_elsewhere.add("assessments_snooze")
    # A report that somebody took back; the trail has who kept it, who took it back, and of what.
    kept_elsewhere.add("assessments_keptreport")
    # What other systems were told of is in the trail.
    kept_elsewhere |= {"webhooks_webhook", "webhooks_delivery"}
    # Two records become one: what both had is in the journal. A record that is taken out again is no merged one.
    merged = {"patients_mergedpatient", "assessments_episode"}
    # A file that somebody sent, and what is wrong with it, is no record; what it brought is in record and trail.
    of_files = {"lists_jobpart", "imports_importpart", "imports_importfault"}
    assert deleting == {"lists_savedview"} | of_files | kept_elsewhere | merged | of_people
    assert set(clinic_privileges()) - changing == of_files | {
        "audit_auditevent",
        "patients_nameword",
        "patients_careteammember",
        "patients_listmember",
        "patients_patientphoto",
        "patients_emergencyaccess",
        "patients_mergedpatient",
        "patients_binnedpatient",
        "merging_mergerecord",
        "merging_mergeentry",
        "assessments_assessmentrevision",
        "assessments_contactnoterevision",
        "assessments_course",
        "assessments_keptreport",
        "assessments_owninstrument",
    }


def test_public_scope_opens_public_and_goes_back(peopled):
    with clinic_scope(peopled[0].clinic):
        with public_scope():
            assert User.objects.filter(email="owner@riverside.test").exists()
            with pytest.raises(ProgrammingError), transaction.atomic():
                Patient.objects.count()
        assert names() == ["Rita River"]


def test_public_scope_goes_back_after_an_error(peopled):
    with clinic_scope(peopled[0].clinic):
        with pytest.raises(ValueError, match="stop"), public_scope():
            raise ValueError("stop")
        assert names() == ["Rita River"]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT full_name FROM {other}.patients_patient",
        "UPDATE {other}.patients_patient SET full_name = 'x'",
        "INSERT INTO {other}.audit_auditevent (at, actor_id, actor_name, action, record_type, record_id, changes) "
        "VALUES (now(), '', '', '', '', gen_random_uuid(), '{{}}')",
        "DELETE FROM patients_patient",
        "TRUNCATE patients_patient",
        "UPDATE audit_auditevent SET actor_name = 'x'",
        "DELETE FROM audit_auditevent",
        "CREATE TABLE mine (id int)",
        "CREATE TABLE public.mine (id int)",
        "ALTER TABLE patients_patient DISABLE TRIGGER ALL",
        "DROP TABLE patients_patient",
        "SELECT password FROM public.accounts_user",
        "SELECT session_key FROM public.accounts_session",
        "SELECT * FROM django_migrations",
        "COPY patients_patient TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/passwd')",
        "CREATE ROLE mine",
        "SELECT public.clinic_rows('{other}', 'patients_patient')",
        "SELECT public.clinic_migrations('{other}', ARRAY['patients'])",
    ],
)
def test_statement_that_leaves_the_clinic_is_refused(peopled, statement):
    mine, other = peopled
    with clinic_scope(mine.clinic), pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute(statement.format(other=other.clinic.schema_name))


def test_thread_has_no_clinic_of_its_own(peopled, django_db_blocker):
    caught: list[BaseException] = []

    def count() -> None:
        try:
            Patient.objects.count()
        except ProgrammingError as error:
            caught.append(error)
        finally:
            connection.close()

    with clinic_scope(peopled[0].clinic):
        thread = threading.Thread(target=count)
        thread.start()
        thread.join()
    assert len(caught) == 1


def test_named_cursor_is_refused(riverside):
    with clinic_scope(riverside.clinic), pytest.raises(ImproperlyConfigured):
        connection.chunked_cursor()


def test_web_connection_has_no_session_schema(riverside):
    with pytest.raises(ImproperlyConfigured):
        connection.set_schema(riverside.clinic.schema_name)


class TestOwnTransaction:
    """Without an outer transaction, as a request runs; on a connection of the test's own."""

    @pytest.fixture(autouse=True)
    def _unblocked(self, django_db_setup, django_db_blocker):
        from tests.conftest import worlds

        with django_db_blocker.unblock():
            self.clinic = worlds.riverside.clinic
            yield
            connection.close()

    def test_first_statement_carries_the_start_of_the_transaction(self):
        with bound_contextvars(request_id=""), CaptureQueriesContext(connection) as captured, clinic_scope(self.clinic):
            Patient.objects.count()
        sent = [query["sql"] for query in captured.captured_queries]
        schema = self.clinic.schema_name
        start = f'BEGIN; SET LOCAL search_path = "{schema}", public; SET LOCAL ROLE "{schema}"; SELECT'
        assert [sent[0], sent[1][: len(start)], sent[2]] == ["BEGIN", start, "COMMIT"]

    @pytest.mark.parametrize(
        ("id", "name"), [("lab-42.b_c:7", "clinic lab-42.b_c:7"), ("a'; SELECT 1; --", None), ("", None)]
    )
    def test_server_names_the_transaction_after_its_request(self, id, name):
        outside = setting("application_name")
        with bound_contextvars(request_id=id), clinic_scope(self.clinic):
            assert (setting("application_name"), setting("role")) == (name or outside, self.clinic.schema_name)
        assert setting("application_name") == outside

    def test_statement_that_does_not_parse_leaves_the_next_one_in_the_clinic(self):
        with clinic_scope(self.clinic):
            with pytest.raises(ProgrammingError):
                connection.cursor().execute("SELEC 1")
            assert setting("role") == self.clinic.schema_name

    def test_unused_scope_sends_nothing(self):
        with CaptureQueriesContext(connection) as captured, clinic_scope(self.clinic):
            pass
        assert [query["sql"] for query in captured.captured_queries] == ["BEGIN"]

    def test_connection_is_clean_after_commit_and_after_rollback(self):
        with clinic_scope(self.clinic):
            Patient.objects.count()
        assert (setting("role"), setting("search_path")) == ("none", "public")
        with pytest.raises(ValueError, match="stop"), clinic_scope(self.clinic):
            Patient.objects.count()
            raise ValueError("stop")
        assert (setting("role"), setting("search_path")) == ("none", "public")

    def test_on_commit_hook_runs_outside_the_clinic(self):
        seen = []
        with clinic_scope(self.clinic):
            Patient.objects.count()
            transaction.on_commit(lambda: seen.append((connection.clinic, setting("role"))))
        assert seen == [(None, "none")]

    def test_failed_transaction_is_not_reported_as_committed(self):
        with pytest.raises(DatabaseError, match="rolled back"), clinic_scope(self.clinic):
            with pytest.raises(ProgrammingError):
                connection.cursor().execute("SELECT * FROM nothing_of_that_name")
            connection.needs_rollback = False

    def test_lost_connection_is_replaced_and_has_no_clinic(self):
        with pytest.raises(DatabaseError), clinic_scope(self.clinic):
            Patient.objects.count()
            connection.cursor().execute("SELECT pg_terminate_backend(pg_backend_pid())")
        assert setting("role") == "none"

    def test_executemany_and_copy_start_the_transaction_too(self):
        import io

        with clinic_scope(self.clinic):
            target = io.StringIO()
            connection.cursor().copy_expert("COPY (SELECT current_user) TO STDOUT", target)
        assert target.getvalue().strip() == self.clinic.schema_name
        with clinic_scope(self.clinic), connection.cursor() as cursor:
            cursor.executemany("SELECT set_config('application_name', current_user, true)", [(), ()])
            cursor.execute("SELECT current_setting('application_name')")
            assert cursor.fetchone()[0] == self.clinic.schema_name
