"""From declared subscriptions to Subscription: each looks again whenever it is woken, and sends what is new."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any, get_args

import strawberry

from models.base import Row
from notifications import live
from resolvers.watches import PAGE, Watch
from rules.errors import Refused
from schema.context import Context, Info
from schema.declarations import registry
from schema.declarations.build_operations import make_root, refusals_of, shown_input
from schema.declarations.build_types import evaluate, type_of_source
from schema.declarations.docs import description_of
from schema.declarations.registry import DeclaredSubscription
from schema.declarations.stock import check_role
from schema.errors import refusal_as_error

LOOK_AGAIN_SECONDS = 60.0
"""When one looks again who was not woken: a wake-up that was lost costs no more than this."""

Refusals = tuple[type[Refused], ...]


def build_subscription_root() -> Any:
    """Make Subscription."""
    fields = {name: build_subscription(declared) for name, declared in registry.subscriptions.items()}
    return make_root(
        "Subscription", "What is sent as it happens, over a WebSocket; see `graphql-transport-ws`.", fields
    )


def build_subscription(declared: DeclaredSubscription) -> Any:
    """Make the root field of a subscription: role, input, and then row after row."""
    function = declared.function
    hints = {name: evaluate(text, function.__module__) for name, text in function.__annotations__.items()}
    taken: Any = hints["input"]
    (model,) = get_args(hints["return"])
    refusals = refusals_of(declared, taken)

    async def subscribe(info: Info, input: Any) -> AsyncIterator[Row]:
        check_role(info.context.viewer, declared.allow)
        checked = taken.checked(input)
        with _refused_as_error(refusals):
            watch = await function(info, checked)
        return _news(info.context, watch, refusals)

    subscribe.__annotations__ = {"info": Info, "input": shown_input(taken)}
    return strawberry.subscription(
        resolver=subscribe, graphql_type=type_of_source(model), description=description_of(function)
    )


async def _news(context: Context, watch: Watch[Row], refusals: Refusals) -> AsyncIterator[Row]:
    """Give what is new, for as long as it is asked for; each time for the viewer as he is then."""
    with live.listening(watch.topic) as listener:
        while True:
            viewer = await context.renewed()
            with _refused_as_error(refusals):
                rows = await watch.look(viewer)
            for row in rows:
                yield row
                context.forget()  # What was loaded for one row may not be so at the next.
            if len(rows) < PAGE:
                await listener.woken(LOOK_AGAIN_SECONDS)


@contextmanager
def _refused_as_error(refusals: Refusals) -> Iterator[None]:
    try:
        yield
    except refusals as refused:
        raise refusal_as_error(refused) from refused
