"""The rooms that `make mutants` changes, and the survivors that mean nothing."""

ROOMS = {
    "access": ["access.py"],
    "accounts": ["accounts/**/*.py"],
    "tenancy": ["tenancy/**/*.py"],
    "scoring": ["assessments/scoring.py", "assessments/ranges.py", "assessments/consistency.py",
                "assessments/definitions.py", "assessments/standing.py", "assessments/risk.py"],
    "actions": ["patients/actions.py", "assessments/actions.py", "assessments/own_actions.py", "staff/actions.py",
                "staff/clinics.py", "lists/actions.py", "audit/actions.py", "assessments/answering.py",
                "assessments/requesting.py", "assessments/alerting.py", "assessments/planning.py"],
    "jobs": ["lists/*.py", "ui/bulk.py", "ui/spreadsheets.py"],
    "listing": ["ui/lists.py", "ui/listing.py", "ui/segments.py", "ui/ordering.py", "ui/loading.py", "ui/columns.py",
                "ui/rows.py", "ui/filters.py", "ui/selection.py", "patients/search.py", "patients/tiers.py"],
}  # fmt: skip

# function: what is changed: why nothing can notice it. By function, so that it outlives a move.
MEANINGLESS: dict[tuple[str, str], str] = {}
