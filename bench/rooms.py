"""The rooms that `make mutants` changes, each with its tests, and the survivors that mean nothing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Room:
    """Patterns of modules below clinic/, and the folders and files whose tests are to notice a change of them."""

    code: tuple[str, ...]
    tests: tuple[str, ...]


ROOMS = {
    "access": Room(("access.py",), ("tests/accounts", "tests/test_permissions.py", "tests/test_matrix.py")),
    "accounts": Room(("accounts/**/*.py",), ("tests/accounts", "tests/staff", "tests/assessments")),
    "tenancy": Room(
        ("tenancy/**/*.py", "postgres/*.py", "text/keys.py", "text/names.py"),
        ("tests/tenancy", "tests/staff", "tests/patients"),
    ),
    "scoring": Room(
        ("instruments/scoring.py", "instruments/ranges.py", "instruments/consistency.py", "instruments/definitions.py",
         "instruments/keys.py", "assessments/record/results.py", "assessments/record/latest_results.py",
         "assessments/models/alerts.py"),
        ("tests/instruments", "tests/assessments"),
    ),
    "actions": Room(
        ("patients/actions.py", "staff/actions.py", "staff/clinics.py", "staff/members.py", "lists/actions.py",
         "audit/actions.py", "instruments/actions.py", "assessments/record/actions.py",
         "assessments/questionnaire/actions.py", "assessments/selfreport/actions.py", "assessments/alerts/actions.py",
         "assessments/schedules/actions.py"),
        ("tests/patients", "tests/staff", "tests/lists", "tests/instruments", "tests/assessments", "tests/audit"),
    ),
    "jobs": Room(("lists/*.py", "lists/jobs/*.py"), ("tests/lists", "tests/patients")),
    "listing": Room(
        ("lists/page/*.py", "lists/reading/*.py", "patients/search/*.py"), ("tests/lists", "tests/patients")
    ),
}  # fmt: skip

# function or constant: what is changed: why nothing can notice it. Not by line, so that it outlives a move.
MEANINGLESS: dict[tuple[str, str], str] = {
    ("Member", "True -> False"): "frozen: nothing assigns to it, and mypy refuses who would",
    ("Asked", "True -> False"): "frozen: nothing assigns to it, and mypy refuses who would",
    ("Refusal", "True -> False"): "frozen: nothing assigns to it, and mypy refuses who would",
    ("assignments", "True -> False"): "strict: every product of the unknown items has a value for each",
    ("find_session", "True -> False"): "strict: the statement is made of the fields that its row is matched with",
    ("TRIES", "100 -> 101"): "seconds of patience, after which the same refusal comes",
    ("grow", "recorded.take() -> pass"): "what was recorded is only let go of, so that no more memory is taken",
    (
        "DatabaseWrapper._rollback",
        "self.leave_clinic() -> pass",
    ): "nothing runs between a rollback and the end of its scope, which leaves the clinic as well",
    ("Listing._beside", "1 -> 2"): "of the cap: one row more than is needed to see that there are more than it",
    (
        "Listing._count_sql",
        "len(runs) == 1 and runs[0].sorted_query is not None -> (runs[0].sorted_query is not None)",
    ): "a run of a query is always the only one",
    ("each_begins", "len(long) > 1 -> (len(long)) >= (1)"): "the same rows, by another way through the index",
    ("Listing.first", "CAP + 1 - counted -> (CAP + 1) + (counted)"): "counts on beyond what is shown; the same words",
    ("Listing._active", "1 -> 2"): "of the cap: one row more than is needed to see that there are more than it",
    (
        "each_begins",
        "len(long) > 1 and word in long -> (len(long) > 1)",
    ): "the same rows, by another way through the index",
    ("indexed", "256 -> 257"): "how many orders are remembered",
    ("_related", "True -> False"): "strict: Django makes both of the same related records",
    ("_xlsx", "True -> False"): "zip64 makes a difference from two gigabytes on, and a sheet has no room for them",
    ("_clear_what_a_killed_server_left", "30 -> 31"): "seconds of patience with what ends by itself",
    (
        "keep_file",
        'job.save(update_fields=["file_name", "total"]) -> job.save()',
    ): "the other fields are as they were read, under the job's lock",
}
