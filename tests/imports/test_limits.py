"""Who may send a file of patients: of anybody else's nothing is kept, not even while it is refused."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from clinic.access import Role
from clinic.ui.kept import MOST_READ

PATH = "/patients/import/"


def sent(client: Client):
    return client.post(PATH, {"file": SimpleUploadedFile("people.csv", b"a" * (MOST_READ + 1))})


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.FRONT_DESK, Role.AUDITOR, None])
def test_large_file_of_who_may_bring_in_none_is_refused_by_its_length(riverside, sign_in, role):
    client = Client() if role is None else sign_in(riverside.users[role])
    response = sent(client)
    assert (response.status_code, response.wsgi_request._read_started) == (413, False)


def test_large_file_of_an_owner_is_read(riverside, sign_in):
    response = sent(sign_in(riverside.owner))
    assert (response.status_code != 413, response.wsgi_request._read_started) == (True, True)
