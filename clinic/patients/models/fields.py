"""Fields of a patient that Django has none for."""

from typing import Any

from django.db import models


class SparseCharField(models.CharField):  # type: ignore[type-arg]  # is not generic when it runs
    """Text that most records are without: NULL in the table, so that lists have these last, and "" everywhere else."""

    def from_db_value(self, value: str | None, *_: Any) -> str:
        return value or ""

    def to_python(self, value: Any) -> Any:
        return super().to_python(value) or ""

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(value) or None

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"empty_value": "", **kwargs})

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        kwargs.pop("default", None)  # the rows that are there have none
        return name, "django.db.models.CharField", args, kwargs


class KeysField(models.Field):  # type: ignore[type-arg]  # is not generic when it runs
    """Whole numbers as an array of PostgreSQL's. Django's own needs an app that asks every connection for types."""

    def db_type(self, connection: Any) -> str:
        return "integer[]"


class TagsField(KeysField):
    """The ids of the clinic's tags, ascending: NULL in the table where there is none, and [] everywhere else."""

    def from_db_value(self, value: list[int] | None, *_: Any) -> list[int]:
        return value or []

    def to_python(self, value: Any) -> list[int]:
        return value or []

    def get_prep_value(self, value: Any) -> Any:
        return sorted(set(value)) if value else None

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        kwargs.pop("default", None)  # the rows that are there have none
        return name, "clinic.patients.models.fields.KeysField", args, kwargs


@KeysField.register_lookup
class Overlap(models.Lookup):
    """Whether two arrays have a number in common: `match_keys__overlap=[1, 2]`."""

    lookup_name = "overlap"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} && {right}::integer[]", (*left_params, *right_params)
