"""Records and querysets that know the clinic they were made in.

A lazy queryset made in one clinic and iterated in another would return the other's rows, and a record saved there
would overwrite the row of that key. Both raise WrongClinic instead. What was made outside every clinic belongs to
the first one that it is used in; reading what is loaded already, outside every clinic, is harmless and allowed.
"""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models

from clinic.tenancy.scope import WrongClinic


def active_clinic(using: str | None) -> UUID | None:
    """The key of the clinic whose scope is open on a connection."""
    clinic = connections[using or DEFAULT_DB_ALIAS].clinic  # type: ignore[attr-defined]
    return clinic.pk if clinic is not None else None


def refuse_foreign(made_in: UUID | None, using: str | None) -> None:
    """Raises WrongClinic when something made in one clinic is used in another."""
    active = active_clinic(using)
    if made_in is not None and active is not None and made_in != active:
        raise WrongClinic("This was made in another clinic than the one that is active.")


class ClinicRawQuerySet(models.query.RawQuerySet):  # type: ignore[type-arg]  # is not generic when it runs
    """What `raw()` gives: SQL of our own, run in the clinic it was written in."""

    _db: str | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clinic = active_clinic(self._db)

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._clinic = self._clinic
        return clone

    def using(self, alias: str | None) -> Self:
        clone = self._clone()
        clone._db, clone.query = alias, self.query.chain(using=alias or self.db)
        return clone

    def _fetch_all(self) -> None:
        refuse_foreign(self._clinic, self._db)
        super()._fetch_all()  # type: ignore[misc]
        self._clinic = self._clinic or active_clinic(self._db)

    def iterator(self) -> Iterator[Any]:
        refuse_foreign(self._clinic, self._db)
        return super().iterator()


class ClinicQuerySet[M: models.Model](models.QuerySet[M]):
    """Every execution asks for `db`, and every iteration for `_fetch_all`: that is where the clinic is checked."""

    _db: str | None
    _hints: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clinic = active_clinic(self._db)
        self._belong_to_hint()

    def _add_hints(self, **hints: Any) -> None:
        super()._add_hints(**hints)  # type: ignore[misc]
        self._belong_to_hint()

    def _belong_to_hint(self) -> None:
        """What hangs on a record is of the record's clinic: one person is a practitioner of several, by one key."""
        if (record := self._hints.get("instance")) is not None:
            self._clinic = getattr(record._state, "clinic", None) or self._clinic

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._clinic = self._clinic
        return clone

    def using(self, alias: str | None) -> Self:
        clone = super().using(alias)
        if self._clinic == active_clinic(self._db):
            clone._clinic = active_clinic(alias) or self._clinic
        return clone

    @property
    def db(self) -> str:
        alias = super().db
        refuse_foreign(self._clinic, alias)
        return alias

    def _fetch_all(self) -> None:
        refuse_foreign(self._clinic, self._db)
        super()._fetch_all()
        self._clinic = self._clinic or active_clinic(self._db)

    def raw(self, raw_query: Any, params: Any = (), translations: Any = None, using: str | None = None) -> Any:
        """As Django's; the rows come from the clinic that this is called in, or not at all."""
        alias = using or self.db
        return ClinicRawQuerySet(raw_query, model=self.model, params=params, translations=translations, using=alias)

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        return super().bulk_create(self._own(objs), *args, **kwargs)

    def bulk_update(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> int:
        return super().bulk_update(self._own(objs), *args, **kwargs)

    def _own(self, objs: Iterable[M]) -> list[M]:
        records = list(objs)
        for record in records:
            refuse_foreign(getattr(record._state, "clinic", None), self._db)
        return records


class ClinicModel(models.Model):
    """A record of a clinic's schema; `_state.clinic` is the key of the clinic it was made in or loaded from."""

    # The trail's name for the model's records; empty for the model's own name. A renamed model keeps its old one here.
    trail_name: ClassVar[str] = ""
    # Each index by its name, with the list, search or work that reads it; what nothing reads costs every write.
    index_for: ClassVar[dict[str, str]] = {}

    objects = ClinicQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"  # Django's own way to what hangs on a record: that knows its clinic too

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stamp(None)

    @classmethod
    def from_db(cls, db: str | None, *args: Any, **kwargs: Any) -> Self:
        record: Self = super().from_db(db, *args, **kwargs)
        if db != DEFAULT_DB_ALIAS:  # whose clinic was stamped when the record was made
            record._stamp(db)
        return record

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        self._refuse_foreign(kwargs.get("using"))
        super().save_base(*args, **kwargs)
        self._stamp(kwargs.get("using"))

    def delete(self, using: str | None = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        self._refuse_foreign(using)
        return super().delete(using=using, keep_parents=keep_parents)

    def refresh_from_db(self, using: str | None = None, *args: Any, **kwargs: Any) -> None:
        self._refuse_foreign(using)
        super().refresh_from_db(using, *args, **kwargs)

    def _stamp(self, using: str | None) -> None:
        self._state.clinic = active_clinic(using)  # type: ignore[attr-defined]

    def _refuse_foreign(self, using: str | None) -> None:
        refuse_foreign(self._state.clinic, using or self._state.db)  # type: ignore[attr-defined]
