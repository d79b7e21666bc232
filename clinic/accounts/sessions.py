"""The session engine: Django's database sessions over our Session model."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import connection
from django.db.models import Count, F, QuerySet
from django.utils import timezone

from clinic.accounts.models import Membership, Session, User
from clinic.accounts.rows import columns, split
from clinic.tenancy.models import CHOSEN, IDLE_MINUTES, Clinic
from clinic.tenancy.scope import public_scope

CLINIC_KEY = "clinic"
SHARED_DEVICE_KEY = "handover"
USER_AGENT_KEY, ADDRESS_KEY = "user_agent", "address"
SEEN_EVERY = timedelta(seconds=30)
ACCESS = """
SELECT {columns}, EXISTS (
    SELECT FROM mfa_authenticator f WHERE f.user_id = s.user_id AND f.type IN ('totp', 'webauthn')
), (
    SELECT json_agg(json_build_object(
        'clinic_id', c.id, 'clinic_name', c.name, 'schema_name', c.schema_name, 'state', c.state,
        'out_of_service', c.fenced, 'deleted_at', c.deleted_at, {chosen},
        'role', m.role, 'preferences', m.preferences, 'last_day', m.last_day
    ) ORDER BY c.name)
    FROM accounts_membership m JOIN tenancy_clinic c ON c.id = m.clinic_id WHERE m.user_id = s.user_id AND m.is_active
)
FROM accounts_session s LEFT JOIN accounts_user u ON u.id = s.user_id WHERE s.session_key = %s AND s.expire_date > %s
"""


@cache
def _statement() -> str:
    chosen = ", ".join(f"'{name}', c.{name}" for name in CHOSEN)
    return ACCESS.format(columns=f"{columns('s', Session)}, {columns('u', User)}", chosen=chosen)


def find_session(key: str) -> Session | None:
    """The session of a key unless it has run out, with its user and memberships, by one query."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(), [key, timezone.now()])
        row = cursor.fetchone()
    if row is None:
        return None
    session, user, has_factor, found = split(row, Session, User)
    if user is not None:
        session.user = user
    memberships: list[dict[str, Any]] = found or []
    session.has_factor = has_factor
    session.memberships = [each for each in memberships if _lasts(each)]
    past = [each for each in memberships if not _lasts(each)]
    session.past = [(each["clinic_name"], date.fromisoformat(each["last_day"])) for each in past]
    return cast(Session, session)


def _lasts(membership: dict[str, Any]) -> bool:
    """Whether today, which is a day of the clinic's, is not after the last one."""
    last_day = membership["last_day"]
    if last_day is None:
        return True
    return date.fromisoformat(last_day) >= timezone.localdate(timezone=ZoneInfo(membership["time_zone"]))


def open_sessions(user_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many sessions each of these people has open, wherever they work."""
    with public_scope():
        return dict(_open(user_ids).values_list("user").annotate(count=Count("pk")))


def sessions_to_end(clinic: Clinic, user_id: UUID) -> tuple[list[str], int]:
    """The keys of the sessions that a membership takes with it, and how many of them a patient has on a shared device.

    Those of somebody who works elsewhere too stay open for there, but the devices that this clinic's patients have.
    """
    with public_scope():
        elsewhere = Membership.objects.filter(user=user_id, is_active=True).exclude(clinic=clinic.pk).exists()
        rows = list(_open([user_id]))
    shared = {row.pk for row in rows if SHARED_DEVICE_KEY in row.get_decoded() and row.clinic_id in (None, clinic.pk)}
    return [row.pk for row in rows if row.pk in shared or not elsewhere], len(shared)


def _open(user_ids: Iterable[UUID]) -> "QuerySet[Session]":
    rows: QuerySet[Session] = Session.objects.filter(user__in=list(user_ids), expire_date__gt=timezone.now())
    return rows


def end_sessions(clinic: Clinic, user_id: UUID) -> None:
    keys, _ = sessions_to_end(clinic, user_id)
    with public_scope():
        Session.objects.filter(pk__in=keys).delete()


@dataclass(frozen=True)
class OpenSession:
    """A session as its person sees it; of its key, which is a secret, only the digest is shown."""

    row: Session
    is_this: bool

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.row.session_key.encode()).hexdigest()

    @property
    def device(self) -> str:
        return device_words(self.row.user_agent)


def own_sessions(this: Session) -> list[OpenSession]:
    """The open sessions of whoever has this one: this one first, then by their last use."""
    rows = _open(filter(None, [this.user_id])).order_by(F("used_at").desc(nulls_last=True), "pk")
    found = [OpenSession(row, row.pk == this.pk) for row in rows]
    return sorted(found, key=lambda each: not each.is_this)


def lasts_until(user_id: UUID | None, memberships: Iterable[dict[str, Any]], ends_at: datetime) -> datetime:
    """When a session that is used now ends, unless it is used again: by the strictest clinic of its person.

    Who has no account, such as a patient with a link, is not asked to be busy.
    """
    if user_id is None:
        return ends_at
    idle = min((each["idle_minutes"] for each in memberships), default=IDLE_MINUTES)
    return min(ends_at, timezone.now() + timedelta(minutes=idle))


def note_use(session: Session) -> None:
    """Have a session last on, since somebody uses it; written where it makes `SEEN_EVERY` of a difference.

    One that was ended since the request began stays ended.
    """
    ends_at = session.ends_at or session.expire_date
    until = lasts_until(session.user_id, session.memberships, ends_at)
    if abs(until - session.expire_date) >= SEEN_EVERY:
        lasts = {"expire_date": until, "ends_at": ends_at, "used_at": timezone.now()}
        Session.objects.filter(pk=session.pk).update(**lasts)
        for name, value in lasts.items():
            setattr(session, name, value)


BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"),
    ("CrOS", "Chromebook"), ("Linux", "Linux"),
)  # fmt: skip


def device_words(user_agent: str) -> str:
    """“Firefox on Windows”; what cannot be told is left out."""
    browser = next((name for sign, name in BROWSERS if sign in user_agent), "A browser")
    system = next((name for sign, name in SYSTEMS if sign in user_agent), "")
    return f"{browser} on {system}" if system else browser


def stored_key(key: str) -> str:
    """What is kept of a session's key: whoever reads the table, or a copy of it, is not signed in by that."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:40]


class SessionStore(DatabaseStore):
    """Django's, with a digest in place of the key in the table.

    `row` is the Session as loaded, with its user and memberships; None before loading or when there is none.
    """

    row: Any = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Any:
        key = self.session_key
        if key and key.isalnum():
            self.row = find_session(stored_key(key))
        if self.row is None:
            self._session_key = None
        return self.row

    def exists(self, session_key: str) -> bool:
        return bool(super().exists(stored_key(session_key)))

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            super().delete(stored_key(key))

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        session: Session = super().create_model_instance(data)  # type: ignore[assignment]
        session.session_key = stored_key(session.session_key)
        session.user_id = data.get(SESSION_KEY)
        session.clinic_id = data.get(CLINIC_KEY)
        session.user_agent, session.address = data.get(USER_AGENT_KEY, ""), data.get(ADDRESS_KEY)
        session.used_at = now = timezone.now()
        before = self.row if self.row is not None and str(self.row.user_id) == str(session.user_id) else None
        last = now + timedelta(seconds=self.get_session_cookie_age())
        session.ends_at = (before.ends_at or before.expire_date) if before else last
        session.expire_date = lasts_until(session.user_id, before.memberships if before else [], session.ends_at)
        return session
