"""What must hold of a declaration; the build of the types fails where it does not."""

from typing import Any

from tortoise.fields.base import Field

from models.base import LoanOwned, Owned, Public, Row
from models.fields import EncryptedField, MaskField
from rules.people.access import C1
from schema.declarations.fields import (
    Ambient,
    Children,
    Column,
    Computed,
    ConnectionList,
    Counted,
    Declaration,
    Masked,
    MoneyColumn,
    Relation,
)
from schema.declarations.stock import mask_column


class DeclarationError(TypeError):
    """A declaration that cannot be kept."""


def check_field(
    model: type[Row], name: str, declared: Declaration, target: type[Row] | None, *, nullable: bool
) -> None:
    """Check one field of a node type against its model. Raises `DeclarationError`."""
    match declared:
        case Column(column):
            _check_clear(model, column or name, nullable=nullable)
        case MoneyColumn(names):
            for column in names or (name,):
                _check_clear(model, column, nullable=nullable and len(names) < 2)
            _check_clear(model, "currency", nullable=False)
        case Masked(column=column):
            _check_masked(model, column or name, declared, nullable=nullable)
        case Computed(needs=needs):
            for need in needs:
                if not isinstance(need, Ambient):
                    _check_clear(model, need, nullable=True)
        case Relation():
            assert target is not None
            _check_relation(model, declared, target, nullable=nullable)
        case Children(via=str(via), order_by=order_by, where=where):
            assert target is not None
            require_index(target, via, set(where), order_by)
        case ConnectionList(via=str(via), order_by=order_by, where=where):
            assert target is not None
            require_index(target, via, set(where), order_by)
        case Counted(counted_model, via, where):
            assert issubclass(counted_model, Row)
            require_index(counted_model, via, set(where), "id")


def _column(model: type[Row], name: str) -> Field[Any]:
    field = model._meta.fields_map.get(name)
    if field is None or not field.has_db_field:
        raise DeclarationError(f"{model.__name__} has no column {name}")
    return field


def _check_clear(model: type[Row], name: str, *, nullable: bool) -> None:
    field = _column(model, name)
    if getattr(field, "tier", None) not in (None, C1):
        raise DeclarationError(f"{model.__name__}.{name} is not of tier C1: it can only be declared masked()")
    if field.null and not nullable:
        raise DeclarationError(f"{model.__name__}.{name} may be null, its declaration says not")


def _check_masked(model: type[Row], name: str, declared: Masked, *, nullable: bool) -> None:
    field = _column(model, name)
    if getattr(field, "tier", None) in (None, C1):
        raise DeclarationError(f"{model.__name__}.{name} is of tier C1: nothing to mask")
    if field.null and not nullable:
        raise DeclarationError(f"{model.__name__}.{name} may be null, its declaration says not")
    if isinstance(field, EncryptedField):
        stored = model._meta.fields_map[mask_column(model, name) or ""]
        if not isinstance(stored, MaskField) or stored.derive is not declared.mask:
            raise DeclarationError(f"{model.__name__}.{name} is stored under another mask than it declares")


def _check_relation(model: type[Row], declared: Relation, target: type[Row], *, nullable: bool) -> None:
    if declared.via is not None:
        require_index(target, declared.via, set(declared.where), declared.order_by)
        if not nullable:
            raise DeclarationError(f"{model.__name__}: the first {target.__name__} may not exist: declare it nullable")
        return
    key = _column(model, declared.key or "")
    if not nullable and (key.null or not is_seen_with(model, target)):
        raise DeclarationError(f"{model.__name__}: {target.__name__} may be out of sight: declare it nullable")


def is_seen_with(model: type[Row], target: type[Row]) -> bool:
    """Say whether whoever sees a row also sees the row of `target` that it points to."""
    if issubclass(target, Public):
        return True
    if not (issubclass(model, Owned) and issubclass(target, Owned)):
        return False
    if model.customer_may_see and not target.customer_may_see:
        return False
    if issubclass(model, LoanOwned):
        return issubclass(target, LoanOwned) and model.seen_by <= target.seen_by
    return True


def require_index(model: type[Row], via: str, where: set[str], order_by: str) -> None:
    """Demand an index that finds a parent's rows in order, so that no list ever scans. Raises `DeclarationError`."""
    fixed = {via} | where
    order = [] if order_by == "id" else [order_by]
    for columns in indexes_of(model):
        head = columns[: len(fixed)]
        if set(head) == fixed and list(columns[len(fixed) : len(fixed) + len(order)]) == order:
            return
    raise DeclarationError(f"{model.__name__} needs an index on ({', '.join([*sorted(fixed), *order, 'id'])})")


def check_filter(model: type[Row], declared: type) -> None:
    """Demand a clear column and an index for each condition of a filter. Raises `DeclarationError`."""
    for name in declared.__annotations__:
        filtered, path = model, declared.__dict__[name].column.split("__")
        for step in path[:-1]:
            filtered = _column_owner(filtered, step)
        _check_clear(filtered, path[-1], nullable=True)
        if not any(columns[0] == path[-1] for columns in indexes_of(filtered)):
            raise DeclarationError(f"{filtered.__name__} needs an index that begins with {path[-1]}")


def _column_owner(model: type[Row], reference: str) -> type[Row]:
    related: type[Row] = getattr(model._meta.fields_map[reference], "related_model")  # noqa: B009
    return related


def indexes_of(model: type[Row]) -> list[tuple[str, ...]]:
    """List the columns of every index of a model."""
    meta = model._meta
    found: list[tuple[str, ...]] = [("id",)]
    found += [tuple(index.fields) if hasattr(index, "fields") else tuple(index) for index in meta.indexes]
    found += [tuple(columns) for columns in meta.unique_together]
    for name, field in meta.fields_map.items():
        if field.unique or field.index:
            found.append((str(getattr(field, "source_field", None) or name),))
    return found
