"""What is known of a patient besides name, birth and telephone; most records are without most of it."""

from typing import Any, NamedTuple

from django.conf.locale import LANG_INFO
from django.db import models
from django.utils.formats import date_format

from clinic.patients.models.fields import SparseCharField

DIED = "This patient is recorded as deceased: nothing is asked of them any more."
PUT_AWAY = "This patient is archived. Put the record back before anything is asked of them."
UNNAMED = "Unknown person"  # how the name of a person begins whose name nobody knows


def sparse(max_length: int, help_text: str = "", **more: Any) -> SparseCharField:
    return SparseCharField(
        max_length=max_length, null=True, blank=True, default="", db_collation="C", help_text=help_text, **more
    )


class Gender(models.TextChoices):
    FEMALE = "female", "Female"
    MALE = "male", "Male"
    OTHER = "other", "Other"
    UNKNOWN = "unknown", "Not known"


class Status(models.TextChoices):
    """Where somebody is with the clinic; archiving takes a record off the lists, whatever it says here."""

    ACTIVE = "active", "Active"
    DISCHARGED = "discharged", "Discharged"
    DECEASED = "deceased", "Deceased"


NOT_RECORDED = ("", "Not recorded")
SEXES = [NOT_RECORDED, ("female", "Female"), ("male", "Male"), ("other", "Neither"), ("unknown", "Not known")]
CONTACT_WAYS = [
    NOT_RECORDED,
    ("phone", "By telephone"),
    ("text", "By text message"),
    ("email", "By e-mail"),
    ("letter", "By letter"),
    ("none", "Not to be contacted"),
]
# Languages of people who need an interpreter, that Django has no word for since it is not translated into them.
MORE_LANGUAGES = {
    "am": "Amharic", "bfi": "British Sign Language", "fil": "Filipino", "gu": "Gujarati", "ha": "Hausa",
    "ku": "Kurdish (Kurmanji)", "ln": "Lingala", "mt": "Maltese", "om": "Oromo", "ps": "Pashto", "prs": "Dari",
    "rom": "Romani", "rw": "Kinyarwanda", "si": "Sinhala", "so": "Somali", "ti": "Tigrinya", "yo": "Yoruba",
    "yue": "Chinese (Cantonese)", "zh": "Chinese (Mandarin)", "zu": "Zulu",
}  # fmt: skip


def languages() -> list[tuple[str, str]]:
    """Languages by name, with their codes in BCP 47."""
    known = {code: str(info["name"]) for code, info in LANG_INFO.items() if "name" in info and "-" not in code}
    return [NOT_RECORDED, *sorted((known | MORE_LANGUAGES).items(), key=lambda each: each[1])]


class Particulars(NamedTuple):
    """The same in words, empty where it is not recorded. `status` is "Deceased 3 March 2026", or empty.

    `asked_no_more` says why nothing is asked of the patient any more; empty for whoever may be asked.
    """

    sex: str
    email_link: str
    contact: str
    language: str
    status: str
    asked_no_more: str

    @classmethod
    def of(cls, patient: Any) -> "Particulars":
        spoken = patient.get_language_display() if patient.language else ""
        since = date_format(patient.status_on, "j F Y") if patient.status_on else ""
        return cls(
            sex=patient.get_sex_display() if patient.sex else "",
            email_link=f"mailto:{patient.email}" if patient.email else "",
            contact=patient.get_contact_by_display() if patient.contact_by else "",
            language=", ".join(filter(None, (spoken, "needs an interpreter" if patient.needs_interpreter else ""))),
            status="" if patient.status == Status.ACTIVE else f"{patient.get_status_display()} {since}".rstrip(),
            asked_no_more=DIED if patient.status == Status.DECEASED else PUT_AWAY if patient.archived_at else "",
        )
