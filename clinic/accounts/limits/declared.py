"""Every limit: what is counted, how many and for how long. docs/security.md says why."""

from datetime import timedelta

from django.conf import settings

from clinic.accounts.limits.counters import Limit

MINUTE, FIVE_MINUTES, DAY = timedelta(minutes=1), timedelta(minutes=5), timedelta(days=1)

# Wrong ones, of one account, by strangers; and of one account in one browser that is known to it.
PASSWORDS = (Limit("password", 5, FIVE_MINUTES), Limit("password a day", 100, DAY))
CODES = (Limit("code", 5, FIVE_MINUTES), Limit("code a day", 50, DAY))
# Wrong ones, from one address.
SIGN_INS = Limit("sign in", 30, MINUTE)
KEYS_OF_LINKS = Limit("answer", 20, FIVE_MINUTES)
INVITATIONS = Limit("join", 20, FIVE_MINUTES)
SECRETS = Limit("secret", 30, MINUTE)
# Hidden records that were looked for in an emergency and are not there, by one person.
EMERGENCIES = Limit("emergency", 10, timedelta(hours=1))
# Mails of forgotten passwords: to one address, and asked for from one.
RESETS = Limit("reset", 5, MINUTE)
RESETS_ASKED = Limit("resets asked", 20, MINUTE)


def requests_of_a_client() -> Limit:
    """What a program may ask of the API, and of `/o/token/`, in a minute."""
    return Limit("api", settings.API_REQUESTS_PER_MINUTE, MINUTE)
