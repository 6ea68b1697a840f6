"""The oracle: what the stock executor answers is right, and a plan's answer is the same to the byte."""

from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache

import orjson
from graphql import OperationDefinitionNode, parse

from api.operations import Plans
from models import Viewer
from schema.build import schema
from schema.context import Context
from tests.api.operations.authors import Asked


async def by_stock(viewer: Viewer, asked: Asked) -> bytes | None:
    """Answer by the stock executor; None if there is any error."""
    result = await schema().execute(asked.document, variable_values=asked.variables, context_value=Context(viewer))
    return None if result.errors else orjson.dumps({"data": result.data})


async def by_plan(plans: Plans, viewer: Viewer, asked: Asked) -> bytes | None:
    """Answer by a plan; None if the stock executor has to."""
    document = parsed(asked.document)
    operation = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    return await plans.answer(schema()._schema, asked.document, document, operation, asked.variables, Context(viewer))


parsed = lru_cache(8)(parse)


@dataclass(repr=False)
class Oracle:
    """Compares, and keeps count of what was answered how."""

    viewers: list[Viewer]
    plans: Plans = field(default_factory=Plans)
    counts: Counter[str] = field(default_factory=Counter)

    async def compare(self, asked: Asked) -> None:
        """Answer both ways, as everybody. Fails where they differ, or where a plan failed."""
        for viewer in self.viewers:
            expected, refused = await by_stock(viewer, asked), self.plans.counts["refused"]
            planned = await by_plan(self.plans, viewer, asked)
            assert not self.plans.counts["failed"], ("a plan failed", viewer.role, asked)
            assert planned is None or planned == expected, (viewer.role, asked)
            if expected is None:
                self.counts["wrong"] += 1
            elif self.plans.counts["refused"] > refused:
                self.counts["refused"] += 1
            else:
                self.counts["declined" if planned is None else "answered"] += 1
