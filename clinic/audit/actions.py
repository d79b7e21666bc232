"""Writing to the trail."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Protocol
from uuid import UUID

from django.db import models
from structlog.contextvars import get_contextvars

from clinic.audit.models import AuditEvent
from clinic.text.phones import PhoneField, stored
from clinic.ui.declared import editable_fields


class By(Protocol):
    """Who acts: `id` is a user's id or `client:<id>`."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


def snapshot(record: models.Model, fields: Iterable[str] = ()) -> dict[str, Any]:
    """The values of `fields`, or of all that people write, as JSON can hold them; foreign keys as their ids."""
    return {name: read(record) for name, read in _readers(type(record), tuple(fields))}


@cache
def _readers(model: type[models.Model], names: tuple[str, ...]) -> list[tuple[str, Callable[[Any], Any]]]:
    return [(name, _reader(model._meta.get_field(name))) for name in names or editable_fields(model)]


def _reader(field: Any) -> Callable[[Any], Any]:
    if isinstance(field, PhoneField):
        return lambda record: stored(record, field.attname)
    places = field.decimal_places if isinstance(field, models.DecimalField) else None

    def read(record: Any) -> Any:
        value = getattr(record, field.attname)
        if places is not None and value is not None:  # 12 as typed is the 12.00 that is stored
            return f"{value:.{places}f}"
        return value if value is None or isinstance(value, bool | int | list | dict) else str(value)

    return read


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """`{field: [old, new]}` for every field that changed."""
    return {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}


def is_conflict(version: int | None, current: int, changes: dict[str, Any]) -> bool:
    """Whether who read `version` would change a record that is another now (None: whoever reads no version may).

    Nobody is refused what is there already: a change whose answer was lost is sent again with the version before it.
    """
    return version not in (None, current) and (bool(changes) or version > current)


def restore_values(subject: models.Model, changes: dict[str, Any]) -> None:
    """Put the old values of `{field: [old, new]}` back onto `subject`; nothing is saved."""
    for name, (old, _) in changes.items():
        field = subject._meta.get_field(name)
        target = getattr(field, "target_field", field)
        setattr(subject, field.attname, target.to_python(old))  # type: ignore[union-attr]


def type_in_trail(subject: models.Model) -> str:
    """What the trail calls records of this model: `trail_name` where a model declares one, else the model's name."""
    return getattr(subject, "trail_name", "") or subject._meta.model_name or ""


def patient_of(subject: models.Model) -> UUID | None:
    """Whose record a record is, or belongs to; None where it is about no patient."""
    found = subject.pk if type_in_trail(subject) == "patient" else getattr(subject, "patient_id", None)
    return UUID(str(found)) if found is not None else None


def where() -> dict[str, str]:
    """The request that somebody acts by, its trace, and the address that it came from; empty where a command acts."""
    context = get_contextvars()
    return {name: context.get(name, "") for name in ("request_id", "trace_id", "address")}


def event(action: str, *, by: By, record_type: str, record_id: UUID | None = None, **fields: Any) -> AuditEvent:
    """One event of whoever acts, with the request that it belongs to; not written yet."""
    return AuditEvent(
        actor_id=by.id,
        actor_name=by.name,
        action=action,
        record_type=record_type,
        record_id=record_id,
        **where(),
        **fields,
    )


def about(action: str, subject: models.Model, *, by: By, changes: dict[str, Any] | None = None) -> AuditEvent:
    """One event about a record; not written yet."""
    return event(
        action,
        by=by,
        record_type=type_in_trail(subject),
        record_id=UUID(str(subject.pk)),
        patient_id=patient_of(subject),
        changes=changes or {},
    )


def record(action: str, subject: models.Model, *, by: By, changes: dict[str, Any] | None = None) -> AuditEvent:
    """Add one event to the trail of the active clinic, in the transaction that wrote `subject`."""
    made = about(action, subject, by=by, changes=changes)
    made.save(using=subject._state.db, force_insert=True)
    return made


def record_many(
    action: str, subjects: Iterable[models.Model], *, by: By, changes: dict[str, Any] | None = None
) -> None:
    """The same event for each of `subjects`, in one statement."""
    AuditEvent.objects.bulk_create(about(action, subject, by=by, changes=changes) for subject in subjects)
