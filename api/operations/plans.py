"""The plans of this process: made when an operation is first asked, kept while it is, and run."""

import logging
from collections import Counter, OrderedDict
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableValues,
    get_variable_values,
)

from api.operations.compiler import Compiler, Plan
from api.operations.documents import Document, check_document
from api.operations.running import Declined, Refused, Run
from rules.people.access import Role
from schema.context import Context
from schema.errors import RequestError

logger = logging.getLogger("goodterms.operations")

MOST_DOCUMENTS = 500
"""How many operations are remembered; the apps' own are few, and asked all day."""
MOST_PLANS = 32
"""How many plans one operation may have: for roles, for what is skipped, for page sizes."""


class Remembered:
    """An operation and the plans that were made for it; a plan that was declined is remembered by its reason."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.plans: OrderedDict[tuple[Any, ...], Plan | str] = OrderedDict()


class Plans:
    """Answers operations by plans, as far as they can be compiled."""

    def __init__(self) -> None:
        self._documents: OrderedDict[tuple[str, str | None], Remembered] = OrderedDict()
        self.counts: Counter[str] = Counter()
        """How often an answer came by a plan, was declined or failed, and why."""

    async def answer(
        self,
        schema: GraphQLSchema,
        query: str,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: dict[str, Any] | None,
        context: Context,
    ) -> bytes | None:
        """Answer with the body of the response; None where the stock executor has to.

        An operation that has done something leaves it in `context.done`, so that it is not done twice.
        """
        name = operation.name.value if operation.name else None
        known = self._remembered(schema, (query, name), document, operation)
        if known is None:
            return None
        values = get_variable_values(schema, operation.variable_definitions or (), variables or {})
        if not isinstance(values, VariableValues):
            return None
        try:
            plan = self._plan(schema, known, values, context.viewer.role)
            data = await plan.answer(Run(context, values, plan.lists))
            body = orjson.dumps({"data": data})
        except Declined as declined:
            self.counts[f"declined: {declined.reason}"] += 1
            return None
        except (RequestError, GraphQLError):  # The caller's mistake: the stock executor words it.
            return None
        except Refused:  # An operation's answer, or its error, is kept: the stock executor words it.
            self.counts["refused"] += 1
            return None
        except Exception:
            self.counts["failed"] += 1
            logger.exception("A plan failed, the stock executor answers")
            return None
        self.counts["answered"] += 1
        return body

    def _remembered(
        self,
        schema: GraphQLSchema,
        key: tuple[str, str | None],
        document: DocumentNode,
        operation: OperationDefinitionNode,
    ) -> Remembered | None:
        known = self._documents.get(key)
        if known is None:
            checked = check_document(schema, document, operation)
            if checked is None:
                return None
            known = self._documents[key] = Remembered(checked)
            while len(self._documents) > MOST_DOCUMENTS:
                self._documents.popitem(last=False)
        else:
            self._documents.move_to_end(key)
        return known

    def _plan(self, schema: GraphQLSchema, known: Remembered, values: VariableValues, role: Role) -> Plan:
        """Give the plan of an operation for a role and the shape of its variables. Raises `Declined`."""
        key = (role, *known.document.shape(values))
        plan = known.plans.get(key)
        if plan is None:
            self.counts["compiled"] += 1
            try:
                plan = Compiler(schema, known.document, values, role).plan()
            except Declined as declined:
                logger.info("An operation is not compiled: %s", declined.reason)
                plan = declined.reason
            known.plans[key] = plan
            while len(known.plans) > MOST_PLANS:
                known.plans.popitem(last=False)
        else:
            known.plans.move_to_end(key)
        if isinstance(plan, str):
            raise Declined(plan)
        return plan

    def sizes(self) -> tuple[int, int]:
        """Count the operations and the plans that are remembered."""
        return len(self._documents), sum(len(known.plans) for known in self._documents.values())
