"""The schema, whole: imports every area, builds what they declared, once."""

import importlib
import pkgutil
from functools import cache

import strawberry
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

import schema as room
from schema.declarations.build_operations import build_roots
from schema.declarations.build_subscriptions import build_subscription_root
from schema.declarations.build_types import build_types
from schema.scalars import SCALARS


def import_areas() -> None:
    """Import every module of this room, so that whatever is declared is known."""
    for module in pkgutil.walk_packages(room.__path__, "schema."):
        importlib.import_module(module.name)


@cache
def schema() -> strawberry.Schema:
    """Build the schema. The models must be initialised (a connection does that)."""
    import_areas()
    nodes = build_types()
    query, mutation = build_roots()
    return strawberry.Schema(
        query=query,
        mutation=mutation,
        subscription=build_subscription_root(),
        types=nodes,
        config=StrawberryConfig(scalar_map=SCALARS),
        extensions=[ParserCache, ValidationCache],
    )
