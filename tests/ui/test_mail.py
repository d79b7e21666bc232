"""Mail of a local record: printed, and a file each that nobody else reads."""

import io
from email import message_from_bytes, policy

from django.core.mail import EmailMessage

from clinic.ui.mail import LocalMail


def test_each_message_is_printed_and_a_file_in_the_order_sent(tmp_path):
    folder, printed = tmp_path / "mail", io.StringIO()
    backend = LocalMail(folder=folder, stream=printed)
    subjects = [f"Ünïque {number}" for number in range(12)]
    backend.send_messages([EmailMessage(subject, f"Body of {subject}", to=["a@b.test"]) for subject in subjects])
    letters = sorted(folder.iterdir())
    found = [message_from_bytes(letter.read_bytes(), policy=policy.default)["Subject"] for letter in letters]
    assert (found, printed.getvalue().count("a@b.test")) == (subjects, 12)
    modes = {letter.stat().st_mode & 0o777 for letter in letters}
    assert (modes, folder.stat().st_mode & 0o777) == ({0o600}, 0o700)
