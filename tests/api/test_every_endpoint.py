"""Each endpoint as each program: scope x method, and another clinic's records."""

from uuid import uuid4

import pytest

from tests import posted
from tests.blanked import blanked
from tests.test_matrix import names_of
from tests.test_permissions import ANYBODY, ENDPOINTS, PROGRAMS_MAY
from tests.test_url_walk import address

METHODS = ("get", "post", "patch", "put", "delete")
READS_BY_POST = "api/v1/patients/match/"


@pytest.mark.parametrize("write", [False, True])
def test_program_may_what_its_scopes_allow(riverside, program, write):
    client, wrong, tried = program(riverside, write=write), {}, 0
    reads = PROGRAMS_MAY["read"] | {ANYBODY}
    writes = PROGRAMS_MAY["write"] if write else set()
    for route, (to_read, to_write) in ENDPOINTS.items():
        for method in METHODS:
            may = to_read in reads if method == "get" or route == READS_BY_POST else to_write in writes
            code = getattr(client, method)(address(route, uuid4()), {}, content_type="application/json").status_code
            if code != 405:
                tried += 1
                if (code == 403) is may:
                    wrong[route, method] = code
    assert (wrong, tried > 15) == ({}, True)


@pytest.mark.parametrize("method", METHODS)
def test_other_clinics_record_is_answered_as_one_that_never_was(riverside, hillside, program, method):
    client, never, wrong = program(riverside), str(uuid4()), {}
    foreign = {**vars(posted.records(hillside)), "colleague": hillside.clinician}
    for route in (each for each in ENDPOINTS if "<uuid:pk>" in each):
        answer = getattr(client, method)(address(route, never), {}, content_type="application/json")
        expected = answer.status_code, blanked(answer, never)
        for name in names_of(route):
            key = str(foreign[name].pk)
            answer = getattr(client, method)(address(route, key), {}, content_type="application/json")
            if (answer.status_code, blanked(answer, key)) != expected or answer.status_code < 400:
                wrong[route, name] = answer.status_code, answer.content, expected
    assert wrong == {}
