"""How the second factor of django-allauth behaves here."""

from typing import Any

import structlog
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import InvalidToken

from clinic.ui.sealing import seal

PURPOSE = "clinic.factor"
log = structlog.get_logger("clinic.accounts")


class FactorAdapter(DefaultMFAAdapter):
    """Its secrets are sealed, and its words are ours."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "That was not right, or was used already. Try again with the next code.",
    }

    def encrypt(self, text: str) -> str:
        return seal(PURPOSE).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret; where no key of the server opens it, one that nobody has, so that no code is right."""
        try:
            return seal(PURPOSE).decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            log.error("factor.unreadable")
            return str(generate_totp_secret())

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return f"Passkey {count + 1}" if count else "Passkey"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": context.request.get_host().partition(":")[0], "name": "Clinic record"}
