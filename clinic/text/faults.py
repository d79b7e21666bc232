"""Why a value is refused that is written as it should be: what no schema of a document can say."""

from enum import StrEnum


class Fault(StrEnum):
    """The code of such a refusal, in errors of fields and in the API's `error.codes`."""

    UNKNOWN = "unknown"
    TOGETHER = "together"
    READ_ONLY = "read_only"
    DAY = "day"
    DIGITS = "max_digits"  # what Django's validators call it; `multipleOf` would refuse 4.35 in floats
    PLACES = "max_decimal_places"
    ASKER = "asker"
    SERVER = "server"


MEANINGS = {
    Fault.UNKNOWN: "the clinic has no such record, tag, instrument or place in a list",
    Fault.TOGETHER: "it does not go with what else was sent, or with what is recorded",
    Fault.READ_ONLY: "it cannot be written, and the record has another value",
    Fault.DAY: "the day is too far back or ahead",
    Fault.DIGITS: "the number has more digits than are kept",
    Fault.PLACES: "the number has more decimal places than are kept",
    Fault.ASKER: "another role or scope may send this, or need not send it",
    Fault.SERVER: "this server lacks what it takes",
}
