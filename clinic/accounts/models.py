"""People and programs that can sign in, and the clinics they belong to; all in `public`."""

import uuid
from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.core.exceptions import PermissionDenied
from django.db import connection, models
from django.utils import timezone
from oauth2_provider.models import AbstractApplication

from clinic.access import ROLE_LABELS, Role
from clinic.tenancy.models import Clinic


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):  # type: ignore[django-manager-missing]  # of ApiClient.user, whose base has no types
    """A person who can sign in. There are no superusers: without a membership there is no clinic."""

    web_may = "SELECT, INSERT, UPDATE (name, last_login)"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name or self.email

    def change_password(self, password: str) -> None:
        """Set it in place of the one that was read; raises PermissionDenied where that is another by now."""
        if not self._replace_password(make_password(password)):
            raise PermissionDenied("The password was changed a moment ago. Sign in with that one, or ask for a link.")

    def check_password(self, raw_password: str | None) -> bool:
        """Whether it is this one, which is hashed anew where it was hashed as in an earlier release."""

        def hash_anew(password: str) -> None:
            self._replace_password(make_password(password))

        return check_password(raw_password, self.password, hash_anew)

    def _replace_password(self, hashed: str) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT public.change_password(%s, %s, %s)", [self.pk, self.password, hashed])
            [changed] = cursor.fetchone()
        self.password = hashed
        return bool(changed)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self, clinic: Clinic) -> "MembershipQuerySet":
        """Those that open the clinic today, which is a day of its time zone."""
        today = timezone.localdate(timezone=clinic.zone)
        lasts = models.Q(last_day=None) | models.Q(last_day__gte=today)
        return self.filter(lasts, clinic=clinic.pk, is_active=True, user__is_active=True)


class Membership(models.Model):
    """A user's role in one clinic; `preferences` is how they like its pages.

    `scopes` are narrower ones than reading or writing all; empty for a program that `can_write` says all about.
    After `last_day`, a day of the clinic's, it opens nothing any more; None lasts.
    """

    web_may = "SELECT, INSERT, UPDATE (role, is_active, last_day, preferences, created_at)"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(role.value, label) for role, label in ROLE_LABELS.items()])
    is_active = models.BooleanField(default=True)
    last_day = models.DateField(null=True)
    preferences: "models.JSONField[Any, dict[str, Any]]" = models.JSONField(default=dict, db_default={})
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "clinic"), name="membership_once_per_clinic"),
            models.CheckConstraint(condition=models.Q(role__in=[role.value for role in Role]), name="membership_role"),
        )

    def __str__(self) -> str:
        return f"{self.role} since {self.created_at}"


class SecretLink(models.Model):
    """A link of which only the `checksum` of its token is kept, its SHA-256 in hex.

    `closed_at` is set once it leads nowhere any more, for whatever reason.
    """

    web_may = "SELECT, INSERT, UPDATE (closed_at)"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    checksum = models.CharField(max_length=64, unique=True, db_collation="C")
    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"until {self.expires_at}"

    @property
    def is_open(self) -> bool:
        """Whether it leads anywhere now."""
        return self.closed_at is None and self.expires_at > timezone.now()


class Invitation(SecretLink):
    """Somebody was asked by mail to work in a clinic."""

    email = models.EmailField()
    role = models.CharField(max_length=20, choices=[(role.value, label) for role, label in ROLE_LABELS.items()])
    last_day = models.DateField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("clinic", "email"), condition=models.Q(closed_at=None), name="invitation_once_open"
            ),
            models.CheckConstraint(condition=models.Q(role__in=[role.value for role in Role]), name="invitation_role"),
        )


class Session(AbstractBaseSession):
    """Django's session, with whom and which clinic it is for as columns, so that one query resolves a request.

    `expire_date` is when it ends unless it is used, and moves on with its use, but not beyond `ends_at`. `used_at` is
    when it was used last, to within `SEEN_EVERY`. Both are None where an earlier release wrote it.
    `memberships` are the active ones of its user as dicts, by clinic name, and `past` the clinics and last
    days of those that are over, where `accounts.sessions` found it; `has_factor` is whether they have a second factor.
    """

    web_may = "SELECT, INSERT, UPDATE, DELETE"

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    clinic = models.ForeignKey(Clinic, on_delete=models.SET_NULL, null=True, related_name="+")
    user_agent = models.CharField(max_length=300, default="", db_default="")
    address = models.GenericIPAddressField(null=True)
    used_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = BaseSessionManager()
    memberships: list[dict[str, Any]]
    past: list[tuple[str, date]]
    has_factor: bool

    def __str__(self) -> str:
        return f"until {self.expire_date}"

    @property
    def seconds_left(self) -> int:
        """For how long it lasts unless it is used."""
        return max(0, int((self.expire_date - timezone.now()).total_seconds()))

    @classmethod
    def get_session_store_class(cls) -> Any:
        from clinic.accounts.sessions import SessionStore

        return SessionStore


