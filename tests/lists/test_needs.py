"""What every column, mark, filter, action, search reason and field of lists takes, written down a second time.

`test_needs_held.py` tries that who lacks it finds nothing of it.
"""

from django.urls import resolve

from clinic.api import views
from clinic.api.objects.assessments import AssessmentSerializer
from clinic.api.objects.deeds import RevisionSerializer
from clinic.api.objects.episodes import EpisodeSerializer
from clinic.api.objects.patients import IdentifierSerializer, LatestResultSerializer, PatientSerializer
from clinic.api.objects.strict import StrictSerializer
from clinic.api.objects.worklists import AlertSerializer, RequestSerializer, ScheduleSerializer
from clinic.assessments.bulk import of_patient
from clinic.lists.jobs.bulk import BulkList
from clinic.lists.pages import lists
from clinic.patients.models import Patient
from clinic.patients.search.rules import RULES

SEE, REGISTER, READ, ASSESS = "patients.view", "patients.edit", "assessments.view", "assessments.edit"
ALERTS, EXPORT, ANSWERS = "alerts.view", "lists.export", "answers.view"
OF_ASSESSMENTS = "name type instrument status date score severity practitioner"
NARROWING = "q type instrument status severity date_from date_to score_min score_max user archived"
# A new one gets its place here as well.
COLUMNS = {
    "patients": {
        SEE: "name preferred_name record_number date_of_birth age gender phone_number practitioner created_at "
        "identifiers tags status sex language contact_by",
        READ: "last_score assessed next_due",
        ALERTS: "name:alert",
    },
    "assessments": {READ: OF_ASSESSMENTS.removeprefix("name "), SEE: "name patient record_number"},
    "assessments of a patient": {READ: OF_ASSESSMENTS},
    "alerts": {ALERTS: "patient record_number text raised practitioner state severity answered_by"},
    "due": {READ: "patient record_number instrument due last plan practitioner"},
    "reviews": {READ: "name patient record_number came channel status band practitioner reviewed reviewed_by note"},
}
FILTERS = {
    "patients": {
        SEE: "q gender age user tag on_list status archived",
        READ: "instrument severity score_min score_max due", ALERTS: "alerts",
    },
    "assessments": {READ: f"{NARROWING} patient"},
    "assessments of a patient": {READ: NARROWING},
    "alerts": {ALERTS: "q user state"},
    "due": {READ: "q user when"},
    "reviews": {READ: "q instrument severity user state"},
}  # fmt: skip
ACTIONS = {
    "patients": {REGISTER: "archive assign tag untag discharge", SEE: "put_on take_off", EXPORT: "csv xlsx"},
    "assessments": {ASSESS: "archive", EXPORT: "csv xlsx"},
    "assessments of a patient": {}, "alerts": {}, "due": {}, "reviews": {},
}  # fmt: skip
FIELDS = {
    "Patient": {"latest_results": READ},
    "Assessment": {"alerts": ALERTS, "questions": ANSWERS, "answers": ANSWERS},
    "Event": {"patient_name": SEE, "details": SEE},
}
OWN_WORDS = {"Assessment": ("name", "questions"), "Episode": ("end_words",)}
# What of a patient's record a program that may read it sees in any case.
PLAIN = {
    "Patient": """
        __typename id user practitioner full_name family_name preferred_name other_names gender sex date_of_birth
        date_of_birth_precision phone_number phone_extension second_phone_number
        second_phone_extension email address contact_by language needs_interpreter next_of_kin status status_on
        record_number identifiers tags archived_at created_at updated_at
        version
    """,
    "Identifier": "__typename system value",
    "LatestResult": "__typename instrument score band severity change date",
    "Assessment": """
        __typename id patient user name type date instrument instrument_version language status
        complete reason score score_range band severity cutoff pattern subscales answered asked summary sex age
        completed_at archived_at created_at updated_at version
    """,
    "Alert": """
        __typename id patient assessment rule text severity points raised_at raised_by channel answered_by
        acknowledged_at acknowledged_by note
    """,
    "Schedule": """
        __typename id patient instrument title every every_unit then_every then_unit starts_on next_due_on last_done_on
        unscored_on ended_on created_at
    """,
    "Request": """
        __typename id patient user instrument instrument_version title language state assessment asks_for link code
        expires_at opened_at ended_at created_at created_by
    """,
    "Revision": "__typename at by reason before",
    "Episode": """
        __typename id patient started_on ended_on end_reason end_words started_by ended_by created_at version
    """,
}
OF_PATIENTS = (
    PatientSerializer, IdentifierSerializer, LatestResultSerializer, AssessmentSerializer, EpisodeSerializer,
    AlertSerializer, ScheduleSerializer, RequestSerializer, RevisionSerializer,
)  # fmt: skip
REASONS = [
    "",
    "born",
    "born {}",
    "identifier",
    "other name",
    "phone",
    "preferred name",
    "record number",
    "record number of before",
]
REASONS += ["second phone", "similar to {word}", "written apart", "written together"]


def told(table: dict[str, str]) -> dict[str, str]:
    return {name: permission for permission, names in table.items() for name in names.split()}


def every_list() -> dict[str, BulkList]:
    return lists() | {"assessments of a patient": of_patient(Patient())}


def taken(bulk: BulkList, declaring: object, names: list[str]) -> dict[str, str]:
    needs = getattr(declaring, "needs", {})
    return {name: str(needs.get(name, bulk.permission)) for name in [*names, *(each for each in needs if ":" in each)]}


def test_every_column_takes_what_it_is_said_to_take():
    found = {
        key: taken(bulk, bulk.table_class, list(bulk.table_class.base_columns)) for key, bulk in every_list().items()
    }
    assert found == {key: told(table) for key, table in COLUMNS.items()}


def test_every_filter_takes_what_it_is_said_to_take():
    found = {
        key: taken(bulk, bulk.filterset_class, list(bulk.filterset_class.base_filters))
        for key, bulk in every_list().items()
    }
    assert found == {key: told(table) for key, table in FILTERS.items()}


def test_every_action_takes_what_it_is_said_to_take():
    found = {key: {each.name: str(each.permission) for each in bulk.actions} for key, bulk in every_list().items()}
    assert found == {key: told(table) for key, table in ACTIONS.items()}


def test_every_list_takes_what_its_page_takes():
    pages = {key: resolve(bulk.list_url).func.required_permission for key, bulk in lists().items()}
    assert pages == {key: bulk.permission for key, bulk in lists().items()}


def test_reasons_of_a_search_say_what_a_list_of_patients_shows_anyway():
    assert sorted({rule.reason for rule in RULES}) == REASONS
    assert {name for rule in RULES for name in rule.index.name.split("_")} & {
        "score",
        "due",
        "alerts",
        "severity",
    } == set()


def test_every_field_of_json_about_patients_takes_something_or_is_plain():
    """Whoever adds a field says here that it is plain, or in `needs` of its serializer what it takes."""
    found = {each.typename: set(each().fields) - set(each.needs) for each in OF_PATIENTS}
    assert found == {typename: set(names.split()) for typename, names in PLAIN.items()}


def test_every_field_of_json_takes_what_it_is_said_to_take():
    found = {each.typename: dict(each.needs) for each in StrictSerializer.__subclasses__() if each.needs}
    assert found == FIELDS
    assert {each.typename: each.own_words for each in StrictSerializer.__subclasses__() if each.own_words} == OWN_WORDS
    of_lists = {view.table_class for view in (views.PatientViewSet, views.AssessmentViewSet)}
    assert of_lists == {lists()["patients"].table_class, lists()["assessments"].table_class}
