"""The same operations as most would write them: Strawberry with a resolver for each relation, Tortoise as it comes.

No data loaders and no caches; PyJWT checks the token of every request, and its session's row is read.
"""

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any

import jwt
import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.schema.config import StrawberryConfig
from tortoise import Tortoise

from bench.keys import PUBLIC_KEY
from bench.servers import naive_repayments
from bench.servers.bare import run
from bench.servers.naive_types import (
    Info,
    LoanConnection,
    LoanFilter,
    LoanType,
    NodeType,
    NotFound,
    RepaymentType,
    RepaySuccess,
    ViewerType,
    decode_cursor,
    decode_id,
)
from models import AccountingDay, Loan, LoanParty, Session, StaffBranch
from models.database import tortoise_config

MOMENT = strawberry.scalar(
    name="DateTime",
    serialize=lambda value: value.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    parse_value=datetime.fromisoformat,
)


@strawberry.type
class Query:
    @strawberry.field
    def viewer(self, info: Info) -> ViewerType:
        return ViewerType.of(info.context["session"].customer_id)

    @strawberry.field
    async def node(self, info: Info, id: strawberry.ID) -> NodeType | None:
        row = await Loan.get(id=decode_id(id))
        if not await LoanParty.exists(loan_id=row.id, customer_id=info.context["session"].customer_id):
            return None
        return LoanType.of(row)

    @strawberry.field
    async def loans(
        self, info: Info, first: int, after: str | None = None, filter: LoanFilter | None = None
    ) -> LoanConnection:
        rows = Loan.filter()
        if filter is not None and filter.branch is not None:
            branches = await StaffBranch.filter(staff_id=info.context["session"].staff_id)
            mine = [row.branch_id for row in branches]
            rows = rows.filter(customer__branch_id=decode_id(filter.branch), customer__branch_id__in=mine)
        if after is not None:
            rows = rows.filter(id__gt=decode_cursor(after))
        return LoanConnection.of(await rows.order_by("id").limit(first + 1), first)


@strawberry.input
class MoneyInput:
    amount: Decimal
    currency: str


@strawberry.enum
class PaymentChannel(Enum):
    CASH = "CASH"
    TRANSFER = "TRANSFER"


@strawberry.input
class RecordRepaymentInput:
    loan_id: strawberry.ID
    amount: MoneyInput
    channel: PaymentChannel
    reference: str
    received_on: date
    key: str


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def record_repayment(
        self, info: Info, input: RecordRepaymentInput
    ) -> Annotated[RepaySuccess | NotFound, strawberry.union("RecordRepaymentResult")]:
        received = naive_repayments.Received(
            decode_id(input.loan_id),
            input.amount.amount,
            input.amount.currency,
            input.channel.value,
            input.reference.upper(),
            input.received_on,
            input.key,
        )
        repayment = await naive_repayments.record(info.context["session"], received)
        loan = await Loan.get(id=repayment.loan_id)
        return RepaySuccess(repayment=RepaymentType.of(repayment), loan=LoanType.of(loan), key=repayment.id)


class Endpoint(GraphQL[dict[str, Any], None]):
    async def get_context(self, request: Any, response: Any) -> dict[str, Any]:  # noqa: ARG002
        return {"session": await _session(request), "today": (await AccountingDay.get(is_open=True)).on}


async def _session(request: Request) -> Session:
    token = request.headers["authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, PUBLIC_KEY, algorithms=["EdDSA"], audience="goodterms", issuer="goodterms")
    now = datetime.now(UTC)  # noqa: TID251  No clock travels here.
    return await Session.get(id=int(claims["sid"]), ended_at__isnull=True, expires_at__gt=now).select_related("staff")


def main() -> None:
    """Serve what the command line says, until told to stop."""
    parser = argparse.ArgumentParser()
    for name in ("port", "database", "people"):
        parser.add_argument(f"--{name}", required=True)
    arguments = parser.parse_args()
    config = tortoise_config(arguments.database)
    config["connections"]["default"]["engine"] = "tortoise.backends.asyncpg"

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await Tortoise.init(config=config, _enable_global_fallback=True)
        try:
            yield
        finally:
            await Tortoise.close_connections()

    schema = strawberry.Schema(
        query=Query, mutation=Mutation, types=[LoanType], config=StrawberryConfig(scalar_map={datetime: MOMENT})
    )
    app = Starlette(routes=[Route("/graphql", Endpoint(schema))], lifespan=lifespan)
    run(app, int(arguments.port))


if __name__ == "__main__":
    main()
