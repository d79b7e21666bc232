"""What a new password must be: long enough, and no word that belongs to its person, their clinics or this product."""

import re
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError

from clinic.accounts.factors.queries import with_factor
from clinic.accounts.models import Membership

ALONE, WITH_FACTOR = 15, 8
PRODUCT = "Clinic record"
SHORTEST_WORD = 4


class LongEnough:
    """Fifteen characters where the password opens the account alone, eight where a second factor follows."""

    def validate(self, password: str, user: Any = None) -> None:
        least = WITH_FACTOR if user is not None and with_factor([user.pk]) else ALONE
        if len(password) < least:
            more = f", or {WITH_FACTOR} once you have a second factor" if least == ALONE else ""
            raise ValidationError(f"This password is too short. Use at least {least} characters{more}.")

    def get_help_text(self) -> str:
        return f"At least {ALONE} characters, or {WITH_FACTOR} with a second factor."


class NoOwnWords:
    """None of the words that somebody who knows the person would try first."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is None:
            return
        clinics = Membership.objects.filter(user=user.pk, is_active=True).values_list("clinic__name", flat=True)
        refuse_words(password, [PRODUCT, user.name, user.email.rpartition(".")[0], *clinics])

    def get_help_text(self) -> str:
        return "No word of your name, your address or your clinic."


def refuse_words(password: str, texts: Iterable[str]) -> None:
    """Raise ValidationError for a password with a word of four letters or more of these texts in it."""
    words = {word for text in texts for word in re.findall(r"\w+", text.casefold()) if len(word) >= SHORTEST_WORD}
    if found := sorted((word for word in words if word in password.casefold()), key=len):
        raise ValidationError(
            f"Leave out “{found[-1]}”: others would try words of your name, address and clinic first."
        )
