"""The stock resolvers: what Strawberry's executor calls for a declared field. Nobody writes one by hand."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import strawberry

from models.base import Row
from models.fields import EncryptedField, MaskField
from models.secrets import Secret
from models.viewer import Viewer
from rules.money import Money
from rules.people.access import Role, is_clear
from schema.context import Info
from schema.declarations import loading
from schema.declarations.fields import (
    LOCALE,
    NOW,
    TODAY,
    VIEWER,
    Ambient,
    Children,
    Computed,
    ConnectionList,
    Counted,
    Masked,
    MoneyColumn,
    Relation,
)
from schema.declarations.filters import condition
from schema.declarations.pages import Order, Page, make_page, requested
from schema.errors import Forbidden, Unauthenticated

Resolver = Callable[..., Any]


def check_role(viewer: Viewer, allow: frozenset[Role]) -> None:
    """Raise `Unauthenticated` or `Forbidden` unless the viewer's role may call this."""
    if viewer.role not in allow:
        raise Unauthenticated if viewer.role is Role.VISITOR else Forbidden


def plain(name: str) -> Resolver:
    def resolve(root: Any) -> Any:
        return getattr(root, name)

    return resolve


def money(name: str, declared: MoneyColumn) -> Resolver:
    column, *others = declared.names or (name,)

    def resolve(root: Any) -> Money | None:
        amount = getattr(root, column)
        return None if amount is None else Money(sum((getattr(root, each) for each in others), amount), root.currency)

    return resolve


def mask_column(model: type[Row], column: str) -> str | None:
    """Name the column that keeps an encrypted column's mask; None for a column that is masked when it is read."""
    if not isinstance(model._meta.fields_map[column], EncryptedField):
        return None
    fields = model._meta.fields_map.items()
    return next(name for name, field in fields if isinstance(field, MaskField) and field.of == column)


def masked(name: str, declared: Masked, model: type[Row]) -> Resolver:
    column = declared.column or name
    stored_mask = mask_column(model, column)

    def resolve(root: Row, info: Info) -> str | None:
        viewer = info.context.viewer
        is_owner = viewer.customer_id is not None and root.owner_id == viewer.customer_id
        if is_clear(declared.clear_to, viewer.role, is_owner=is_owner):
            value = getattr(root, column)
            return value.read() if isinstance(value, Secret) else value
        if stored_mask is not None:
            return getattr(root, stored_mask)  # type: ignore[no-any-return]
        value = getattr(root, column)
        return None if value is None else declared.mask(value)

    return resolve


_AMBIENTS: dict[Ambient, Callable[[Viewer], Any]] = {
    TODAY: lambda viewer: viewer.today,
    NOW: lambda viewer: viewer.now,
    LOCALE: lambda viewer: viewer.locale,
    VIEWER: lambda viewer: viewer,
}


def computed(declared: Computed) -> Resolver:
    if not any(isinstance(need, Ambient) for need in declared.needs):
        names = [need for need in declared.needs if isinstance(need, str)]

        def resolve_from_row(root: Any) -> Any:
            return declared.function(*[getattr(root, name) for name in names])

        return resolve_from_row

    def resolve(root: Any, info: Info) -> Any:
        viewer = info.context.viewer
        return declared.function(
            *[_AMBIENTS[need](viewer) if isinstance(need, Ambient) else getattr(root, need) for need in declared.needs]
        )

    return resolve


def relation(declared: Relation, target: type[Row]) -> Resolver:
    if declared.key is not None:
        key = declared.key

        def resolve_by_key(root: Any, info: Info) -> Awaitable[Any] | None:
            value = getattr(root, key)
            if value is None:
                return None
            context = info.context
            return context.loader(target, partial(loading.rows_by_key, target, context.viewer)).load(value)

        return resolve_by_key

    def resolve_first(root: Row, info: Info) -> Awaitable[Any]:
        context = info.context
        load = partial(
            loading.first_by_parent, target, context.viewer, declared.via or "", declared.where, declared.order_by
        )
        return context.loader(id(declared), load).load(root.pk)

    return resolve_first


def children(declared: Children, target: type[Row]) -> Resolver:
    if declared.via is None:

        async def resolve_all(info: Info) -> Any:
            check_role(info.context.viewer, declared.allow)
            rows = target.visible_to(info.context.viewer).filter(**declared.where)
            return await rows.order_by(declared.order_by, "id")

        return resolve_all
    via = declared.via

    def resolve(root: Row, info: Info) -> Awaitable[Any]:
        context = info.context
        load = partial(loading.rows_by_parent, target, context.viewer, via, declared.where, declared.order_by)
        return context.loader(id(declared), load).load(root.pk)

    return resolve


def counted(declared: Counted) -> Resolver:
    def resolve(root: Row, info: Info) -> Awaitable[int]:
        context = info.context
        load = partial(loading.counts_by_parent, declared.model, context.viewer, declared.via, declared.where)
        return context.loader(id(declared), load).load(root.pk)

    return resolve


def connection(declared: ConnectionList, target: type[Row], list_name: str) -> Resolver:
    order = Order(list_name, declared.order_by, target)

    async def resolve(root: Any, info: Info, **sent: Any) -> Page:
        context = info.context
        check_role(context.viewer, declared.allow)
        given = {name: None if value is strawberry.UNSET else value for name, value in sent.items()}
        narrowed = given.pop("filter", None)
        request = requested(order, declared.cap, **given)
        chosen = target.visible_to(context.viewer).filter(**declared.where)
        if narrowed is not None and declared.filter is not None:
            chosen = chosen.filter(condition(declared.filter, narrowed))
        if declared.via is None:
            return make_page(await loading.page_of_all(chosen, order, request), request, order)
        key = (id(declared), request, repr(narrowed))
        load = partial(loading.page_by_parent, chosen, declared.via, order, request)
        count = None
        if declared.is_counted and narrowed is None:
            counts = context.loader(
                (id(declared), "count"),
                partial(loading.counts_by_parent, target, context.viewer, declared.via, declared.where),
            )
            count = partial(counts.load, root.pk)
        return make_page(await context.loader(key, load).load(root.pk), request, order, count)

    return resolve
