"""The session engine: Django's database sessions over our Session model."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.utils import timezone

from clinic.accounts.models import Session

CLINIC_KEY = "clinic"


class SessionStore(DatabaseStore):
    """`row` is the Session as loaded, with its user and memberships; None before loading or when there is none."""

    row: Any = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Any:
        key = self.session_key
        if key and key.isalnum():
            self.row = Session.objects.with_access().filter(session_key=key, expire_date__gt=timezone.now()).first()
        if self.row is None:
            self._session_key = None
        return self.row

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        session: Session = super().create_model_instance(data)  # type: ignore[assignment]
        session.user_id = data.get(SESSION_KEY)
        session.clinic_id = data.get(CLINIC_KEY)
        return session
