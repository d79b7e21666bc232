"""Time zones by their IANA names, and the one that a new clinic gets."""

from functools import cache
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError

# Names that some systems have for whatever their own clock is set to.
NO_PLACE = {"Factory", "localtime", "posixrules"}


def server_zone() -> str:
    """The zone of a clinic for which nobody chose one."""
    return str(settings.TIME_ZONE)


@cache
def zone_names() -> frozenset[str]:
    """Every zone that this machine knows; read from its files once a process."""
    return frozenset(available_timezones() - NO_PLACE)


def check_zone(name: str) -> None:
    """Raises ValidationError for what is no name of a zone."""
    if name not in zone_names():
        raise ValidationError(f"“{name}” is no time zone. Choose one by its name, such as Europe/London.")
