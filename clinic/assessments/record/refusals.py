"""Why an assessment cannot be written. A refusal leaves the assessment as it was."""

from collections.abc import Sequence
from datetime import date

from clinic.instruments.definitions import Definition
from clinic.instruments.items.parts import Number
from clinic.instruments.scoring import Refusal, Result
from clinic.patients.models import Patient, age_on
from clinic.text.numbers import number_shown


class ResponsesRefused(Exception):
    """The instrument has no such responses. `refusals` says why by item."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__(" ".join(refusal.message for refusal in refusals))
        self.refusals = refusals


class NotForPatient(Exception):
    """The instrument is not made for this age or sex."""


class NothingAnswered(Exception):
    """An assessment with no response cannot be completed."""


class ScoreDiffers(Exception):
    """The score that was sent is not the total of the responses."""


class ReasonMissing(Exception):
    """Amending and cancelling need a reason of at most 500 characters."""


class NotOpen(Exception):
    """The assessment's status does not allow this."""


def check_patient(definition: Definition, patient: Patient, day: date) -> None:
    """Raises NotForPatient if the patient must not be asked the instrument on that day."""
    if day < patient.date_of_birth:
        raise NotForPatient("The patient was not born yet on that day.")
    if message := definition.refusal(sex=patient.gender, age=age_on(patient.date_of_birth, day)):
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
