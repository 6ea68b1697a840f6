"""Columns of ours: each knows how sensitive its value is, and none loses a cent or tells a secret."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from tortoise import fields
from tortoise.fields.base import Field
from tortoise.models import Model

from models.secrets import Secret, blind_index
from rules.money import from_cents, from_millionths, to_cents, to_millionths
from rules.people.access import C1, DataTier


def _deconstruct(field: Field[Any]) -> tuple[str, list[Any], dict[str, Any]]:
    """Describe a column to a migration, without what is about people and not about the database."""
    path, args, kwargs = Field.deconstruct(field)
    return path, args, {name: value for name, value in kwargs.items() if name not in {"tier", "may_be_negative"}}


class TextField(fields.CharField[str]):
    """Text of at most `max_length` characters."""

    deconstruct = _deconstruct

    def __init__(self, max_length: int, *, tier: DataTier | None = None, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)
        self.tier = tier


class LongTextField(fields.TextField):
    """Text without a limit of the column's, such as a contract."""

    deconstruct = _deconstruct

    def __init__(self, *, tier: DataTier | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.tier = tier


class NumberField(fields.BigIntField):
    """A whole number; the database refuses a negative one unless the column allows it."""

    deconstruct = _deconstruct

    def __init__(self, *, tier: DataTier | None = None, may_be_negative: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.tier = tier
        self.may_be_negative = may_be_negative


class VersionField(NumberField):
    """Counts the changes of a row that two people may edit; the editor sends back the one he saw."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(tier=C1, **{"default": 1, **kwargs})


class DateField(fields.DateField[date]):
    """A calendar date, clear unless its tier says otherwise (a birth date's does)."""

    deconstruct = _deconstruct

    def __init__(self, *, tier: DataTier = C1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.tier = tier


class MoneyField(Field[Decimal], Decimal):  # type: ignore[misc]
    """An amount in the row's `currency`: `Decimal` in Python, a BIGINT of hundredths in the database.

    The database refuses a negative one unless the column allows it.
    """

    SQL_TYPE = "BIGINT"
    deconstruct = _deconstruct

    def __init__(self, *, tier: DataTier | None = None, may_be_negative: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.tier = tier
        self.may_be_negative = may_be_negative

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> int | None:  # noqa: ARG002
        self.validate(value)
        return None if value is None else to_cents(Decimal(value))

    def to_python_value(self, value: Any) -> Decimal | None:
        return from_cents(value) if isinstance(value, int) else value


class RateField(Field[Decimal], Decimal):  # type: ignore[misc]
    """A rate as a fraction (0.0435 a year is 4.35 %): `Decimal` in Python, a BIGINT of millionths in the database."""

    SQL_TYPE = "BIGINT"
    deconstruct = _deconstruct
    may_be_negative = False

    def __init__(self, *, tier: DataTier | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.tier = tier

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> int | None:  # noqa: ARG002
        self.validate(value)
        return None if value is None else to_millionths(Decimal(value))

    def to_python_value(self, value: Any) -> Decimal | None:
        return from_millionths(value) if isinstance(value, int) else value


class EncryptedField(Field[Secret], Secret):
    """A text that only its key can read; assign a `Secret`, call `.read()` to decrypt it."""

    SQL_TYPE = "TEXT"
    deconstruct = _deconstruct
    indexable = False

    def __init__(self, *, tier: DataTier | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.tier = tier

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> str | None:
        self.validate(value)
        return None if value is None else value.sealed(self.purpose(instance))

    def to_python_value(self, value: Any) -> Secret | None:
        return Secret.from_sealed(value, self.purpose(self.model)) if isinstance(value, str) else value

    def purpose(self, model: type[Model] | Model) -> str:
        """Name the column: a value moved to another column no longer decrypts."""
        return f"{model._meta.db_table}.{self.model_field_name}"


class DerivedField(fields.CharField[str]):
    """A column written from a secret beside it, never by hand."""

    def __init__(self, of: str, derive: Callable[[str], str], max_length: int, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)
        self.of = of
        self.derive = derive
        self.tier = C1

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> Any:
        if isinstance(instance, Model):
            secret = getattr(instance, self.of)
            value = None if secret is None else self.derive(secret.read())
            setattr(instance, self.model_field_name, value)
        return super().to_db_value(value, instance)


class MaskField(DerivedField):
    """What may be shown of a secret, kept beside it so that a masked read never decrypts."""

    def __init__(self, of: str, mask: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(of, mask, 64, **kwargs)
        self.mask = mask


class BlindIndexField(DerivedField):
    """A keyed hash of a secret, by which it can be found exactly and not otherwise."""

    def __init__(self, of: str, **kwargs: Any) -> None:
        super().__init__(of, blind_index, 64, **kwargs)


def reference(model: str, *, null: bool = False, unique: bool = False) -> Any:
    """A key to another model's row, which cannot be deleted while we point at it. Declare `name_id: int` beside it."""
    make: Any = fields.OneToOneField if unique else fields.ForeignKeyField
    return make(f"models.{model}", on_delete=fields.RESTRICT, related_name=False, null=null)
