"""A code of an authenticator app is accepted once, by whichever worker it comes to."""

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.db import connection

# UPDATE … '{step}', to_jsonb(58762031) … of two at once the second waits for the first, and then finds its step.
USE = """
UPDATE mfa_authenticator
SET data = jsonb_set(data, '{step}', to_jsonb(%s::bigint))
WHERE id = %s AND coalesce((data ->> 'step')::bigint, -1) < %s
"""


def use_code(app: Authenticator, code: str) -> bool:
    """Note the half minute of a code as used; False where the code is none, or that or a later one was used."""
    secret = decrypt(app.data["secret"])
    steps = [step for step in yield_hotp_counters_from_time() if _is_of(step, secret, code)]
    if not steps:
        return False
    with connection.cursor() as cursor:
        cursor.execute(USE, [steps[-1], app.pk, steps[-1]])
        return bool(cursor.rowcount == 1)


def _is_of(step: int, secret: str, code: str) -> bool:
    return bool(compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step))))
