"""django-allauth's deeds, each noted in the trail of every clinic of whom it is about."""

from typing import Any

import structlog
from django.db import transaction
from django.http import HttpRequest

from clinic.accounts.adapter import AccountAdapter
from clinic.accounts.limits.browsers import browser_of
from clinic.accounts.models import User
from clinic.accounts.sessions import device_words
from clinic.audit.actions import where
from clinic.staff.account.events import note_failure, note_of_account, tell_of_new_browser
from clinic.tenancy.scope import public_scope

log = structlog.get_logger("clinic.accounts")


class TrailAdapter(AccountAdapter):
    """The adapter of the rooms below, which know no trail, with the events."""

    def login(self, request: HttpRequest, user: Any) -> None:
        """Tell who signed in where they never did, but at the very first time, when they know."""
        is_new = user.last_login is not None and not browser_of(request, user.email)
        super().login(request, user)
        device = device_words(self.get_http_user_agent(request))
        note_of_account("account.signed_in", user, device=device)
        if is_new:
            tell_of_new_browser.enqueue(user=str(user.pk), device=device, address=where()["address"])

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, User):
            note_of_account("account.signed_out", request.user)
        super().logout(request)

    def set_password(self, user: Any, password: str) -> None:
        """Change it and note it, or do neither."""
        changed = self.request.user.pk == user.pk
        with transaction.atomic():
            super().set_password(user, password)
            note_of_account("account.password_changed" if changed else "account.password_reset", user)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note a wrong password or, with `code`, a wrong code; by the same statements where nobody has the account."""
        found = User.objects.filter(email=credentials.get("email", "").lower()).values_list("pk", flat=True).first()
        action = "account.code_wrong" if credentials.get("code") else "account.password_wrong"
        log.warning("sign_in.failed", known=found is not None)
        with public_scope():
            note_failure.enqueue(user=str(found or ""), action=action, **where())
