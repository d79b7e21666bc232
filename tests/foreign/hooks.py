"""What Schemathesis is told of our document: how texts of our own formats are written, and when a 400 is right."""

import json
from urllib.parse import urlsplit

import schemathesis  # type: ignore[import-not-found]  # is in an environment of its own
from hypothesis import strategies as st

WORDS = st.text(st.characters(categories=["Lu", "Ll", "Nd"]), min_size=1, max_size=20)
NUMBERS = st.sampled_from(["9434765919", "943 476 5919"])  # right as NHS numbers, so by any other system's name too
PHONES = st.sampled_from(["+44 7700 900123", "07700 900123", "(020) 7946 0018", "+33 1 23 45 67 89 ext 12", "116 123"])
FORMATS = {
    "name": WORDS | st.tuples(WORDS, WORDS).map(" ".join) | st.just("Okonkwo, Adaeze"),
    "record-number": WORDS,
    "phone": PHONES,
    "identifier": st.tuples(WORDS | st.just("NHS number"), NUMBERS).map("|".join),
    "identifier-system": WORDS | st.just("NHS number"),
    "identifier-value": NUMBERS,
    "webhook-address": st.from_regex(r"https://[a-z]{1,20}\.example\.org(/[a-z0-9]{1,10}){0,3}", fullmatch=True),
}
for name, texts in FORMATS.items():
    schemathesis.openapi.format(name, texts)


@schemathesis.hook
def filter_failure(
    context: object, failure: Exception, case: schemathesis.Case, response: schemathesis.Response
) -> bool:
    """What cannot be written may be sent as the record has it, which no schema knows: then it is no failure.

    Nor is it one that a word of another address is no record's id: answers repeat the address, and `bulk` is learnt so.
    """
    path, paths = urlsplit(response.request.url).path, case.operation.schema.raw_schema["paths"]
    if response.status_code == 405 and path != case.operation.path and path in paths:
        return False
    if case.meta is None or case.meta.generation.mode.value != "negative" or not 200 <= response.status_code < 300:
        return True
    answered = json.loads(response.content or b"{}").get("results")
    if not isinstance(case.body, dict) or not isinstance(answered, dict):
        return True
    schemas = case.operation.schema.raw_schema["components"]["schemas"]
    fields = schemas[f"{answered['__typename']}Request"]["properties"]
    repeated = [name for name in case.body if fields.get(name, {}).get("readOnly")]
    return not repeated or any(case.body[name] != answered[name] for name in repeated)


@schemathesis.check
def many_are_refused_row_by_row(ctx: object, response: schemathesis.Response, case: schemathesis.Case) -> None:
    """Of many rows the document allows none that is wrong, and the answer has what is wrong with it."""
    wrong = case.meta is not None and case.meta.generation.mode.value == "negative"
    if wrong and response.status_code == 200 and case.operation.path.endswith("/bulk/"):
        assert any("error" in row for row in response.json()["results"]), "The document does not allow this."


@schemathesis.check
def refused_for_what_no_schema_says(ctx: object, response: schemathesis.Response, case: schemathesis.Case) -> None:
    """What the document allows is refused with 400 only where each fault has a code in `error.codes`."""
    if response.status_code != 400 or case.meta is None or case.meta.generation.mode.value != "positive":
        return
    error = response.json()["error"]
    codes = error.get("codes", {})
    unsaid = {name: found for name, found in error["fields"].items() if len(codes.get(name, ())) < len(found)}
    assert error["fields"], "This answer names no field."
    assert not unsaid, f"The document allows this, and could say that it must not: {unsaid}"
