"""Loans."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

import models
from rules.loans.delinquency import Bucket, RiskClass, bucket_of, risk_class_of
from rules.loans.numbers import loan_number
from rules.loans.states import LoanStatus
from rules.people.access import ALL_STAFF, PartyRole
from rules.products.kinds import RepaymentMethod
from schema.declarations import (
    Connection,
    Node,
    children,
    computed,
    connection,
    filter_of,
    matches,
    money,
    node,
    relation,
    root,
)
from schema.money import Money
from schema.scalars import Rate

if TYPE_CHECKING:
    from schema.documents.papers import Paper
    from schema.loans.changes import LoanChange
    from schema.loans.contacts import Contact
    from schema.loans.disbursements import Disbursement
    from schema.loans.events import LoanEvent
    from schema.loans.hardships import HardshipRequest
    from schema.loans.installments import Installment
    from schema.loans.promises import PromiseToPay
    from schema.loans.repayments import Allocation, Repayment
    from schema.loans.statements import LoanStatement
    from schema.payments.payouts import Payout
    from schema.people.customers import Customer
    from schema.products.products import ProductVersion


@node(models.LoanParty)
class LoanParty(Node):
    """Somebody who belongs to a loan."""

    role: PartyRole
    """As what."""
    customer: Customer = relation("customer_id")
    """Who it is."""


@node(models.Loan)
class Loan(Node):
    """Money lent to a customer, from the signature until it is repaid, cancelled or written off."""

    number: str = computed(loan_number, "id", "created_at")
    """What people read aloud, such as L-2026-000123."""
    status: LoanStatus
    """Where it stands."""
    is_open: bool
    """Whether something is still to happen: PENDING or ACTIVE."""
    principal: Money = money()
    """All that was lent, what was added to it later included."""
    outstanding: Money = money()
    """Principal still to be paid, also once it is written off."""
    credit: Money = money()
    """Received beyond what was due, and kept to pay what falls due next; once nothing does, `requestRefund` sends it back."""
    rate: Rate
    """Contract rate a year, as signed."""
    current_rate: Rate
    """Contract rate a year, as it is now."""
    rate_discount_bp: int
    """Basis points that came off the product's rate when it was signed; they stay off."""
    fee_waiver_percent: int
    """How much was waived of the fees that were asked for when it began, in percent."""
    fees_waived: Money = money()
    """What that came to."""
    term: int
    """In periods, as signed."""
    due_day: int | None
    """The day of the month that the customer chose when he accepted the offer; null: as the product says."""
    days_past_due: int
    """Since the oldest due day that is not paid; 0 while nothing is overdue."""
    bucket: Bucket = computed(bucket_of, "days_past_due")
    """How late it is, in the lender's steps."""
    risk_class: RiskClass = computed(risk_class_of, "days_past_due")
    """The five-tier classification, by how late it is."""
    method: RepaymentMethod
    """How principal and interest are spread over the term."""
    opened_on: date | None
    """The day it was paid out; null before."""
    created_at: datetime
    """When its contract was signed."""
    refinances: Loan | None = relation("refinances_id")
    """The older loan that it settles; null if none."""
    customer: Customer | None = relation("customer_id")
    """Who owes it; null to a co-borrower or guarantor."""
    product: ProductVersion = relation("product_version_id")
    """The terms it was signed under."""
    installments: list[Installment] = children(via="loan_id", order_by="number")
    """The schedule; empty until it is paid out."""
    next_installment: Installment | None = relation(via="loan_id", order_by="number", is_open=True)
    """The oldest that is not paid in full; null before the payout, and once all are paid."""
    repayments: Connection[Repayment] = connection(via="loan_id", order_by="received_at")
    """What was paid, oldest first; a guarantor sees none."""
    events: Connection[LoanEvent] = connection(via="loan_id", order_by="value_on")
    """All that happened to it since its payout, by the day that counts; a guarantor sees none."""
    allocations: Connection[Allocation] = connection(via="loan_id", order_by="value_on")
    """What payments and kept credit went to, by the day it counts for; a guarantor sees none."""
    statements: Connection[LoanStatement] = connection(via="loan_id", order_by="due_on")
    """What was to be paid by each due day, as it was written down before; a guarantor sees none."""
    payouts: list[Payout] = children(via="loan_id")
    """What was ordered to pay it, its tranches and refunds out, oldest first; a guarantor sees none."""
    papers: list[Paper] = children(via="loan_id")
    """Documents that were made of it, oldest first; a guarantor sees none."""
    parties: list[LoanParty] = children(via="loan_id")
    """Who belongs to it: to each party himself alone, to staff those whom they look after."""
    promises: list[PromiseToPay] = children(via="loan_id")
    """What he said he would pay, oldest first; a guarantor sees none."""
    hardship_requests: list[HardshipRequest] = children(via="loan_id")
    """Where he asked for help, oldest first; a guarantor sees none."""
    contacts: Connection[Contact] = connection(via="loan_id")
    """Calls and messages about what was overdue, oldest first; customers see none."""
    changes: list[LoanChange] = children(via="loan_id")
    """What staff proposed to change, oldest first; customers see none."""
    disbursement: Disbursement | None = relation(via="loan_id")
    """How it was paid out; null before, and to a guarantor."""


@filter_of(models.Loan)
class LoanFilter:
    """Narrows a list of loans."""

    is_open: bool | None = matches("is_open")
    """Those that are, or are not, PENDING or ACTIVE."""
    status: LoanStatus | None = matches("status")
    """Those that stand here."""
    branch: strawberry.ID | None = matches("customer__branch_id", id_of=models.Branch)
    """Those whose customer this branch looks after."""


@root
class LoanRoot:
    loans: Connection[Loan] = connection(filter=LoanFilter, is_export=True, allow=ALL_STAFF)
    """The loans of the customers you look after, oldest first."""
    loans_by_lateness: Connection[Loan] = connection(order_by="days_past_due", allow=ALL_STAFF)
    """The same from the least to the most overdue: read it from the end, with `last`."""
