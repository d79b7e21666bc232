"""Answers without what no two of them share, to be compared letter by letter."""

import re

# A nonce, a token against forgery in a field or for htmx, a form's own id, for how long a session lasts, and the number
# of a request.
OWN = re.compile(
    r'(?<=nonce=")[^"]+|(?<="X-CSRFToken": ")\w+|(?<=name="csrfmiddlewaretoken" value=")\w+'
    r'|(?<=name="submission" value=")[\w-]+|(?<=data-seconds=")\d+|\b[0-9a-f]{12}\b'
)


def text_of(answer) -> str:
    """What an answer says, also where it is streamed."""
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode("utf-8-sig")


def blanked(answer, *names: str) -> str:
    """An answer without that, and without the names that it was asked for."""
    page = text_of(answer)
    for name in names:
        page = page.replace(name, "…")
    return OWN.sub("", page)
