"""nginx in front of the record where the record speaks TLS too."""

from clinic.certificate import files_in
from tests.deploy.test_nginx import PRODUCTION, get, nginx
from tests.serving import serving


def test_nginx_speaks_tls_to_the_record_that_it_trusts_and_to_no_other(django_db_setup, tmp_path):
    own, other = tmp_path / "own", tmp_path / "other"
    files_in(other)
    for folder in (tmp_path / "right", tmp_path / "wrong"):
        folder.mkdir()
    with serving(**PRODUCTION, SERVER_TLS=str(own)) as upstream:
        with nginx(tmp_path / "right", upstream, trusted=own / "certificate.pem") as front:
            status, headers, text = get(front, "/accounts/login/")
            assert (status, "<h1" in text, "Secure" in headers["Set-Cookie"]) == (200, True, True)
        with nginx(tmp_path / "wrong", upstream, trusted=other / "certificate.pem") as front:
            status, _, text = get(front, "/accounts/login/")
            assert (status, "The record is away for a moment" in text) == (503, True)
