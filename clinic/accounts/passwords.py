"""The way to a first password: the link that “Forgotten your password?” sends, given without being asked for it."""

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str

from clinic.access import Request
from clinic.accounts.models import User
from clinic.tenancy.scope import public_scope


def password_link(request: Request, user: User) -> str:
    """The address at which `user` chooses a password; it works once, and for `PASSWORD_RESET_TIMEOUT` seconds."""
    with public_scope():
        token = default_token_generator.make_token(user)
    link: str = get_adapter(request).get_reset_password_from_key_url(f"{user_pk_to_url_str(user)}-{token}")
    return link