class ApiClient(AbstractApplication):
    """A program that reads, or reads and writes, one clinic by OAuth 2.0 client credentials.

    Of its secret, which is random, only the SHA-256 in hex is kept; the one before works until `earlier_until`. One of
    an earlier release has `client_secret` by Argon2 instead, until it is used. `last_used_at` is to within minutes.
    After `last_day`, a day of the clinic's, it opens nothing any more; None lasts.
    """

    web_may = (
        "SELECT, INSERT, UPDATE (last_day, disabled_at, last_used_at, secret_checksum, secret_since, "
        "earlier_checksum, earlier_until)"
    )

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="api_clients")
    can_write = models.BooleanField(default=False)
    scopes = models.CharField(max_length=200, blank=True, default="", db_default="")
    last_day = models.DateField(null=True, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    secret_checksum = models.CharField(max_length=64, blank=True, default="", db_default="", db_collation="C")
    secret_since = models.DateTimeField(null=True, blank=True)
    earlier_checksum = models.CharField(max_length=64, blank=True, default="", db_default="", db_collation="C")
    earlier_until = models.DateTimeField(null=True, blank=True)

    class Meta(AbstractApplication.Meta):
        swappable = "OAUTH2_PROVIDER_APPLICATION_MODEL"
        constraints = (models.UniqueConstraint(fields=("clinic", "name"), name="api_client_name_once_per_clinic"),)

    def __str__(self) -> str:
        return str(self.name)

    @property
    def allowed_scopes(self) -> list[str]:
        """What a token of it may say."""
        return str(self.scopes).split() or (["read", "write"] if self.can_write else ["read"])

    @property
    def is_over(self) -> bool:
        """Whether its last day has passed where its clinic is."""
        return self.last_day is not None and self.last_day < timezone.localdate(timezone=self.clinic.zone)

    @property
    def is_open(self) -> bool:
        """Whether it may ask for tokens, and its tokens open anything."""
        return self.disabled_at is None and not self.is_over

    @property
    def has_earlier(self) -> bool:
        """Whether the secret before works beside the newest."""
        return self.earlier_until is not None and self.earlier_until > timezone.now()


class AnswerLink(SecretLink):
    """Which clinic a patient's link leads to, for somebody without a session. No patient data is here.

    `request_id` is the clinic's own record of what is asked.
    """

    request_id = models.UUIDField(db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("request_id",), condition=models.Q(closed_at=None), name="answer_link_once_open"
            ),
        )


class Submission(models.Model):
    """What came of something that was sent under a key, so that a retry is answered as the first was.

    Neither what was sent nor what was answered is here, since this is no clinic's table: `checksum` is the SHA-256 of
    the one, `status` and `address` are of the other. A status of 0 is that of one that is not answered yet.
    """

    web_may = "SELECT, INSERT, UPDATE"

    actor = models.CharField(max_length=64, db_collation="C")
    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=300, db_collation="C")
    checksum = models.CharField(max_length=64, db_collation="C")
    status = models.PositiveSmallIntegerField(default=0)
    address = models.CharField(max_length=300, blank=True, db_collation="C")
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("clinic", "actor", "key"), name="submission_key_once"),)

    def __str__(self) -> str:
        return f"{self.status} at {self.created_at}"


class Counter(models.Model):
    """How many of something were counted in a window that is not over, see `clinic.accounts.limits`.

    The table is unlogged, so that counting waits for no disk; a server that was killed begins to count anew.
    """

    web_may = "SELECT, INSERT, UPDATE, DELETE"

    key = models.CharField(max_length=64, primary_key=True, db_collation="C")
    count = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.count} until {self.ends_at}"
