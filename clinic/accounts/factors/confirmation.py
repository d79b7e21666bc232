"""Whether somebody has shown lately that it is them."""

import time
from datetime import timedelta

from allauth.account.authentication import get_authentication_records

from clinic.access import Request

LATELY = timedelta(minutes=10)


def confirmed_lately(request: Request) -> bool:
    """Whether a password, a code or a passkey was given in this session in the last ten minutes."""
    records = get_authentication_records(request, request.user)
    return bool(records) and time.time() - records[-1]["at"] < LATELY.total_seconds()
