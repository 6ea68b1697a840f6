"""Rows, and who may see which. A model says what it is, or its import fails."""

from collections.abc import Iterable
from copy import copy
from datetime import datetime
from typing import Any, ClassVar, Self, cast

from tortoise import fields
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.fields.base import Field
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model, ModelMeta
from tortoise.queryset import QuerySet

from models.database.unit import unit_now
from models.fields import DerivedField, VersionField, reference
from models.scopes import EVERYTHING, NOTHING, Asker, InBranches, Is, IsOpenTo, PartyTo, Scope, as_query
from models.viewer import Viewer
from rules.people.access import ALL_PARTIES, ALL_STAFF, AUDITORS, IN_CHARGE, MANAGERS, PartyRole, Role

SEES_ALL = AUDITORS | {Role.SYSTEM}
"""Who sees every row that belongs to a customer."""
_NEEDS_TIER = (
    fields.CharField,
    fields.TextField,
    fields.IntField,
    fields.BigIntField,
    fields.SmallIntField,
    fields.FloatField,
    fields.DecimalField,
    fields.JSONField,
    fields.BinaryField,
)


class RowType(ModelMeta):
    """Makes models as Tortoise does, without two of its habits."""

    def __new__(cls, name: str, bases: tuple[type, ...], attrs: dict[str, Any]) -> "RowType":
        row: Any = super().__new__(cls, name, bases, attrs)
        row._meta.table_description = ""  # What a docstring or an enum says is not part of the database.
        for field in row._meta.fields_map.values():
            field.description = "" if hasattr(field, "enum_type") else None
        return cast(RowType, row)

    @classmethod
    def _search_for_field_attributes(cls, base: type, attrs: dict[str, Any]) -> None:
        """Inherit copies: the same object in two models would know the later one only."""
        super()._search_for_field_attributes(base, attrs)
        attrs.update({name: copy(field) for name, field in attrs.items() if isinstance(field, Field)})


class Row(Model, metaclass=RowType):
    """A stored row. Subclass `Owned`, `LoanOwned`, `StaffOnly` or `Public`, never this."""

    id = fields.BigIntField(primary_key=True)
    created_at = fields.DatetimeField(default=unit_now)

    is_append_only: ClassVar[bool] = False
    """The database itself refuses to change or delete such rows."""
    owner_key: ClassVar[str | None] = None
    """The column that says whose row it is."""

    class Meta:
        abstract = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls._meta.abstract:
            assert issubclass(cls, Owned | StaffOnly | Public), f"{cls.__name__} does not say who may see its rows"
            cls._check_columns()
            cls._meta.constraints = (*cls._meta.constraints, *cls._checks())

    @classmethod
    def _checks(cls) -> list[CheckConstraint]:
        """What holds for its rows by what the model is: amounts and counts are not negative, unless their column says so."""
        return [
            CheckConstraint(name=f"{cls._meta.db_table}_{name}_not_negative", check=f'"{name}" >= 0')
            for name, field in cls._meta.fields_map.items()
            if not getattr(field, "may_be_negative", True)
        ]

    @classmethod
    def _check_columns(cls) -> None:
        """Owned rows name a tier on every text, number and money column."""

    @classmethod
    def scope(cls, role: Role) -> Scope:
        """What holds for the rows that a viewer of a role may see."""
        raise NotImplementedError

    @classmethod
    def visible_to(cls, viewer: Viewer) -> QuerySet[Self]:
        """Where every read on behalf of a viewer starts."""
        scope = as_query(cls.scope(viewer.role), viewer)
        # `all()` would choose the connection here: awaited in a transaction opened later, it would wait for its end.
        return cls.filter() if scope is None else cls.filter(scope)

    @property
    def owner_id(self) -> int | None:
        """The customer whose row this is."""
        return None if self.owner_key is None else getattr(self, self.owner_key)

    async def save(
        self,
        using_db: BaseDBAsyncClient | None = None,
        update_fields: Iterable[str] | None = None,
        force_create: bool = False,
        force_update: bool = False,
    ) -> None:
        """Write; a named secret takes its mask and blind index along."""
        if update_fields is not None:
            named = set(update_fields)
            derived = [field for field in self._meta.fields_map.values() if isinstance(field, DerivedField)]
            update_fields = named | {field.model_field_name for field in derived if field.of in named}
        await super().save(using_db, update_fields, force_create, force_update)


class Owned(Row):
    """A row that belongs to a customer: he sees it, and so do the staff in charge of his branch, and auditors."""

    customer = reference("Customer")
    customer_id: int

    owner_key: ClassVar[str | None] = "customer_id"
    branch_path: ClassVar[str] = "customer__branch_id"
    customer_may_see: ClassVar[bool] = True
    """False for what staff write about a customer for each other."""

    class Meta:
        abstract = True

    @classmethod
    def _check_columns(cls) -> None:
        for name, field in cls._meta.fields_map.items():
            is_key = field.pk or name.endswith("_id") or isinstance(field, ForeignKeyFieldInstance)
            is_enum = hasattr(field, "enum_type")
            needs_tier = isinstance(field, _NEEDS_TIER) or field.field_type not in (bool, datetime)
            if needs_tier and not is_key and not is_enum and getattr(field, "tier", None) is None:
                raise TypeError(f"{cls.__name__}.{name} must name its tier: C1 clear, C2 masked, C3 masked, encrypted")

    @classmethod
    def scope(cls, role: Role) -> Scope:
        if role in SEES_ALL:
            return EVERYTHING
        if role in IN_CHARGE:
            in_branches = InBranches(cls.branch_path)
            is_open = IsOpenTo(cls.branch_path.replace("branch_id", "is_restricted"))
            return (in_branches,) if role in MANAGERS else (in_branches, is_open)
        if role is Role.CUSTOMER and cls.customer_may_see:
            return cls._scope_of_customer()
        return NOTHING

    @classmethod
    def _scope_of_customer(cls) -> Scope:
        return (Is(str(cls.owner_key), Asker.CUSTOMER),)


class LoanOwned(Owned):
    """A row that belongs to a loan: its parties see it, as far as their part goes."""

    loan = reference("Loan")
    loan_id: int

    loan_key: ClassVar[str] = "loan_id"
    seen_by: ClassVar[frozenset[PartyRole]] = ALL_PARTIES

    class Meta:
        abstract = True

    @classmethod
    def _scope_of_customer(cls) -> Scope:
        return (PartyTo(cls.loan_key, cls.seen_by),)


class StaffOnly(Row):
    """A row of the house: some staff roles see it, customers never."""

    seen_by: ClassVar[frozenset[Role]] = ALL_STAFF

    class Meta:
        abstract = True

    @classmethod
    def scope(cls, role: Role) -> Scope:
        return EVERYTHING if role in cls.seen_by | {Role.SYSTEM} else NOTHING


class Internal(StaffOnly):
    """A row no one reads through the API: keys, codes, the outbox; of sessions, each person his own."""

    seen_by: ClassVar[frozenset[Role]] = frozenset()

    class Meta:
        abstract = True


class Public(Row):
    """A row anybody may see, signed in or not."""

    class Meta:
        abstract = True

    @classmethod
    def scope(cls, role: Role) -> Scope:  # noqa: ARG003
        return EVERYTHING


class Versioned(Row):
    """Mixed into a row that two people may edit."""

    version = VersionField()

    class Meta:
        abstract = True
