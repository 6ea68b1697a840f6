"""The types of the plain server: what a row says is copied, what it leads to is asked for when somebody asks."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson
import strawberry

from models import (
    Allocation,
    Customer,
    Installment,
    Loan,
    Notification,
    PointsAccount,
    PointsEntry,
    ProductVersion,
    Repayment,
    Tier,
)
from rules.loans.numbers import loan_number

Info = strawberry.Info[Any, Any]


def encode_id(name: str, key: int) -> strawberry.ID:
    return strawberry.ID(base64.urlsafe_b64encode(f"{name}:{key}".encode()).decode().rstrip("="))


def decode_id(text: str) -> int:
    return int(base64.urlsafe_b64decode(text + "==").decode().split(":")[1])


def encode_cursor(key: int) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(["LoanRoot.loans", key, key])).decode()


def decode_cursor(cursor: str) -> int:
    return int(orjson.loads(base64.urlsafe_b64decode(cursor))[2])


@strawberry.type
class Money:
    amount: Decimal
    currency: str


def money(amount: Decimal, currency: str) -> Money:
    return Money(amount=amount, currency=currency)


@strawberry.interface(name="Node")
class NodeType:
    id: strawberry.ID


@strawberry.type(name="Tier")
class TierType:
    name: str


@strawberry.type(name="PointsAccount")
class PointsAccountType:
    balance: int
    tier_id: strawberry.Private[int]

    @strawberry.field
    async def tier(self) -> TierType:
        return TierType(name=(await Tier.get(id=self.tier_id)).name_zh)


@strawberry.type(name="Installment")
class InstallmentType:
    number: int
    due_on: date
    principal: Money
    interest: Money
    total: Money
    paid: Money
    status: str
    days_until_due: int

    @staticmethod
    def of(row: Installment, today: date) -> InstallmentType:
        late = "DUE" if row.due_on == today else "UPCOMING" if row.due_on > today else "OVERDUE"
        return InstallmentType(
            number=row.number,
            due_on=row.due_on,
            principal=money(row.principal, row.currency),
            interest=money(row.interest, row.currency),
            total=money(row.principal + row.interest, row.currency),
            paid=money(row.paid_principal + row.paid_interest, row.currency),
            status=late if row.is_open else "PAID",
            days_until_due=(row.due_on - today).days,
        )


@strawberry.type(name="Allocation")
class AllocationType:
    costs: Money
    penalty: Money
    interest: Money
    principal: Money


@strawberry.type(name="Repayment")
class RepaymentType:
    id: strawberry.ID
    amount: Money
    channel: str
    received_at: datetime
    key: strawberry.Private[int]

    @staticmethod
    def of(row: Repayment) -> RepaymentType:
        return RepaymentType(
            id=encode_id("Repayment", row.id),
            amount=money(row.amount, row.currency),
            channel=row.channel.value,
            received_at=row.received_at,
            key=row.id,
        )

    @strawberry.field
    async def allocation(self) -> AllocationType:
        row = await Allocation.get(repayment_id=self.key)
        return AllocationType(
            costs=money(row.costs, row.currency),
            penalty=money(row.penalty, row.currency),
            interest=money(row.interest, row.currency),
            principal=money(row.principal, row.currency),
        )


@strawberry.type
class RepaymentConnection:
    nodes: list[RepaymentType]


@strawberry.type(name="ProductVersion")
class ProductType:
    name: str


@strawberry.input
class LoanFilter:
    is_open: bool | None = None
    branch: strawberry.ID | None = None


@strawberry.type(name="Customer")
class CustomerType:
    display_name: str | None
    phone: str
    key: strawberry.Private[int]

    @staticmethod
    async def read(key: int) -> CustomerType:
        row = await Customer.get(id=key)
        return CustomerType(display_name=row.name, phone=str(row.phone_mask), key=row.id)

    @strawberry.field
    async def points(self) -> PointsAccountType:
        row = await PointsAccount.get(customer_id=self.key)
        return PointsAccountType(balance=row.balance, tier_id=row.tier_id)

    @strawberry.field
    async def unread_count(self) -> int:
        return await Notification.filter(customer_id=self.key, is_read=False).count()

    @strawberry.field
    async def loans(self, first: int, filter: LoanFilter | None = None) -> LoanConnection:
        rows = Loan.filter(customer_id=self.key)
        if filter is not None and filter.is_open is not None:
            rows = rows.filter(is_open=filter.is_open)
        return LoanConnection.of(await rows.order_by("id").limit(first + 1), first)


@strawberry.type(name="Loan")
class LoanType(NodeType):
    number: str
    status: str
    principal: Money
    outstanding: Money
    rate: Decimal
    term: int
    opened_on: date | None
    created_at: datetime
    row: strawberry.Private[Loan]

    @staticmethod
    def of(row: Loan) -> LoanType:
        return LoanType(
            id=encode_id("Loan", row.id),
            number=loan_number(row.id, row.created_at),
            status=row.status.value,
            principal=money(row.principal, row.currency),
            outstanding=money(row.outstanding, row.currency),
            rate=row.rate,
            term=row.term,
            opened_on=row.opened_on,
            created_at=row.created_at,
            row=row,
        )

    @strawberry.field
    async def customer(self) -> CustomerType:
        return await CustomerType.read(self.row.customer_id)

    @strawberry.field
    async def product(self) -> ProductType:
        return ProductType(name=(await ProductVersion.get(id=self.row.product_version_id)).name_zh)

    @strawberry.field
    async def installments(self, info: Info) -> list[InstallmentType]:
        rows = await Installment.filter(loan_id=self.row.id).order_by("number")
        return [InstallmentType.of(row, info.context["today"]) for row in rows]

    @strawberry.field
    async def next_installment(self, info: Info) -> InstallmentType | None:
        row = await Installment.filter(loan_id=self.row.id, is_open=True).order_by("number").first()
        return None if row is None else InstallmentType.of(row, info.context["today"])

    @strawberry.field
    async def repayments(self, last: int) -> RepaymentConnection:
        rows = await Repayment.filter(loan_id=self.row.id).order_by("-received_at", "-id").limit(last)
        return RepaymentConnection(nodes=[RepaymentType.of(row) for row in reversed(rows)])


@strawberry.type
class PageInfo:
    end_cursor: str | None
    has_next_page: bool


@strawberry.type
class LoanConnection:
    nodes: list[LoanType]
    page_info: PageInfo

    @staticmethod
    def of(rows: list[Loan], first: int) -> LoanConnection:
        shown = rows[:first]
        end = encode_cursor(shown[-1].id) if shown else None
        info = PageInfo(end_cursor=end, has_next_page=len(rows) > first)
        return LoanConnection(nodes=[LoanType.of(row) for row in shown], page_info=info)


@strawberry.type(name="Viewer")
class ViewerType:
    server_now: datetime
    customer_id: strawberry.Private[int]

    @staticmethod
    def of(customer_id: int) -> ViewerType:
        return ViewerType(server_now=datetime.now(UTC), customer_id=customer_id)  # noqa: TID251  No clock travels here.

    @strawberry.field
    async def customer(self) -> CustomerType:
        return await CustomerType.read(self.customer_id)


@strawberry.interface
class UserError:
    code: str
    message: str
    path: list[str]


@strawberry.type
class NotFound(UserError):
    pass


@strawberry.type
class RepaySuccess:
    repayment: RepaymentType
    loan: LoanType
    key: strawberry.Private[int]

    @strawberry.field
    async def points_earned(self) -> int:
        return sum(entry.points for entry in await PointsEntry.filter(repayment_id=self.key))
