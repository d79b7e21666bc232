"""Mail of a local record: a file each that nobody else reads."""

from email import message_from_bytes, policy

from django.core.mail import EmailMessage

from clinic.ui.mail import LocalMail


def test_each_message_is_a_file_in_the_order_sent_and_is_not_printed(tmp_path, capsys):
    folder = tmp_path / "mail"
    backend = LocalMail(folder=folder)
    subjects = [f"Ünïque {number}" for number in range(12)]
    backend.send_messages([EmailMessage(subject, f"Body of {subject}", to=["a@b.test"]) for subject in subjects])
    letters = sorted(folder.iterdir())
    found = [message_from_bytes(letter.read_bytes(), policy=policy.default)["Subject"] for letter in letters]
    assert (found, capsys.readouterr().out) == (subjects, "")
    modes = {letter.stat().st_mode & 0o777 for letter in letters}
    assert (modes, folder.stat().st_mode & 0o777) == ({0o600}, 0o700)
