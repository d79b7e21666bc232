"""Why an assessment cannot be written. A refusal leaves the assessment as it was."""

from collections.abc import Sequence
from datetime import date

from clinic.instruments.definitions import Definition
from clinic.instruments.items.parts import Number
from clinic.instruments.scoring import Refusal, Result
from clinic.patients.models import Patient, age_on
from clinic.staff.models import Practitioner
from clinic.text.numbers import number_shown

NOBODY_RESPONSIBLE = "Nobody is responsible for this patient yet. Say whose the assessment is."


class ResponsesRefused(Exception):
    """The instrument has no such responses. `refusals` says why by item."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__(" ".join(refusal.message for refusal in refusals))
        self.refusals = refusals


class NotForPatient(Exception):
    """The instrument is not made for this age or sex, or nobody is responsible."""


class AskedNoMore(NotForPatient):
    """The patient is archived or has died."""


class NothingAnswered(Exception):
    """An assessment with no response cannot be completed."""


class ScoreDiffers(Exception):
    """The score that was sent is not the total of the responses."""


class ReasonMissing(Exception):
    """Amending and cancelling need a reason of at most 500 characters."""


class NotOpen(Exception):
    """The assessment's status does not allow this."""


def check_practitioner(practitioner: Practitioner | None) -> Practitioner:
    """Raises NotForPatient where neither whoever asks nor anybody else is responsible for the patient."""
    if practitioner is None:
        raise NotForPatient(NOBODY_RESPONSIBLE)
    return practitioner


def check_asked(patient: Patient) -> None:
    """Raises AskedNoMore. What was answered may be recorded all the same: it can be older than that."""
    if message := patient.particulars.asked_no_more:
        raise AskedNoMore(message)


def check_patient(definition: Definition, patient: Patient, day: date) -> None:
    """Raises NotForPatient if the patient must not be asked the instrument on that day."""
    born = patient.date_of_birth
    if born is not None and day < born:
        raise NotForPatient("The patient was not born yet on that day.")
    if message := definition.refusal(sex=patient.clinical_sex, age=None if born is None else age_on(born, day)):
        raise NotForPatient(message)


def check_result(definition: Definition, result: Result, *, score: Number | None, complete: bool) -> None:
    """Raises ResponsesRefused, NothingAnswered and ScoreDiffers."""
    if result.refusals:
        raise ResponsesRefused(result.refusals)
    if complete and result.answered == 0:
        raise NothingAnswered(f"None of the {result.asked} items of {definition.title} that count is answered.")
    if score is not None and score != result.total:
        computed = "no score yet" if result.total is None else f"a score of {number_shown(result.total)}"
        raise ScoreDiffers(f"The answers come to {computed}: {result.summary}.")


def checked_reason(reason: str) -> str:
    """Return the reason without white space around it; raises ReasonMissing."""
    if not (reason := reason.strip()) or len(reason) > 500:
        raise ReasonMissing("Say why, in at most 500 characters.")
    return reason
